package dev.partita.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.linux.User;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// A server that root starts and that serves as somebody else: `--user`.
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
@EnabledOnOs(OS.LINUX)
class UserTest {
    private static final String NOBODY = "nobody";

    @TempDir
    Path temporary;

    @RegisterExtension
    final Masters masters = new Masters(() -> temporary);

    @Test
    void everyThreadBecomesTheUserForGood() throws Exception {
        needsRoot();
        Program program = serveAsNobody("--model", "sped");
        assertThat(Web.get(program.server(), "/")).startsWith("HTTP/1.1 200");
        assertNobody(program.process().pid());
        assertThat(masters.control("reload")).contains("generation 2 serves");
        assertThat(Web.get(program.server(), "/")).startsWith("HTTP/1.1 200");
        assertNobody(masters.rows().getFirst().pid());
    }

    @Test
    void theWorkersBecomeTheUserAndTheMasterStays() throws Exception {
        needsRoot();
        Program program = serveAsNobody("--isolation", "processes", "--workers", "1");
        assertThat(Web.get(program.server(), "/")).startsWith("HTTP/1.1 200");
        List<Masters.Row> workers = masters.rows();
        assertThat(workers).isNotEmpty();
        for (Masters.Row each : workers) {
            if (!each.state().equals("starting")) {
                assertNobody(each.pid());
            }
        }
        assertThat(values(program.process().pid(), "Uid")).containsOnly("0 0 0 0");
    }

    @Test
    void theMasterThatHasTheConnectionsBecomesTheUserToo() throws Exception {
        needsRoot();
        Program program = serveAsNobody("--model", "amped", "--isolation", "processes", "--workers", "1");
        assertThat(Web.get(program.server(), "/")).startsWith("HTTP/1.1 200");
        assertNobody(program.process().pid());
        assertThat(masters.control("reload")).contains("generation 2 serves");
        assertThat(Web.get(program.server(), "/")).startsWith("HTTP/1.1 200");
        assertThat(masters.control("upgrade")).contains(" drains");
        assertNobody(masters.successor().pid());
        assertThat(Web.get(program.server(), "/")).startsWith("HTTP/1.1 200");
    }

    @Test
    void tooFewProcessesAreSaidWithTheLimitAndTheCommand() throws Exception {
        Program program = masters.run(withProcesses(2_000, "--workers", "100", "--user",
                User.isRoot() ? NOBODY : System.getProperty("user.name")));
        assertThat(program.error()).containsPattern("100 workers need about 2456 threads, and this user may have"
                + " \\d+: raise that with ulimit -u 2456, or lower --workers");
        assertThat(program.exit()).isEqualTo(1);
    }

    @Test
    void theLimitOfAUserIsNotRoots() throws Exception {
        needsRoot();
        Program program = masters.run(withProcesses(50, "--workers", "1"));
        assertThat(Web.get(program.server(), "/")).startsWith("HTTP/1.1 200");
    }

    private static List<String> withProcesses(int most, String... options) {
        List<String> command = new ArrayList<>(List.of(Tool.installed("prlimit").toString(), "--nproc=" + most));
        command.addAll(Program.java("serve", "--port", "0", "--isolation", "processes"));
        command.addAll(List.of(options));
        return command;
    }

    @Test
    void aUserWhoDoesNotExistIsRefused() {
        Console console = Console.run("serve", "--port", "0", "--user", "no-such-user");
        assertThat(console.err()).startsWith("partita: there is no user 'no-such-user' on this machine");
        assertThat(console.exit()).isEqualTo(2);
    }

    @Test
    void aUserWithoutANameHasAControlSocketThatRootFinds() throws Exception {
        needsRoot();
        Path folder = Files.createDirectory(temporary.resolve("tmp"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        List<String> command = new ArrayList<>(
                List.of(Tool.installed("setpriv").toString(), "--reuid=54321", "--clear-groups"));
        List<String> java =
                readable(Program.java("serve", "--port", "0", "--isolation", "processes", "--workers", "1"));
        java.add(1, "-Djava.io.tmpdir=" + folder);
        command.addAll(java);
        Program program = masters.run(command);
        String port = Integer.toString(Masters.port(program.server()));
        program.line("             Ctrl-C");
        List<String> status = Program.java("status", "--port", port);
        status.add(1, "-Djava.io.tmpdir=" + folder);
        assertThat(masters.run(status).line("master ")).startsWith("master " + program.process().pid() + ", ");
    }

    @Test
    void whatALinkPointsToIsNotGivenToTheUser() throws Exception {
        needsRoot();
        Path others = Files.writeString(temporary.resolve("others"), "");
        Path link = Files.createSymbolicLink(temporary.resolve("access.log"), others);
        Console console =
                Console.run("serve", "--check", "--port", "0", "--user", NOBODY, "--access-log", link.toString());
        assertThat(console.err()).contains("with --user it has to be a file, and no link");
        assertThat(console.exit()).isEqualTo(2);
        assertThat(Files.getOwner(others).getName()).isNotEqualTo(NOBODY);
    }

    @Test
    void whoIsNotRootCanBecomeNobodyElse() throws Exception {
        List<String> command = new ArrayList<>();
        if (User.isRoot()) {
            command.addAll(List.of(Tool.installed("setpriv").toString(), "--reuid=" + NOBODY, "--clear-groups"));
        }
        command.addAll(readable(Program.java("serve", "--port", "0", "--user", "root")));
        Program program = masters.run(command);
        assertThat(program.error()).contains("only root can become the user root, and this process is ");
        assertThat(program.exit()).isEqualTo(2);
    }

    private static void needsRoot() {
        if (!User.isRoot()) {
            String reason = "skipped, because only root can become another user";
            System.out.println(reason);
            Assumptions.abort(reason);
        }
    }

    private Program serveAsNobody(String... options) throws Exception {
        Path control = Files.createDirectory(temporary.resolve("run"));
        Files.setOwner(control, control.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(NOBODY));
        Files.createSymbolicLink(temporary.resolve("control"), control.resolve("socket"));
        List<String> arguments = new ArrayList<>(List.of("serve", "--port", "0", "--user", NOBODY, "--control",
                control.resolve("socket").toString()));
        arguments.addAll(List.of(options));
        Program program = masters.run(readable(Program.java(arguments.toArray(String[]::new))));
        program.line("             Ctrl-C");
        return program;
    }

    /// The command with copies of its classes where everybody can read them; they may be in somebody's home.
    private List<String> readable(List<String> command) throws IOException {
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> copied = new ArrayList<>();
        int count = 0;
        for (String argument : command) {
            int option = copied.isEmpty() ? -1 : List.of("-p", "-cp").indexOf(copied.getLast());
            if (option >= 0) {
                List<String> paths = new ArrayList<>();
                for (String each : argument.split(File.pathSeparator, -1)) {
                    paths.add(copy(Path.of(each), temporary.resolve("program-" + count++)).toString());
                }
                argument = String.join(File.pathSeparator, paths);
            }
            copied.add(argument);
        }
        return copied;
    }

    private static Path copy(Path from, Path to) throws IOException {
        if (!Files.isDirectory(from)) {
            return Files.exists(from) ? Files.copy(from, Files.createDirectory(to).resolve(from.getFileName())) : from;
        }
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : (Iterable<Path>) all::iterator) {
                Files.copy(each, to.resolve(from.relativize(each)), LinkOption.NOFOLLOW_LINKS);
            }
        }
        return to;
    }

    private static void assertNobody(long pid) throws IOException {
        User nobody = User.named(NOBODY);
        assertThat(values(pid, "Uid")).containsOnly((nobody.uid() + " ").repeat(4).strip());
        assertThat(values(pid, "Gid")).containsOnly((nobody.gid() + " ").repeat(4).strip());
        assertThat(values(pid, "Groups")).as("none of root's groups is left").doesNotContain("0")
                .allMatch(groups -> groups.isEmpty() || groups.equals(Integer.toString(nobody.gid())));
        assertThat(values(pid, "CapEff")).containsOnly("0000000000000000");
        assertThat(values(pid, "NoNewPrivs")).as("those that serve").contains("1");
    }

    /// What `/proc` says of each thread.
    private static List<String> values(long pid, String name) throws IOException {
        List<String> values = new ArrayList<>();
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path each : (Iterable<Path>) threads::iterator) {
                Files.readString(each.resolve("status")).lines()
                        .filter(line -> line.startsWith(name + ":"))
                        .map(line -> line.substring(name.length() + 1).strip().replaceAll("\\s+", " "))
                        .forEach(values::add);
            }
        }
        return values;
    }
}
