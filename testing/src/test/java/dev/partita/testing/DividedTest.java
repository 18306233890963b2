package dev.partita.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.model.Sped;
import dev.partita.server.Running;
import dev.partita.transport.Transports;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A sample of [SameBytesTest] for servers of several processes: they answer with the very bytes of one event loop.
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class DividedTest {
    private static final long SEED = Long.getLong("partita.seed", System.nanoTime());
    private static final int CONVERSATIONS = 60;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void writeTheFile() throws IOException {
        Files.write(folder.resolve(LineProtocol.FILE), Pattern.bytes(100_000));
    }

    static Stream<Arguments> divided() {
        return Under.transports().stream()
                .filter(transport -> !transport.name().equals("nio"))
                .flatMap(transport -> DividedServer.MODELS.keySet().stream().sorted()
                        .filter(model -> isSampled(model, transport.name()))
                        .map(model -> Arguments.of(model, transport.name())));
    }

    /// In the build only those who are passed their connections, each on one transport: a worker that accepts is SPED, as it is
    /// without processes, and AMPED is in all of [SameBytesTest], over the same slots: [AmpedOverSlots].
    /// `benchmarks/full-matrix` has all.
    private static boolean isSampled(String model, String transport) {
        return Boolean.getBoolean("partita.processes.all")
                || model.equals(transport.equals("epoll") ? "mp" : "symped-hand-over");
    }

    @ParameterizedTest
    @MethodSource("divided")
    void processesAnswerWithTheBytesOfOneEventLoop(String model, String transport) throws Exception {
        System.out.println(model + " over " + transport + " in processes: seed " + SEED);
        var under = new Under(new Sped(), Transports.named("nio"));
        Process process = new ProcessBuilder(
                ChildJvm.command(DividedServer.class, model, transport, folder.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (Log log = new Log();
                BufferedReader out = process.inputReader();
                Running reference = under.run(Dialects.HTTP.protocol(new Backstage(), folder), Under.SMALL)) {
            int port = Integer.parseInt(String.valueOf(out.readLine()));
            var traffic = new Traffic(SEED);
            for (int i = 0; i < CONVERSATIONS; i++) {
                byte[] said = traffic.conversation(Dialects.HTTP);
                int[] cuts = traffic.cuts(said.length);
                assertThat(answer(port, said, cuts)).as("conversation " + i + " of seed " + SEED)
                        .isEqualTo(answer(reference.port(), said));
            }
            process.getOutputStream().close();
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).as("it ends").isTrue();
            assertThat(process.exitValue()).isZero();
            assertThat(log.without("asked to fail", "NumberFormatException")).isEmpty();
        } finally {
            process.descendants().toList().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static String answer(int port, byte[] said, int... cuts) throws IOException {
        try (WireClient client = WireClient.connect(port)) {
            client.sendInPieces(said, cuts).halfClose();
            return new String(client.readToAnyEnd(), ISO_8859_1).replaceAll("\r\nDate: [^\r]*", "\r\nDate: #");
        }
    }
}
