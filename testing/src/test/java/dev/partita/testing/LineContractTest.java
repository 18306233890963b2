package dev.partita.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.limits.Counter;
import dev.partita.server.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// What only a protocol of one's own can ask of a server, under every model, over every transport.
@ParameterizedClass(name = "{0}")
@MethodSource("dev.partita.testing.Under#all")
@Timeout(60)
class LineContractTest {
    @TempDir
    private static Path folder;

    private final Under under;
    private final Backstage backstage = new Backstage();
    private final LineProtocol protocol = new LineProtocol(backstage, folder);
    private final Log log = new Log();

    LineContractTest(Under under) {
        this.under = under;
    }

    @BeforeAll
    static void writeTheFile() throws IOException {
        Files.write(folder.resolve(LineProtocol.FILE), Pattern.bytes(10_000));
    }

    @AfterEach
    void letEverybodyGo() {
        backstage.openAll();
        log.close();
        assertThat(log.without()).isEmpty();
    }

    @Test
    void aFileThatEndsEarlyEndsItsConnectionOnly() throws Exception {
        try (Running server = under.run(protocol, Under.SMALL);
                WireClient client = WireClient.connect(server);
                WireClient other = WireClient.connect(server)) {
            client.send("file 9000 2000\n");
            assertThat(new String(client.readToAnyEnd(), ISO_8859_1)).hasSize("2000\n".length() + 1_000);
            other.send("echo on\n");
            assertThat(Dialects.LINE.reply(other)).isEqualTo("on");
        }
    }

    @Test
    void aWaitEndsForItsOwnTicketOnly() throws Exception {
        try (Running server = under.run(protocol, Under.SMALL); WireClient client = WireClient.connect(server)) {
            client.send("wait a\n");
            Backstage.PutOff first = backstage.putOff("a");
            first.complete("1");
            assertThat(Dialects.LINE.reply(client)).isEqualTo("1");
            for (int i = 0; i < 50; i++) {
                client.send("wait b\n");
                Backstage.PutOff second = backstage.putOff("b");
                first.complete("stale");
                first.complete("stale");
                second.complete("2");
                second.complete("3");
                assertThat(Dialects.LINE.reply(client)).isEqualTo("2");
            }
            assertThat(protocol.untimelyWakes()).isZero();
        }
    }

    @Test
    void aResetEndsAConnectionAsTheProtocolWishes() throws Exception {
        try (Running server = under.run(protocol, Under.SMALL); WireClient client = WireClient.connect(server)) {
            client.send("abort\n");
            assertThat(client.readToAnyEnd()).isEmpty();
            Eventually.holds("the connection was closed", () -> server.count(Counter.CLOSED) == 1);
            assertThat(server.count(Counter.ABORTED)).isEqualTo(1);
        }
    }

    @Test
    void aConnectionNeverHoldsMoreThanOneLargeBufferEachWay() throws Exception {
        String longest = "x".repeat(LineProtocol.LINE_BYTES_MAX - "echo ".length());
        try (Running server = under.run(protocol, Under.SMALL); WireClient client = WireClient.connect(server)) {
            client.send("echo " + longest + "\n");
            assertThat(Dialects.LINE.reply(client)).isEqualTo(longest);
            client.send("x".repeat(LineProtocol.LINE_BYTES_MAX + 1));
            assertThat(Dialects.LINE.reply(client)).isEqualTo("? too long");
            client.expectEnd();
        }
    }
}
