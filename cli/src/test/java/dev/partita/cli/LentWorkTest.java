package dev.partita.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// AMPED whose workers are processes: they have no network, and whether one is lost or all are replaced, connections stay.
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
@EnabledOnOs(OS.LINUX)
class LentWorkTest {
    private static final String GET = "GET /plaintext HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    @TempDir
    Path temporary;

    private Program program;

    /// A row of `partita status`.
    private record Row(int generation, long pid, String state, long connections, long requests) {
        boolean serves() {
            return state.equals("serving");
        }
    }

    @BeforeEach
    void start() throws IOException {
        program = Program.start(temporary, Program.java("serve", "--port", "0", "--demo", "--model", "amped",
                "--workers", "2", "--isolation", "processes", "--control", temporary.resolve("control").toString()));
        program.line("             Ctrl-C");
    }

    @AfterEach
    void leavesNoProcessBehind() {
        List<ProcessHandle> workers = program.process().descendants().toList();
        program.process().destroyForcibly();
        workers.forEach(ProcessHandle::destroyForcibly);
    }

    @Test
    void aWorkerHasNoNetworkAndItsDeathCostsOnlyTheRequestThatItWorksOn() throws Exception {
        try (SocketChannel kept = SocketChannel.open(program.server());
                SocketChannel waiting = SocketChannel.open(program.server())) {
            assertThat(Web.exchange(kept, GET)).startsWith("HTTP/1.1 200");
            assertThat(networkSockets(program.process().pid())).isNotEmpty();
            for (Row each : rows()) {
                assertThat(networkSockets(each.pid())).isEmpty();
            }
            Web.send(waiting, "GET", "/sleep?millis=60000", "");
            await("it is worked on", all -> all.stream().anyMatch(row -> row.connections() == 1));
            Row busy = rows().stream().filter(row -> row.connections() == 1).findFirst().orElseThrow();
            new ProcessBuilder("kill", "-KILL", Long.toString(busy.pid())).start().waitFor();
            assertThat(Web.receive(waiting)).startsWith("HTTP/1.1 502 ").contains("Connection: close");
            assertThat(Web.exchange(kept, GET)).startsWith("HTTP/1.1 200");
            await("it is replaced", all -> all.stream().filter(Row::serves).count() == 2
                    && all.stream().noneMatch(row -> row.pid() == busy.pid()));
        }
        program.signal("TERM");
        // What the killed worker has counted since its last beat is gone.
        assertThat(program.line("ended: ")).endsWith(", 0 given up");
        assertThat(program.exit()).isZero();
    }

    @Test
    void connectionsStayWhenAllWorkersAreReplaced() throws Exception {
        try (SocketChannel kept = SocketChannel.open(program.server());
                SocketChannel halfway = SocketChannel.open(program.server())) {
            assertThat(Web.exchange(kept, GET)).startsWith("HTTP/1.1 200");
            halfway.write(ByteBuffer.wrap(GET.substring(0, 20).getBytes(ISO_8859_1)));
            await("a worker has it", all -> all.stream().anyMatch(row -> row.connections() == 1));
            assertThat(control("reload")).isEqualTo("generation 2 serves; generation 1 drains\n");
            assertThat(Web.exchange(kept, GET)).startsWith("HTTP/1.1 200");
            assertThat(Web.exchange(halfway, GET.substring(20))).startsWith("HTTP/1.1 200")
                    .contains("Connection: close");
            await("the old generation ends", all -> all.stream().noneMatch(row -> row.generation() == 1));
            assertThat(Web.exchange(kept, GET)).startsWith("HTTP/1.1 200");
        }
    }

    /// The sockets of a process that the system lists as TCP's or UDP's.
    private static Set<String> networkSockets(long pid) throws IOException {
        Set<String> network = Stream.of("tcp", "tcp6", "udp", "udp6")
                .map(each -> Path.of("/proc", Long.toString(pid), "net", each))
                .filter(Files::exists)
                .flatMap(LentWorkTest::lines)
                .map(line -> line.strip().split(" +"))
                .filter(columns -> columns.length > 9)
                .map(columns -> "socket:[" + columns[9] + "]")
                .collect(Collectors.toSet());
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return open.map(LentWorkTest::target).filter(network::contains).collect(Collectors.toSet());
        }
    }

    private static Stream<String> lines(Path path) {
        try {
            return Files.readAllLines(path).stream();
        } catch (IOException hidden) {
            return Stream.of();
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closed) {
            return "";
        }
    }

    private void await(String what, Predicate<List<Row>> condition) throws IOException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.test(rows())) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("it did not happen that " + what + ":\n" + control("status"));
            }
        }
    }

    private List<Row> rows() throws IOException {
        return control("status").lines().filter(line -> line.matches("\\d+ +[-\\d]+ .*")).map(line -> {
            String[] columns = line.split(" +", 9);
            return new Row(Integer.parseInt(columns[0]), Long.parseLong(columns[2]), columns[3],
                    Long.parseLong(columns[5]), Long.parseLong(columns[6]));
        }).toList();
    }

    private String control(String command) throws IOException {
        var said = new ByteArrayOutputStream();
        try (var out = new PrintStream(said, true, UTF_8)) {
            int _ = Main.run(out, out, command, "--control", temporary.resolve("control").toString());
        }
        return said.toString(UTF_8);
    }
}
