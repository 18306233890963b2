package dev.partita.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.http.Handler;
import dev.partita.http.Request;
import dev.partita.http.Response;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Workers that are processes: what they serve, what becomes of them, and of the program when one of them, or all, or the master
/// is lost or replaced.
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
@EnabledOnOs(OS.LINUX)
class IsolationTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

    @TempDir
    Path temporary;

    @RegisterExtension
    final Masters masters = new Masters(() -> temporary);

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
        Program program = masters.serve("--model", "symped", "--workers", "2", "--accept", policy);
        SocketAddress server = program.server();
        program.line("             Ctrl-C");
        assertThat(masters.rows().stream().filter(Masters.Row::serves)).hasSize(2)
                .allMatch(row -> row.pid() != program.process().pid());
        for (int i = 0; i < 20; i++) {
            assertThat(Web.get(server, "/")).startsWith("HTTP/1.1 200");
        }
        masters.await("all is counted", all -> all.stream().mapToLong(Masters.Row::requests).sum() == 20);
        program.signal("TERM");
        assertThat(program.line("ended: ")).isEqualTo("ended: 20 requests served, 0 given up");
        assertThat(program.exit()).isZero();
    }

    @Test
    void everyConnectionOfMpHasAProcessOfItsOwn() throws Exception {
        Program program = masters.serve("--model", "mp", "--workers", "3");
        try (SocketChannel first = SocketChannel.open(program.server());
                SocketChannel second = SocketChannel.open(program.server())) {
            for (SocketChannel each : List.of(first, second)) {
                assertThat(Web.exchange(each, GET)).startsWith("HTTP/1.1 200");
            }
            masters.await("two have worked", all -> all.stream().filter(row -> row.requests() == 1).count() == 2);
        }
        // Both are free again: more connections than there may be processes find one, one after the other.
        for (int i = 0; i < 4; i++) {
            assertThat(Web.get(program.server(), "/")).startsWith("HTTP/1.1 200");
        }
        assertThat(masters.rows()).hasSizeLessThanOrEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"KILL, reuse-port", "STOP, shared"})
    void aWorkerThatIsLostOrStuckIsReplacedAndTheOthersGoOn(String signal, String policy) throws Exception {
        Program program = masters.serve("--model", "symped", "--workers", "2", "--accept", policy);
        program.line("             Ctrl-C");
        List<Masters.Row> before = masters.rows().stream().filter(Masters.Row::serves).toList();
        Masters.Row lost = before.getFirst();
        List<SocketChannel> clients = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            clients.add(SocketChannel.open(program.server()));
            assertThat(Web.exchange(clients.getLast(), GET)).startsWith("HTTP/1.1 200");
        }
        masters.await("all are known", all -> all.stream().mapToLong(Masters.Row::connections).sum() == clients.size());
        Masters.Row other =
                masters.rows().stream().filter(row -> row.pid() == before.get(1).pid()).findFirst().orElseThrow();
        Masters.send(signal, lost.pid());
        masters.await("it is replaced", all -> all.stream().filter(Masters.Row::serves).count() == 2
                && all.stream().noneMatch(row -> row.pid() == lost.pid())
                && all.stream().anyMatch(row -> row.place().equals(lost.place()) && row.restarts() == 1));
        assertThat(clients.stream().filter(IsolationTest::isServed)).hasSize((int) other.connections());
        for (int i = 0; i < 8; i++) {
            assertThat(Web.get(program.server(), "/")).startsWith("HTTP/1.1 200");
        }
        assertThat(masters.rows()).anyMatch(row -> row.pid() == other.pid() && row.serves());
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
        Program program = masters.serve("--port", Integer.toString(port), "--workers", "2");
        program.line("             Ctrl-C");
        List<ProcessHandle> workers = program.process().children().toList();
        assertThat(workers).isNotEmpty();
        long begun = System.nanoTime();
        program.process().destroyForcibly();
        for (ProcessHandle each : workers) {
            each.onExit().get(20, TimeUnit.SECONDS);
        }
        assertThat(System.nanoTime() - begun).as("a guard against workers that stay")
                .isLessThan(Masters.PATIENCE_NANOS);
        Program next = masters.serve("--port", Integer.toString(port), "--workers", "2");
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
        Path config = masters.config(masters.folder("old"));
        Program program =
                masters.start("--port", "0", "--config", config.toString(), "--model", model, "--isolation", isolation,
                        "--drain-idle-millis", "500");
        program.line("             Ctrl-C");
        SocketAddress server = program.server();
        assertThat(Web.get(server, "/")).endsWith("old");
        var clients = new Clients(server, 4);
        clients.start();
        masters.config(masters.folder("new"));
        if (how.equals("HUP")) {
            program.signal("HUP");
            program.line("reloaded: ");
        } else {
            assertThat(masters.control("reload")).isEqualTo("generation 2 serves; generation 1 drains\n");
        }
        assertThat(Web.get(server, "/")).as("the old generation has stopped accepting").endsWith("new");
        clients.stop();
        assertThat(clients.lost()).isEmpty();
        masters.await("the old generation ends", all -> all.stream().noneMatch(row -> row.generation() == 1));
        assertThat(Web.get(server, "/")).endsWith("new");
        assertThat(program.process().isAlive()).as("the process that was started stays").isTrue();
        program.signal("TERM");
        assertThat(program.line("ended: ")).endsWith(" 0 given up");
        assertThat(program.exit()).isZero();
    }

    /// A new generation serves beside the old one for a moment, if there is something to do.
    @ParameterizedTest
    @CsvSource({"symped, shared", "amped, "})
    void aServerThatEndsWhileTwoGenerationsServeFinishesTheRequestsOfBoth(String model, @Nullable String accept)
            throws Exception {
        List<String> options = new ArrayList<>(List.of("--demo", "--work-per-micro", "1", "--model", model, "--workers",
                "1"));
        if (accept != null) {
            options.addAll(List.of("--accept", accept));
        }
        Program program = masters.serve(options.toArray(String[]::new));
        program.line("             Ctrl-C");
        var clients = new Clients(program.server(), 4);
        clients.start();
        Masters.send("HUP", program.process().pid());
        masters.await("both serve",
                all -> all.stream().filter(Masters.Row::serves).map(Masters.Row::generation).distinct().count() == 2);
        clients.stop();
        List<SocketChannel> asking = Web.ask(program.server(), 16, "/sleep?millis=100");
        program.signal("TERM");
        assertThat(Web.receive(asking)).hasSize(16).allMatch(each -> each.startsWith("HTTP/1.1 200"));
        assertThat(program.exit()).isZero();
        assertThat(clients.lost()).isEmpty();
    }

    @Test
    void asManyWorkersOfMpTakeOverAsHaveClients() throws Exception {
        Program program = masters.serve("--model", "mp", "--workers", "4");
        program.line("             Ctrl-C");
        List<SocketChannel> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            clients.add(SocketChannel.open(program.server()));
            assertThat(Web.exchange(clients.getLast(), GET)).startsWith("HTTP/1.1 200");
        }
        assertThat(masters.control("reload")).contains("generation 2 serves");
        assertThat(masters.rows().stream().filter(row -> row.generation() == 2 && row.serves())).hasSize(4);
        for (SocketChannel each : clients) {
            each.close();
        }
    }

    @Test
    void oneWorkerMayBeLostWhileAGenerationStarts() throws Exception {
        Program program = masters.serve("--workers", "1");
        program.line("             Ctrl-C");
        Masters.send("HUP", program.process().pid());
        masters.await("it starts", all -> all.stream().anyMatch(row -> row.generation() == 2));
        long first = masters.rows().stream().filter(row -> row.generation() == 2).findFirst().orElseThrow().pid();
        Masters.send("KILL", first);
        masters.await("another one serves", all -> all.stream().anyMatch(
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
        Program program = masters.serve("--workers", "1", "--app", Moody.class.getName(),
                "--app-path", Path.of("target", "test-classes").toAbsolutePath().toString());
        program.line("             Ctrl-C");
        masters.await("the spare one has looked", all -> all.stream().anyMatch(row -> row.state().equals("spare")));
        Files.createFile(temporary.resolve("broken"));
        assertThat(masters.control("reload")).contains("generation 1 goes on", "answered with HTTP/1.1 500");
        assertThat(Web.get(program.server(), "/")).endsWith("fine");
    }

    /// Served as `--app`: takes more memory than there is when it is asked to.
    public static final class Hungry implements Handler {
        private final List<byte[]> eaten = new ArrayList<>();

        @Override
        public void handle(Request request, Response response) {
            while (request.path().equals("/eat")) {
                eaten.add(new byte[1 << 20]);
            }
            response.text("fine");
        }
    }

    @Test
    void aWorkerThatHasNoMemoryLeftIsReplacedAndTheReasonShown() throws Exception {
        Program program = masters.serve("--workers", "1", "--admin", "127.0.0.1:0", "--app", Hungry.class.getName(),
                "--app-path", Path.of("target", "test-classes").toAbsolutePath().toString());
        program.line("             Ctrl-C");
        try (SocketChannel client = SocketChannel.open(program.server())) {
            Web.send(client, "GET", "/eat", "");
            masters.await("it is replaced", all -> all.stream().anyMatch(
                    row -> row.serves() && row.restarts() == 1 && row.lastEnd().startsWith("out of memory")));
        }
        assertThat(Web.get(program.server(), "/")).endsWith("fine");
        assertThat(Web.get(program.admin(), "/metrics")).contains(
                "partita_workers_replaced_total{why=\"out of memory\"} 1.0\n");
    }

    @Test
    void aServerOfThreadsThatCannotBeAskedYetIsToldWhatToDo() {
        Console console = Console.run("status", "--control", temporary.resolve("none").toString());
        assertThat(console.err()).contains("kill -HUP its process", "--control PATH");
        assertThat(console.exit()).isEqualTo(1);
    }

    @Test
    void aConfigurationThatIsBrokenLeavesTheOldGenerationWhereItIs() throws Exception {
        Path config = masters.config(masters.folder("old"));
        Program program = masters.start("--port", "0", "--config", config.toString(), "--isolation", "processes");
        program.line("             Ctrl-C");
        Files.writeString(config, "conections-max=3\n");
        assertThat(masters.control("reload")).contains("generation 2 did not come up, generation 1 goes on")
                .contains("there is no option 'conections-max'");
        assertThat(Web.get(program.server(), "/")).endsWith("old");
        Files.writeString(config, "root=" + masters.folder("mended") + "\n");
        assertThat(masters.control("reload")).contains("serves");
        assertThat(Web.get(program.server(), "/")).endsWith("mended");
    }

    @Test
    void workersThatHaveServedEnoughAreReplacedAndNothingIsLost() throws Exception {
        Program program = masters.serve("--workers", "2", "--worker-requests-max", "40", "--drain-idle-millis", "500");
        program.line("             Ctrl-C");
        List<Long> before = masters.rows().stream().map(Masters.Row::pid).toList();
        var clients = new Clients(program.server(), 4);
        clients.start();
        masters.await("both are new", all -> all.stream().filter(
                row -> row.serves() && row.restarts() > 0 && !before.contains(row.pid())).count() >= 2);
        clients.stop();
        assertThat(clients.lost()).isEmpty();
        assertThat(masters.control("status")).containsPattern("recycled after \\d+ requests");
    }

    @Test
    void theSignalForANewLogReachesTheWorkersThatHandleIt() throws Exception {
        Path log = temporary.resolve("access.log");
        Program program = masters.serve("--workers", "2", "--access-log", log.toString());
        program.line("             Ctrl-C");
        for (int i = 0; i < 8; i++) {
            Web.get(program.server(), "/old");
        }
        awaitLines(8, "/old", log);
        Path moved = Files.move(log, temporary.resolve("access.log.1"));
        program.signal("USR1");
        int asked = 0;
        long old;
        do { // what is asked before a worker has heard of the signal is in the old file
            old = lines(moved, "/new");
            for (int i = 0; i < 16; i++) { // so many that each worker has some of them
                Web.get(program.server(), "/new");
            }
            asked += 16;
            awaitLines(asked, "/new", moved, log);
        } while (lines(moved, "/new") > old);
        for (int i = 0; i < 8; i++) {
            Web.get(program.server(), "/newest");
        }
        awaitLines(8, "/newest", log);
        assertThat(lines(moved, "/new")).isEqualTo(old);
        assertThat(masters.rows().stream().filter(Masters.Row::serves)).hasSize(2).allMatch(row -> row.restarts() == 0);
    }

    private static void awaitLines(int count, String path, Path... logs) throws IOException {
        long deadline = System.nanoTime() + Masters.PATIENCE_NANOS;
        long found = 0;
        while (found < count) {
            assertThat(System.nanoTime()).as(() -> List.of(logs) + " lack lines of " + path).isLessThan(deadline);
            found = 0;
            for (Path each : logs) {
                found += lines(each, path);
            }
        }
    }

    private static long lines(Path log, String path) throws IOException {
        return Files.exists(log)
                ? Files.readString(log).lines().filter(line -> line.contains(" " + path + " ")).count()
                : 0;
    }

    @Test
    void theControlSocketIsItsUsersAloneAndNeverTakenFromALiveMaster() throws Exception {
        Path control = temporary.resolve("control");
        Program program = masters.serve("--workers", "1", "--control", control.toString());
        program.line("             Ctrl-C");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(control))).isEqualTo("rw-------");
        Program other = masters.serve("--workers", "1", "--control", control.toString());
        assertThat(other.error()).contains("belongs to the process " + program.process().pid());
        assertThat(other.exit()).isEqualTo(1);

        program.process().destroyForcibly().waitFor();
        assertThat(control).exists();
        Program next = masters.serve("--workers", "1", "--control", control.toString());
        assertThat(Web.get(next.server(), "/")).startsWith("HTTP/1.1 200");
        next.signal("TERM");
        assertThat(next.exit()).isZero();
        assertThat(control).doesNotExist();
    }

    @Test
    void aServerIsFoundThatWasStartedInAnotherEnvironment() throws Exception {
        Path folder = Files.createDirectory(temporary.resolve("tmp"));
        List<String> server = new ArrayList<>(List.of("env", "-u", "XDG_RUNTIME_DIR"));
        server.addAll(in(folder, Program.java("serve", "--port", "0", "--isolation", "processes", "--workers", "1")));
        Program program = masters.run(server);
        String port = Integer.toString(Masters.port(program.server()));
        program.line("             Ctrl-C");
        Program status = masters.run(in(folder, Program.java("status", "--port", port)));
        assertThat(status.line("master ")).startsWith("master " + program.process().pid() + ", ");
    }

    /// The command with another folder for temporary files.
    private static List<String> in(Path folder, List<String> java) {
        List<String> all = new ArrayList<>(java);
        all.add(1, "-Djava.io.tmpdir=" + folder);
        return all;
    }

    @Test
    void aMasterThatIsStoppedIsNotWaitedForForEver() throws Exception {
        Program program = masters.serve("--workers", "1");
        program.line("             Ctrl-C");
        Masters.stop(program.process().pid());
        assertThat(masters.control("status")).contains("the master at ", " does not answer");
    }

    /// A pipe has room for 64 KiB.
    @Test
    void whoDoesNotReadWhatTheServerWritesStopsNobody() throws Exception {
        Program program = masters.serve("--workers", "1", "--access-log", "-", "--worker-requests-max", "2000");
        SocketAddress server = program.server();
        program.line("             Ctrl-C");
        for (int connections = 0; connections < 4; connections++) {
            try (SocketChannel client = SocketChannel.open(server)) {
                for (int requests = 0; requests < 500; requests++) {
                    String answer = Web.exchange(client, GET.replace("/ ", "/?" + "x".repeat(400) + " "));
                    assertThat(answer).startsWith("HTTP/1.1 200");
                }
            }
        }
        masters.await("a worker takes the place of one that has served enough",
                all -> all.stream().anyMatch(row -> row.serves() && row.restarts() > 0));
        program.signal("TERM");
        assertThat(program.process().waitFor(30, TimeUnit.SECONDS)).as("it ends").isTrue();
        assertThat(program.process().exitValue()).as("all was served").isZero();
    }

    /// Served as `--app`: says much more than a pipe has room for.
    public static final class Loud implements Handler {
        @Override
        public void handle(Request request, Response response) {
            if (request.path().equals("/loud")) {
                System.err.println("x".repeat(128 << 10));
            }
            response.text("fine");
        }
    }

    @Test
    void aLogThatNobodyReadsStopsNobodyWhoLooksAfterWorkers() throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "-c",
                "mkfifo $0 && exec 3<>$0 && exec \"$@\" 2>&3 3>&-", temporary.resolve("unread").toString()));
        command.addAll(Program.java("serve", "--port", "0", "--isolation", "processes", "--workers", "1", "--app",
                Loud.class.getName(), "--app-path", Path.of("target", "test-classes").toAbsolutePath().toString()));
        Program program = masters.run(command);
        program.line("             Ctrl-C");
        for (int i = 0; i < 2; i++) {
            assertThat(Web.get(program.server(), "/loud")).endsWith("fine");
        }
        for (int i = 0; i < 2; i++) {
            long lost = masters.rows().stream().filter(Masters.Row::serves).findFirst().orElseThrow().pid();
            Masters.send("KILL", lost);
            masters.await("another one serves", all -> all.stream().anyMatch(
                    row -> row.serves() && row.pid() != lost));
            assertThat(Web.get(program.server(), "/")).endsWith("fine");
        }
        program.signal("TERM");
        assertThat(program.process().waitFor(30, TimeUnit.SECONDS)).as("it ends").isTrue();
        assertThat(program.process().exitValue()).as("all was served").isZero();
    }

    @Test
    void ampedThatDrainsAcceptsNobodyAndBeginsNothing() throws Exception {
        Path control = temporary.resolve("control");
        Program program = masters.serve("--demo", "--work-per-micro", "1", "--model", "amped", "--workers", "1",
                "--control", control.toString(), "--drain-millis", "3600000");
        SocketAddress server = program.server();
        try (SocketChannel client = SocketChannel.open(server)) {
            Web.send(client, "GET", "/sleep?millis=60000", "");
            masters.await("it is worked on", all -> all.stream().anyMatch(row -> row.connections() == 1));
            program.signal("TERM");
            program.line("draining: ");
            long deadline = System.nanoTime() + Masters.PATIENCE_NANOS;
            while (connects(server)) {
                assertThat(System.nanoTime() - deadline).as("the port is closed").isNegative();
            }
            assertThat(masters.control("upgrade")).contains("the server is ending");
            assertThat(masters.control("reload")).contains("the server is ending");
        }
    }

    private static boolean connects(SocketAddress server) {
        try (SocketChannel _ = SocketChannel.open(server)) {
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    @Test
    void ampedLeavesDescriptorsForWorkersWhateverTheConnections() throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -n 160; exec \"$@\"", "sh"));
        command.addAll(Program.java("serve", "--port", "0", "--model", "amped", "--workers", "1", "--isolation",
                "processes"));
        Program program = masters.run(command);
        SocketAddress server = program.server();
        List<SocketChannel> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 160; i++) {
                clients.add(SocketChannel.open(server));
            }
            assertThat(Web.exchange(clients.getFirst(), GET)).startsWith("HTTP/1.1 200");
            for (int i = 0; i < 2; i++) {
                long lost = masters.rows().stream().filter(Masters.Row::serves).findFirst().orElseThrow().pid();
                Masters.send("KILL", lost);
                masters.await("another one serves", all -> all.stream().anyMatch(
                        row -> row.serves() && row.pid() != lost));
                assertThat(Web.exchange(clients.getFirst(), GET)).startsWith("HTTP/1.1 200");
            }
        } finally {
            for (SocketChannel each : clients) {
                each.close();
            }
        }
        program.signal("TERM");
        assertThat(program.error()).contains("this process may have 160 open files, and keeps 104 of them for workers");
    }

    @Test
    void whoWaitsAtAnAddressThatAReloadDropsIsServedByTheNextGeneration() throws Exception {
        int before = freePort();
        Path config = temporary.resolve("partita.properties");
        Files.writeString(config, "port=" + before + "\n");
        Program program = masters.start("--config", config.toString(), "--isolation", "processes", "--model", "mp",
                "--workers", "1", "--control", temporary.resolve("control").toString());
        program.line("             Ctrl-C");
        try (SocketChannel first = SocketChannel.open(program.server());
                SocketChannel second = SocketChannel.open(program.server())) {
            assertThat(Web.exchange(first, GET)).startsWith("HTTP/1.1 200");
            Files.writeString(config, "port=" + freePort() + "\n");
            assertThat(masters.control("reload")).contains(" serves");
            assertThat(Web.exchange(second, GET)).startsWith("HTTP/1.1 200");
        }
    }

    @ParameterizedTest
    @CsvSource({"sped, symped is several of them", "seda, through queues in one memory",
        "vt, the carriers of one JVM"})
    void aModelThatCannotBeDividedSaysWhy(String model, String why) {
        Console console = Console.run("serve", "--port", "0", "--model", model, "--isolation", "processes");
        assertThat(console.err()).startsWith("partita: the model ").contains("has no processes: ", why);
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
        Program program = masters.run(command);
        assertThat(program.error()).contains("100 workers need 569 open files in their master, which may have"
                + " 200: raise that with ulimit -n 569");
        assertThat(program.exit()).isEqualTo(1);
    }

    @Test
    void whatReloadsMayLackIsAWarning() throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -n 90; exec \"$@\"", "sh"));
        command.addAll(Program.java("serve", "--port", "0", "--workers", "1", "--isolation", "processes"));
        Program program = masters.run(command);
        assertThat(Web.get(program.server(), "/")).startsWith("HTTP/1.1 200");
        Masters.send("TERM", program.process().pid());
        assertThat(program.error())
                .containsOnlyOnce("4 generations, which need 104 open files in their master, which may have 90");
    }

    private static int freePort() throws IOException {
        try (var any = new ServerSocket(0)) {
            return any.getLocalPort();
        }
    }
}
