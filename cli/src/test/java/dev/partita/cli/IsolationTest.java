package dev.partita.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.http.Handler;
import dev.partita.http.Request;
import dev.partita.http.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Workers that are processes: what they serve, what becomes of them, and of the program when one of them, or all, or the master
/// is lost or replaced.
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
@EnabledOnOs(OS.LINUX)
class IsolationTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    @TempDir
    Path temporary;

    private final List<Program> started = new ArrayList<>();

    /// A row of `partita status`.
    private record Row(
            int generation, String place, long pid, String state, long connections, long requests, int restarts) {
        boolean serves() {
            return state.equals("serving");
        }
    }

    @AfterEach
    void leavesNoProcessBehind() {
        for (Program each : started) {
            List<ProcessHandle> workers = each.process().descendants().toList();
            each.process().destroyForcibly();
            workers.forEach(ProcessHandle::destroyForcibly);
        }
    }

    static Stream<String> everyAcceptPolicyServesInProcesses() {
        return sample("hand-over", "reuse-port", "shared");
    }

    /// In the build the first alone: the others serve in tests of this class that are about something else, and reload by the same
    /// code. `benchmarks/full-matrix` has all.
    private static Stream<String> sample(String first, String... others) {
        boolean all = Boolean.getBoolean("partita.processes.all");
        return Stream.concat(Stream.of(first), all ? Stream.of(others) : Stream.of());
    }

    @ParameterizedTest
    @MethodSource
    void everyAcceptPolicyServesInProcesses(String policy) throws Exception {
        Program program = serve("--model", "symped", "--workers", "2", "--accept", policy);
        SocketAddress server = program.server();
        program.line("             Ctrl-C");
        assertThat(rows().stream().filter(Row::serves)).hasSize(2)
                .allMatch(row -> row.pid() != program.process().pid());
        for (int i = 0; i < 20; i++) {
            assertThat(Web.get(server, "/")).startsWith("HTTP/1.1 200");
        }
        await("all is counted", all -> all.stream().mapToLong(Row::requests).sum() == 20);
        program.signal("TERM");
        assertThat(program.line("ended: ")).isEqualTo("ended: 20 requests served, 0 given up");
        assertThat(program.exit()).isZero();
    }

    @Test
    void everyConnectionOfMpHasAProcessOfItsOwn() throws Exception {
        Program program = serve("--model", "mp", "--workers", "3");
        try (SocketChannel first = SocketChannel.open(program.server());
                SocketChannel second = SocketChannel.open(program.server())) {
            for (SocketChannel each : List.of(first, second)) {
                assertThat(Web.exchange(each, GET)).startsWith("HTTP/1.1 200");
            }
            await("two have worked", all -> all.stream().filter(row -> row.requests() == 1).count() == 2);
        }
        // Both are free again: more connections than there may be processes find one, one after the other.
        for (int i = 0; i < 4; i++) {
            assertThat(Web.get(program.server(), "/")).startsWith("HTTP/1.1 200");
        }
        assertThat(rows()).hasSizeLessThanOrEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"KILL, reuse-port", "STOP, shared"})
    void aWorkerThatIsLostOrStuckIsReplacedAndTheOthersGoOn(String signal, String policy) throws Exception {
        Program program = serve("--model", "symped", "--workers", "2", "--accept", policy);
        program.line("             Ctrl-C");
        List<Row> before = rows().stream().filter(Row::serves).toList();
        Row lost = before.getFirst();
        List<SocketChannel> clients = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            clients.add(SocketChannel.open(program.server()));
            assertThat(Web.exchange(clients.getLast(), GET)).startsWith("HTTP/1.1 200");
        }
        await("all are known", all -> all.stream().mapToLong(Row::connections).sum() == clients.size());
        Row other = rows().stream().filter(row -> row.pid() == before.get(1).pid()).findFirst().orElseThrow();
        send(signal, lost.pid());
        await("it is replaced", all -> all.stream().filter(Row::serves).count() == 2
                && all.stream().noneMatch(row -> row.pid() == lost.pid())
                && all.stream().anyMatch(row -> row.place().equals(lost.place()) && row.restarts() == 1));
        assertThat(clients.stream().filter(IsolationTest::isServed)).hasSize((int) other.connections());
        for (int i = 0; i < 8; i++) {
            assertThat(Web.get(program.server(), "/")).startsWith("HTTP/1.1 200");
        }
        assertThat(rows()).anyMatch(row -> row.pid() == other.pid() && row.serves());
    }

    private static boolean isServed(SocketChannel client) {
        try (client) {
            return Web.exchange(client, GET).startsWith("HTTP/1.1 200");
        } catch (IOException lost) {
            return false;
        }
    }

    @Test
    void workersOfAMasterThatWasKilledEndAndNothingBlocksTheNextStart() throws Exception {
        int port = freePort();
        Program program = serve("--port", Integer.toString(port), "--workers", "2");
        program.line("             Ctrl-C");
        List<ProcessHandle> workers = program.process().children().toList();
        assertThat(workers).isNotEmpty();
        long begun = System.nanoTime();
        program.process().destroyForcibly();
        for (ProcessHandle each : workers) {
            each.onExit().get(20, TimeUnit.SECONDS);
        }
        assertThat(System.nanoTime() - begun).as("a guard against workers that stay").isLessThan(PATIENCE_NANOS);
        Program next = serve("--port", Integer.toString(port), "--workers", "2");
        assertThat(Web.get(next.server(), "/")).startsWith("HTTP/1.1 200");
    }

    static Stream<Arguments> aReloadReadsTheConfigurationAnewAndLosesNothing() {
        return Stream.concat(sample("symped, processes, reload", "mp, processes, reload", "symped, threads, HUP"),
                Stream.of("amped, threads, HUP")).map(each -> Arguments.of((Object[]) each.split(", ")));
    }

    /// The kinds of servers that a new generation takes over from.
    @ParameterizedTest
    @MethodSource
    void aReloadReadsTheConfigurationAnewAndLosesNothing(String model, String isolation, String how) throws Exception {
        Path config = config(folder("old"));
        Program program =
                start("--port", "0", "--config", config.toString(), "--model", model, "--isolation", isolation,
                        "--drain-idle-millis", "500");
        program.line("             Ctrl-C");
        SocketAddress server = program.server();
        assertThat(Web.get(server, "/")).endsWith("old");
        var clients = new Clients(server, 4);
        clients.start();
        config(folder("new"));
        if (how.equals("HUP")) {
            send("HUP", program.process().pid());
        } else {
            assertThat(control("reload")).isEqualTo("generation 2 serves; generation 1 drains\n");
        }
        clients.awaitAnswer("new");
        clients.stop();
        assertThat(clients.lost()).isEmpty();
        await("the old generation ends", all -> all.stream().noneMatch(row -> row.generation() == 1));
        awaitAnswer(server, "new");
        assertThat(program.process().isAlive()).as("the process that was started stays").isTrue();
        program.signal("TERM");
        assertThat(program.line("ended: ")).endsWith(" 0 given up");
        assertThat(program.exit()).isZero();
    }

    @Test
    void oneWorkerMayBeLostWhileAGenerationStarts() throws Exception {
        Program program = serve("--workers", "1");
        program.line("             Ctrl-C");
        send("HUP", program.process().pid());
        await("it starts", all -> all.stream().anyMatch(row -> row.generation() == 2));
        long first = rows().stream().filter(row -> row.generation() == 2).findFirst().orElseThrow().pid();
        send("KILL", first);
        await("another one serves", all -> all.stream().anyMatch(
                row -> row.generation() == 2 && row.serves() && row.pid() != first));
        assertThat(Web.get(program.server(), "/")).startsWith("HTTP/1.1 200");
    }

    /// Served as `--app`: a program that starts, and then cannot answer.
    public static final class Moody implements Handler {
        private final boolean broken = Files.exists(Path.of(System.getenv("XDG_RUNTIME_DIR"), "broken"));

        @Override
        public void handle(Request request, Response response) {
            if (broken) {
                throw new IllegalStateException("asked to fail");
            }
            response.text("fine");
        }
    }

    @Test
    void aProgramThatAnswersItselfWithAnErrorDoesNotTakeOver() throws Exception {
        Program program = serve("--workers", "1", "--app", Moody.class.getName(),
                "--app-path", Path.of("target", "test-classes").toAbsolutePath().toString());
        program.line("             Ctrl-C");
        Files.createFile(temporary.resolve("broken"));
        assertThat(control("reload")).contains("generation 1 goes on", "answered with HTTP/1.1 500");
        assertThat(Web.get(program.server(), "/")).endsWith("fine");
    }

    @Test
    void aConfigurationThatIsBrokenLeavesTheOldGenerationWhereItIs() throws Exception {
        Path config = config(folder("old"));
        Program program = start("--port", "0", "--config", config.toString(), "--isolation", "processes");
        program.line("             Ctrl-C");
        Files.writeString(config, "conections-max=3\n");
        assertThat(control("reload")).contains("generation 2 did not come up, generation 1 goes on")
                .contains("there is no option 'conections-max'");
        assertThat(Web.get(program.server(), "/")).endsWith("old");
        Files.writeString(config, "root=" + folder("mended") + "\n");
        assertThat(control("reload")).contains("serves");
        awaitAnswer(program.server(), "mended");
    }

    @Test
    void theControlSocketIsItsUsersAloneAndNeverTakenFromALiveMaster() throws Exception {
        Path control = temporary.resolve("control");
        Program program = serve("--workers", "1", "--control", control.toString());
        program.line("             Ctrl-C");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(control))).isEqualTo("rw-------");
        Program other = serve("--workers", "1", "--control", control.toString());
        assertThat(other.error()).contains("belongs to the process " + program.process().pid());
        assertThat(other.exit()).isEqualTo(1);

        program.process().destroyForcibly().waitFor();
        assertThat(control).exists();
        Program next = serve("--workers", "1", "--control", control.toString());
        assertThat(Web.get(next.server(), "/")).startsWith("HTTP/1.1 200");
        next.signal("TERM");
        assertThat(next.exit()).isZero();
        assertThat(control).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sped", "seda", "amped", "vt"})
    void aModelThatCannotBeDividedSaysWhy(String model) {
        Console console = Console.run("serve", "--port", "0", "--model", model, "--isolation", "processes");
        assertThat(console.err()).startsWith("partita: the model ").contains("has no processes: ");
        assertThat(console.exit()).isEqualTo(2);
    }

    @Test
    void nioIsRefused() {
        Console console = Console.run("serve", "--port", "0", "--transport", "nio", "--isolation", "processes");
        assertThat(console.err()).contains("sockets are passed between processes", "--transport auto");
        assertThat(console.exit()).isEqualTo(2);
    }

    @Test
    void tooFewDescriptorsAreSaidWithTheLimitAndTheCommand() throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -n 200; exec \"$@\"", "sh"));
        command.addAll(Program.java("serve", "--port", "0", "--workers", "100", "--isolation", "processes"));
        Program program = Program.start(temporary, command);
        started.add(program);
        assertThat(program.error()).contains("needs 864 open files and may have 200: raise that with ulimit -n 864");
        assertThat(program.exit()).isEqualTo(1);
    }

    private Program serve(String... options) throws IOException {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--isolation", "processes"));
        if (!all.contains("--port")) {
            all.addAll(List.of("--port", "0"));
        }
        return start(all.toArray(String[]::new));
    }

    private Program start(String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("serve"));
        arguments.addAll(List.of(options));
        Program program = Program.start(temporary, Program.java(arguments.toArray(String[]::new)));
        started.add(program);
        return program;
    }

    private Path folder(String text) throws IOException {
        Path folder = Files.createDirectories(temporary.resolve("site-" + text));
        Files.writeString(folder.resolve("index.html"), text);
        return folder;
    }

    private Path config(Path root) throws IOException {
        return Files.writeString(temporary.resolve("partita.properties"), "root=" + root + "\n");
    }

    /// Both generations serve for a moment, until the old one has heard that it is to stop accepting.
    private static void awaitAnswer(SocketAddress server, String end) throws IOException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        for (String answer = Web.get(server, "/"); !answer.endsWith(end); answer = Web.get(server, "/")) {
            assertThat(System.nanoTime()).as("the old generation still answers " + answer).isLessThan(deadline);
        }
    }

    private static void send(String signal, long pid) throws Exception {
        new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start().waitFor();
    }

    private static int freePort() throws IOException {
        try (var any = new ServerSocket(0)) {
            return any.getLocalPort();
        }
    }

    private void await(String what, Predicate<List<Row>> condition) throws Exception {
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
            return new Row(Integer.parseInt(columns[0]), columns[1], Long.parseLong(columns[2]), columns[3],
                    Long.parseLong(columns[5]), Long.parseLong(columns[6]), Integer.parseInt(columns[7].strip()));
        }).toList();
    }

    /// What one of the commands says about the server that was started last.
    private String control(String command) throws IOException {
        var said = new ByteArrayOutputStream();
        try (var out = new PrintStream(said, true, UTF_8)) {
            int _ = Main.run(out, out, command, "--control", socket().toString());
        }
        return said.toString(UTF_8);
    }

    private Path socket() throws IOException {
        Path named = temporary.resolve("control");
        if (Files.exists(named)) {
            return named;
        }
        int port = ((InetSocketAddress) started.getLast().server()).getPort();
        return temporary.resolve("partita-" + port + ".sock");
    }
}
