package dev.partita.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.cache.Memcached;
import dev.partita.cache.Settings;
import dev.partita.limits.Counter;
import dev.partita.server.Running;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// What a cache promises to its clients, under every model, over every transport.
@ParameterizedClass(name = "{0}")
@MethodSource("dev.partita.testing.Under#all")
@Timeout(60)
class CacheContractTest {
    private final Under under;
    private final Memcached cache = new Memcached(Settings.defaults());
    private final Log log = new Log();

    CacheContractTest(Under under) {
        this.under = under;
    }

    @AfterEach
    void nothingWasLogged() {
        log.close();
        assertThat(log.without()).isEmpty();
    }

    private Running start() throws Exception {
        return under.run(cache, Under.SMALL);
    }

    private static String ask(WireClient client, String text, String last) throws Exception {
        client.send(text);
        return client.readThrough(last);
    }

    @Test
    void storesAndFinds() throws Exception {
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            assertThat(ask(client, "set a 1 0 3\r\nabc\r\n", "\n")).isEqualTo("STORED\r\n");
            assertThat(ask(client, "get a b a\r\n", "END\r\n"))
                    .isEqualTo("VALUE a 1 3\r\nabc\r\nVALUE a 1 3\r\nabc\r\nEND\r\n");
            assertThat(ask(client, "mg a v c k\r\n", "abc\r\n")).isEqualTo("VA 3 c1 ka\r\nabc\r\n");
            assertThat(server.count(Counter.REQUESTS)).isEqualTo(3);
        }
    }

    @Test
    void answersMoreThanFitsInATurnOrABufferInOrder() throws Exception {
        int count = 3_000;
        var all = new StringBuilder();
        var replies = new StringBuilder();
        for (int i = 0; i < count; i++) {
            boolean quiet = i % 3 == 0;
            int value = 1_000 + i;
            all.append("set k").append(i).append(" 0 0 4 ").append(quiet ? "noreply" : "").append("\r\n").append(value)
                    .append("\r\nget k").append(i).append("\r\nincr k").append(i).append(" 1\r\n");
            replies.append(quiet ? "" : "STORED\r\n").append("VALUE k").append(i).append(" 0 4\r\n").append(value)
                    .append("\r\nEND\r\n").append(value + 1).append("\r\n");
        }
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            var sending = new CompletableFuture<Void>();
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    client.send(all.toString());
                    sending.complete(null);
                } catch (java.io.IOException failure) {
                    sending.completeExceptionally(failure);
                }
            });
            assertThat(new String(client.readExactly(replies.length()), ISO_8859_1)).isEqualTo(replies.toString());
            sending.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void aValueMayBeLargerThanAnyBuffer() throws Exception {
        byte[] value = Pattern.bytes(1_000_000);
        try (Running server = start();
                WireClient client = WireClient.connect(server.port(), 4_096);
                WireClient other = WireClient.connect(server)) {
            client.send("set big 0 0 1000000\r\n").sendInPieces(value, 1, 8_191, 65_536, 300_000);
            assertThat(ask(client, "\r\n", "\n")).isEqualTo("STORED\r\n");
            client.send("get big big none big\r\nmn\r\n");
            assertThat(ask(other, "mn\r\n", "\n")).isEqualTo("MN\r\n");
            for (int i = 0; i < 3; i++) {
                assertThat(client.readLine()).isEqualTo("VALUE big 0 1000000");
                assertThat(client.readExactly(value.length)).isEqualTo(value);
                assertThat(client.readLine()).isEmpty();
            }
            assertThat(client.readThrough("MN\r\n")).isEqualTo("END\r\nMN\r\n");
        }
    }

    @Test
    void aGetOfThousandsOfKeysIsAnsweredPieceByPiece() throws Exception {
        String value = "v".repeat(1_000);
        int keys = 10_000;
        var get = new StringBuilder("get");
        var replies = new StringBuilder();
        for (int i = 0; i < keys; i++) {
            get.append(" key").append(i % 100);
            replies.append("VALUE key").append(i % 100).append(" 0 1000\r\n").append(value).append("\r\n");
        }
        replies.append("END\r\nVERSION 1.6.45\r\n");
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            for (int i = 0; i < 100; i++) {
                client.send("set key" + i + " 0 0 1000 noreply\r\n" + value + "\r\n");
            }
            client.send(get + "\r\nversion\r\n");
            assertThat(new String(client.readExactly(replies.length()), ISO_8859_1)).isEqualTo(replies.toString());
        }
    }

    @Test
    void changesAreOneStepForEverybodyElse() throws Exception {
        int clients = 8;
        int rounds = 200;
        try (Running server = start(); WireClient first = WireClient.connect(server)) {
            ask(first, "set n 0 0 1\r\n0\r\n", "\n");
            ask(first, "set list 0 0 0\r\n\r\n", "\n");
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                var done = new CompletableFuture<Void>();
                all.add(done);
                Thread.ofPlatform().daemon().start(() -> {
                    try (WireClient client = WireClient.connect(server)) {
                        for (int round = 0; round < rounds; round++) {
                            ask(client, "incr n 1\r\n", "\n");
                            ask(client, "append list 0 0 1\r\nx\r\n", "\n");
                        }
                        done.complete(null);
                    } catch (Throwable failure) {
                        done.completeExceptionally(failure);
                    }
                });
            }
            for (CompletableFuture<Void> each : all) {
                each.get(30, TimeUnit.SECONDS);
            }
            assertThat(ask(first, "mg n v\r\n", "VA 4\r\n" + clients * rounds + "\r\n")).isNotEmpty();
            assertThat(ask(first, "mg list s\r\n", "\n")).isEqualTo("HD s" + clients * rounds + "\r\n");
        }
    }

    @Test
    void answersEverythingAfterAHalfCloseAndThenCloses() throws Exception {
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            client.send("set a 0 0 5\r\nhello\r\nget a\r\nmn\r\n").halfClose();
            assertThat(new String(client.readToEnd(), ISO_8859_1))
                    .isEqualTo("STORED\r\nVALUE a 0 5\r\nhello\r\nEND\r\nMN\r\n");
        }
    }

    @Test
    void aResetInTheMiddleOfAValueCostsOneConnection() throws Exception {
        try (Running server = start(); WireClient other = WireClient.connect(server)) {
            for (int i = 0; i < 20; i++) {
                WireClient client = WireClient.connect(server);
                client.send("set a 0 0 500000\r\n").send(new byte[i * 10_000]);
                assertThat(ask(other, "mn\r\n", "\n")).isEqualTo("MN\r\n");
                client.reset();
            }
            Eventually.holds("they were closed", () -> server.connections() == 1);
            assertThat(server.count(Counter.LATE_BODIES)).as("resets that only a deadline has found").isZero();
            assertThat(ask(other, "get a\r\n", "\n")).isEqualTo("END\r\n");
            assertThat(server.count(Counter.FAILURES)).isZero();
        }
    }

    @Test
    void statisticsTellOfTheWholeServer() throws Exception {
        try (Running server = start();
                WireClient client = WireClient.connect(server);
                WireClient other = WireClient.connect(server)) {
            ask(other, "set a 0 0 1\r\nx\r\n", "\n");
            ask(other, "get a b\r\n", "END\r\n");
            String stats = ask(client, "stats\r\n", "END\r\n");
            assertThat(stats).contains("STAT curr_connections 2\r\n", "STAT total_connections 2\r\n",
                    "STAT cmd_get 2\r\n",
                    "STAT cmd_set 1\r\n", "STAT get_hits 1\r\n", "STAT get_misses 1\r\n", "STAT curr_items 1\r\n",
                    "STAT max_connections 64\r\n", "STAT bytes_read 32\r\n", "STAT version 1.6.45\r\n");
        }
    }
}
