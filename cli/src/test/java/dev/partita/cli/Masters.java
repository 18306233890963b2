package dev.partita.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Servers that are asked through their control sockets. After each test all of them are ended, with whatever they have started.
final class Masters implements AfterEachCallback {
    static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final Pattern MASTER = Pattern.compile("(?m)^master (\\d+), ");

    private final Supplier<Path> temporary;
    private final List<Program> started = new ArrayList<>();
    /// Processes that have taken over from those that were started.
    private final List<ProcessHandle> successors = new ArrayList<>();

    /// A row of `partita status`.
    record Row(
            int generation,
            String place,
            long pid,
            String state,
            long connections,
            long requests,
            int restarts,
            String lastEnd) {
        boolean serves() {
            return state.equals("serving");
        }
    }

    /// @param temporary where the servers keep what they keep for a user; asked once a test has begun
    Masters(Supplier<Path> temporary) {
        this.temporary = temporary;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        List<ProcessHandle> all = new ArrayList<>(successors);
        started.forEach(each -> all.add(each.process().toHandle()));
        for (ProcessHandle each : all) {
            List<ProcessHandle> workers = each.descendants().toList();
            each.destroyForcibly();
            workers.forEach(ProcessHandle::destroyForcibly);
        }
    }

    /// Starts one whose workers are processes.
    Program serve(String... options) throws IOException {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--isolation", "processes"));
        if (!all.contains("--port")) {
            all.addAll(List.of("--port", "0"));
        }
        return start(all.toArray(String[]::new));
    }

    Program start(String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("serve"));
        arguments.addAll(List.of(options));
        return run(Program.java(arguments.toArray(String[]::new)));
    }

    Program run(List<String> command) throws IOException {
        Program program = Program.start(temporary.get(), command);
        started.add(program);
        return program;
    }

    /// A folder with a page that says so.
    Path folder(String text) throws IOException {
        Path folder = Files.createDirectories(temporary.get().resolve("site-" + text));
        Files.writeString(folder.resolve("index.html"), text);
        return folder;
    }

    Path config(Path root) throws IOException {
        return Files.writeString(temporary.get().resolve("partita.properties"), "root=" + root + "\n");
    }

    static void send(String signal, long pid) throws Exception {
        new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start().waitFor();
    }

    /// Stops a process, and waits until all of its threads have: each does so when it comes out of the kernel next.
    static void stop(long pid) throws Exception {
        send("STOP", pid);
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!isStopped(pid)) {
            assertThat(System.nanoTime() - deadline).as("process %d stops", pid).isNegative();
        }
    }

    /// `proc_pid_stat(5)`: the state follows the name, which may hold blanks.
    private static boolean isStopped(long pid) throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path each : threads.toList()) {
                String stat = Files.readString(each.resolve("stat"));
                if (!stat.substring(stat.lastIndexOf(')')).startsWith(") T")) {
                    return false;
                }
            }
            return true;
        }
    }

    void await(String what, Predicate<List<Row>> condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.test(rows())) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("it did not happen that " + what + ":\n" + control("status"));
            }
        }
    }

    List<Row> rows() throws IOException {
        return control("status").lines().filter(line -> line.matches("\\d+ +[-\\d]+ .*")).map(line -> {
            String[] columns = line.split(" +", 9);
            return new Row(Integer.parseInt(columns[0]), columns[1], Long.parseLong(columns[2]), columns[3],
                    Long.parseLong(columns[5]), Long.parseLong(columns[6]), Integer.parseInt(columns[7].strip()),
                    columns.length < 9 ? "" : columns[8]);
        }).toList();
    }

    /// The process that answers now, after an upgrade.
    ProcessHandle successor() throws IOException {
        Matcher master = MASTER.matcher(control("status"));
        assertThat(master.find()).as("a master answers").isTrue();
        ProcessHandle successor = ProcessHandle.of(Long.parseLong(master.group(1))).orElseThrow();
        successors.add(successor);
        return successor;
    }

    /// What one of the commands says about the server that was started last.
    String control(String command) throws IOException {
        var said = new ByteArrayOutputStream();
        try (var out = new PrintStream(said, true, UTF_8)) {
            int _ = Main.run(out, out, command, "--control", socket().toString());
        }
        return said.toString(UTF_8);
    }

    private Path socket() throws IOException {
        Path named = temporary.get().resolve("control");
        if (Files.exists(named)) {
            return named;
        }
        int port = port(started.getLast().server());
        return temporary.get().resolve("partita-" + port + ".sock");
    }

    static int port(SocketAddress server) {
        return ((InetSocketAddress) server).getPort();
    }
}
