package dev.partita.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.loop.Attendant;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A new process in the place of a server that runs: `partita upgrade`.
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
@EnabledOnOs(OS.LINUX)
class UpgradeTest {
    @TempDir
    Path temporary;

    @RegisterExtension
    final Masters masters = new Masters(() -> temporary);

    @ParameterizedTest
    @CsvSource({"symped, threads", "symped, processes", "amped, processes"})
    void anUpgradeLosesNothing(String model, String isolation) throws Exception {
        Path config = masters.config(masters.folder("old"));
        Program program = masters.start("--port", "0", "--admin", "127.0.0.1:0", "--config", config.toString(),
                "--model", model, "--workers", "2", "--isolation", isolation, "--control",
                temporary.resolve("control").toString(), "--drain-idle-millis", "500");
        program.line("             Ctrl-C");
        Path output = output(program.process().pid());
        SocketAddress server = program.server();
        var clients = new Clients(server, 4);
        clients.start();
        masters.config(masters.folder("new"));
        assertThat(masters.control("upgrade")).matches("process \\d+ serves; process " + program.process().pid()
                + " drains\n");
        assertThat(Web.get(server, "/")).as("the old process has stopped accepting").endsWith("new");
        ProcessHandle successor = masters.successor();
        assertThat(successor.pid()).isNotEqualTo(program.process().pid());
        assertThat(output(successor.pid())).as("it writes where the old one has written").isEqualTo(output);
        assertThat(program.process().waitFor(20, TimeUnit.SECONDS)).as("the old process ends").isTrue();
        assertThat(program.process().exitValue()).isZero();
        clients.stop();
        assertThat(clients.lost()).isEmpty();
        Masters.send("TERM", successor.pid());
        long deadline = System.nanoTime() + Masters.PATIENCE_NANOS;
        while (Files.exists(temporary.resolve("control"))) {
            assertThat(System.nanoTime()).as("the new process ends and leaves nothing").isLessThan(deadline);
        }
    }

    private static Path output(long pid) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc", Long.toString(pid), "fd", "1"));
    }

    @ParameterizedTest
    @CsvSource({"symped, threads", "amped, processes"})
    void theFileOfAUnixSocketIsTheNewProcesses(String model, String isolation) throws Exception {
        Path socket = temporary.resolve("socket");
        Program program = masters.start("--listen", "unix:" + socket, "--demo", "--work-per-micro", "1", "--model",
                model,
                "--workers", "1", "--isolation", isolation, "--control", temporary.resolve("control").toString(),
                "--drain-millis", "3600000");
        program.line("             Ctrl-C");
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            Web.send(client, "GET", "/sleep?millis=60000", "");
            assertThat(masters.control("upgrade")).as("it does not wait for the drain").contains(" drains");
            ProcessHandle _ = masters.successor();
            program.line("draining: ");
            if (isolation.equals("processes")) { // otherwise it has nobody to look after
                assertThat(nanosOfSleeps(program.process().pid(), "supervisor")).as("it waits, and does not turn")
                        .isLessThan(TimeUnit.MILLISECONDS.toNanos(200));
            }
            Masters.send("TERM", program.process().pid());
            assertThat(program.process().waitFor(20, TimeUnit.SECONDS)).as("the old process stops").isTrue();
            assertThat(program.process().exitValue()).isEqualTo(143);
        }
        assertThat(Web.get(UnixDomainSocketAddress.of(socket), "/")).startsWith("HTTP/1.1 200");
    }

    /// How long a thread has been on a processor while it went to sleep five times: `proc_pid_status(5)`, and `schedstat`.
    private static long nanosOfSleeps(long pid, String name) throws IOException {
        Path thread;
        try (Stream<Path> all = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            thread = all.filter(each -> says(each.resolve("comm"), name)).findFirst().orElseThrow();
        }
        long before = nanosOnProcessor(thread);
        long until = sleeps(thread) + 5;
        long deadline = System.nanoTime() + Masters.PATIENCE_NANOS;
        while (sleeps(thread) < until) {
            assertThat(System.nanoTime() - deadline).as("it sleeps").isNegative();
        }
        return nanosOnProcessor(thread) - before;
    }

    private static boolean says(Path file, String text) {
        try {
            return Files.readString(file).strip().equals(text);
        } catch (IOException ended) {
            return false;
        }
    }

    private static long nanosOnProcessor(Path thread) throws IOException {
        return Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ", 2)[0]);
    }

    private static long sleeps(Path thread) throws IOException {
        String key = "voluntary_ctxt_switches:";
        return Files.readAllLines(thread.resolve("status")).stream().filter(line -> line.startsWith(key))
                .mapToLong(line -> Long.parseLong(line.substring(key.length()).strip())).findFirst().orElseThrow();
    }

    /// A connection that the kernel puts into the backlog of a socket on which nobody accepts is never answered.
    @Test
    void ampedAcceptsOnEverySocketOfTheServerBefore() throws Exception {
        Path config = temporary.resolve("partita.properties");
        Files.writeString(config, "model=symped\naccept=reuse-port\nworkers=4\n");
        Program program = masters.serve("--config", config.toString(), "--control",
                temporary.resolve("control").toString());
        program.line("             Ctrl-C");
        Files.writeString(config, "model=amped\nworkers=1\n");
        assertThat(masters.control("upgrade")).contains(" drains");
        ProcessHandle _ = masters.successor();
        for (int i = 0; i < 30; i++) {
            assertThat(Web.get(program.server(), "/")).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void aReloadThatFailsAfterAnUpgradeLeavesEverythingAsItIs() throws Exception {
        Program program = masters.start("--port", "0", "--model", "sped", "--control",
                temporary.resolve("control").toString(), "--app", IsolationTest.Moody.class.getName(), "--app-path",
                Path.of("target", "test-classes").toAbsolutePath().toString());
        program.line("             Ctrl-C");
        assertThat(masters.control("upgrade")).contains(" drains");
        long successor = masters.successor().pid();
        Path broken = Files.createFile(temporary.resolve("broken"));
        assertThat(masters.control("reload")).contains("goes on", "answered with HTTP/1.1 500");
        Files.delete(broken);
        assertThat(masters.control("reload")).contains("serves");
        assertThat(masters.successor().pid()).isEqualTo(successor);
    }

    /// The path of a unix socket has 107 bytes.
    @Test
    void whereTheControlSocketFindsRoomAnUpgradeDoesToo() throws Exception {
        int left = 107 - temporary.toString().length() - "//control".length();
        Path folder = Files.createDirectory(temporary.resolve("f".repeat(left)));
        Path control = folder.resolve("control");
        Files.createSymbolicLink(temporary.resolve("control"), control);
        Program program = masters.start("--port", "0", "--model", "sped", "--control", control.toString());
        program.line("             Ctrl-C");
        assertThat(masters.control("upgrade")).contains(" drains");
        ProcessHandle _ = masters.successor();
        assertThat(Web.get(program.server(), "/")).startsWith("HTTP/1.1 200");
        assertThat(folder).isDirectoryNotContaining(each -> !each.equals(control));
    }

    /// The old master is stopped, so that it does not say that the new one is to take over.
    @Test
    void aNewProcessEndsWithTheOldOneThatItIsToTakeOverFrom() throws Exception {
        Path folder = Files.createDirectory(temporary.resolve("run"));
        Path control = folder.resolve("socket");
        Files.createSymbolicLink(temporary.resolve("control"), control);
        Program program = masters.serve("--demo", "--work-per-micro", "1", "--workers", "1", "--control",
                control.toString(), "--drain-millis", "3600000");
        program.line("             Ctrl-C");
        ProcessHandle old = program.process().toHandle();
        List<ProcessHandle> workers = old.children().toList();
        new Attendant("upgrade", this::upgrade).start();
        while (count(folder) < 2) {
            Thread.onSpinWait(); // until the new one has a control socket
        }
        Masters.stop(old.pid());
        workers.forEach(ProcessHandle::destroyForcibly);
        List<ProcessHandle> others = List.of();
        try (SocketChannel client = SocketChannel.open(program.server())) {
            assertThat(Web.exchange(client, "GET /plaintext HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                    .startsWith("HTTP/1.1 200");
            Web.send(client, "GET", "/sleep?millis=60000", "");
            others = old.descendants().filter(each -> !workers.contains(each)).toList();
            assertThat(others).as("a master and its workers").hasSizeGreaterThan(1);
            old.destroyForcibly();
            for (ProcessHandle each : others) {
                each.onExit().get(20, TimeUnit.SECONDS);
            }
        } finally {
            others.forEach(ProcessHandle::destroyForcibly);
        }
        assertThat(folder).isDirectoryNotContaining(each -> !each.equals(control));
        Program next = masters.serve("--port", Integer.toString(Masters.port(program.server())), "--workers", "1");
        assertThat(Web.get(next.server(), "/")).startsWith("HTTP/1.1 200");
    }

    /// A new process serves beside the old one for a moment, if there is something to do.
    @Test
    void aServerThatEndsWhileTwoProcessesServeFinishesTheRequestsOfBoth() throws Exception {
        Path config = masters.config(masters.folder("old"));
        Program program = masters.start("--port", "0", "--config", config.toString(), "--demo", "--work-per-micro", "1",
                "--model", "sped", "--control", temporary.resolve("control").toString());
        program.line("             Ctrl-C");
        var clients = new Clients(program.server(), 4);
        clients.start();
        masters.config(masters.folder("new"));
        new Attendant("upgrade", this::upgrade).start();
        String answer = Web.get(program.server(), "/index.html");
        while (!answer.endsWith("new")) {
            assertThat(answer).endsWith("old");
            answer = Web.get(program.server(), "/index.html");
        }
        clients.stop();
        List<SocketChannel> asking = Web.ask(program.server(), 16, "/sleep?millis=50");
        program.signal("TERM");
        assertThat(Web.receive(asking)).hasSize(16).allMatch(each -> each.startsWith("HTTP/1.1 200"));
        assertThat(program.exit()).isZero();
        assertThat(clients.lost()).isEmpty();
    }

    @Test
    void whatAnUpgradeHasStartedEndsWithIt() throws Exception {
        Assumptions.assumeTrue(System.getProperty("jdk.module.path") != null, "a launcher starts a program of modules");
        Path build = temporary.resolve("build");
        Path launcher = Files.writeString(temporary.resolve("launcher"), "#!/bin/sh\nsleep 1000 &\necho $! > " + build
                + ".new\nmv " + build + ".new " + build + "\nwait\n");
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
        List<String> command = new ArrayList<>(List.of("sh", "-c", "PARTITA_LAUNCHER=\"$$ $0\" exec \"$@\"",
                launcher.toString()));
        command.addAll(Program.java("serve", "--port", "0", "--model", "sped", "--control",
                temporary.resolve("control").toString()));
        Program program = masters.run(command);
        program.line("             Ctrl-C");
        new Attendant("upgrade", this::upgrade).start();
        while (!Files.exists(build)) {
            Thread.onSpinWait(); // until it is started
        }
        ProcessHandle builds = ProcessHandle.of(Long.parseLong(Files.readString(build).strip())).orElseThrow();
        program.signal("TERM");
        assertThat(program.exit()).isZero();
        builds.onExit().get(20, TimeUnit.SECONDS);
    }

    private void upgrade() {
        try {
            String _ = masters.control("upgrade");
        } catch (IOException gone) {
            // the server is killed meanwhile
        }
    }

    private static long count(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.count();
        }
    }

    @Test
    void aNewProcessThatDoesNotServeLeavesTheOldOneWhereItIs() throws Exception {
        Path config = masters.config(masters.folder("old"));
        Program program = masters.start("--port", "0", "--config", config.toString(), "--model", "sped", "--control",
                temporary.resolve("control").toString());
        program.line("             Ctrl-C");
        Files.writeString(config, "conections-max=3\n");
        assertThat(masters.control("upgrade")).contains("the new process did not come up, this one goes on")
                .contains("there is no option 'conections-max'");
        assertThat(Web.get(program.server(), "/")).endsWith("old");
        assertThat(masters.successor().pid()).isEqualTo(program.process().pid());
    }
}
