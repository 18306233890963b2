package dev.partita.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The lines of the README that everybody tries first.
@Timeout(60)
class HelloTest {
    private static final int PORT = 8080;

    @Test
    void theReadmeShowsThisVeryProgram() throws IOException {
        String readme = Files.readString(Path.of("..", "README.md"));
        String source = Files.readString(Path.of("src", "main", "java", "dev", "partita", "examples", "Hello.java"));
        String snippet = source.lines()
                .dropWhile(line -> !line.startsWith("        Handler hello"))
                .takeWhile(line -> !line.equals("    }"))
                .map(line -> line.substring(4)) // in Markdown code is indented by four
                .collect(Collectors.joining("\n"));

        assertThat(snippet).startsWith("    Handler hello").endsWith("    }");
        assertThat(readme).contains(snippet);
    }

    @Test
    void theProgramGreets() throws Exception {
        assumePortIsFree();
        var outcome = new AtomicReference<Throwable>();
        Thread program = Thread.ofPlatform().name("Hello").start(() -> {
            try {
                Hello.main(new String[0]);
            } catch (Throwable end) {
                outcome.set(end);
            }
        });
        try (Client client = connected(program)) {
            client.send(Client.http("GET /", ""));
            assertThat(client.rest()).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\nHello, World!");
        } finally {
            program.interrupt();
            program.join();
        }
        assertThat(outcome.get()).isInstanceOf(InterruptedException.class);
    }

    /// The program has its port written down. The probe does not share a port, as the program's own sockets do, so it notices
    /// any other server.
    private static void assumePortIsFree() {
        try {
            new ServerSocket(PORT, 1, InetAddress.getLoopbackAddress()).close();
        } catch (IOException taken) {
            String reason = "skipped: port " + PORT + " is in use (" + taken.getMessage() + ")";
            System.out.println("HelloTest.theProgramGreets " + reason);
            Assumptions.abort(reason);
        }
    }

    /// Connects as soon as the program listens.
    private static Client connected(Thread program) throws IOException {
        while (true) {
            try {
                return new Client(PORT);
            } catch (ConnectException notYet) {
                if (!program.isAlive()) {
                    throw notYet;
                }
                Thread.onSpinWait();
            }
        }
    }
}
