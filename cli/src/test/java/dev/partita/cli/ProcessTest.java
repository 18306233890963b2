package dev.partita.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The program as a process of its own: signals, exit codes, and what it leaves behind.
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD) // reading from a process cannot be interrupted
class ProcessTest {
    /// A line is written behind the request, by a thread of its own.
    private static final int TRIES_MAX = 1_000;

    @TempDir
    Path temporary;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void leavesNoProcessBehind() {
        started.forEach(Process::destroyForcibly);
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void aSignalDrainsAndEndsWithZero(String signal) throws Exception {
        Program program = serve("--port", "0");
        assertThat(Web.get(program.server(), "/")).startsWith("HTTP/1.1 200");
        program.signal(signal);
        assertThat(program.line("draining: ")).contains("up to 30 s");
        assertThat(program.line("ended: ")).isEqualTo("ended: 1 request served, 0 given up");
        assertThat(program.exit()).isZero();
    }

    @ParameterizedTest
    @EnumSource(ModelName.class)
    void aDrainFinishesTheRequestInFlight(ModelName model) throws Exception {
        Program program = serve("--port", "0", "--demo", "--work-per-micro", "1", "--model", model.word());
        SocketAddress server = program.server();
        try (SocketChannel client = SocketChannel.open(server)) {
            Web.send(client, "GET", "/sleep?millis=300", "");
            program.signal("TERM");
            program.line("draining: ");
            assertThat(Web.receive(client)).startsWith("HTTP/1.1 200").endsWith("Good morning\n");
        }
        assertThat(program.line("ended: ")).endsWith(", 0 given up");
        assertThat(program.exit()).isZero();
    }

    /// An hour for idle connections: were it not for the answer, this would not end.
    @ParameterizedTest
    @EnumSource(ModelName.class)
    void aDrainAnswersIdleAndHalfSentRequestsAndEndsWithZero(ModelName model) throws Exception {
        Program program = serve("--port", "0", "--model", model.word(), "--drain-idle-millis", "3600000",
                "--drain-millis", "3600000");
        String get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
        try (SocketChannel idle = SocketChannel.open(program.server());
                SocketChannel half = SocketChannel.open(program.server())) {
            assertThat(Web.exchange(idle, get)).startsWith("HTTP/1.1 200").doesNotContain("Connection: close");
            half.write(UTF_8.encode(get.substring(0, 9)));
            program.signal("TERM");
            program.line("draining: ");
            while (!Web.exchange(idle, get).contains("Connection: close")) {
                // until the drain has reached this connection
            }
            assertThat(Web.exchange(half, get.substring(9))).startsWith("HTTP/1.1 200").contains("Connection: close");
        }
        assertThat(program.line("ended: ")).endsWith(", 0 given up");
        assertThat(program.exit()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void aSecondSignalStopsNowAndLeavesNoSocketBehind(String signal) throws Exception {
        Path socket = temporary.resolve("socket");
        Program program = serve("--listen", "unix:" + socket, "--demo", "--work-per-micro", "1");
        program.line("             Ctrl-C");
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            Web.send(client, "GET", "/sleep?millis=60000", "");
            program.signal(signal);
            program.line("draining: ");
            program.signal(signal);
            assertThat(program.line("stopped: ")).isEqualTo("stopped: 1 connection given up");
            assertThat(program.exit()).isEqualTo(signal.equals("INT") ? 130 : 143);
        }
        assertThat(socket).doesNotExist();
    }

    /// As in a container without a locale, where Java takes the names of files for ASCII.
    @ParameterizedTest
    @ValueSource(strings = {"auto", "nio"})
    void servesFilesWhoseNamesTheLocaleHasNoCharactersFor(String transport) throws Exception {
        Path root = Files.createDirectory(temporary.resolve("root"));
        Process shell = new ProcessBuilder("sh", "-c", "echo coffee > \"$(printf 'caf\\303\\251+.txt')\"")
                .directory(root.toFile()).start();
        assertThat(shell.waitFor()).isZero();
        List<String> command = new ArrayList<>(List.of("env", "LC_ALL=C"));
        command.addAll(Program.java("serve", "--port", "0", "--transport", transport, "--root", root.toString(),
                "--listings", "--cache-control", "caf?+.*=max-age=60"));
        Program program = start(command);
        assertThat(Web.get(program.server(), "/caf%C3%A9+.txt")).startsWith("HTTP/1.1 200")
                .contains("\r\nCache-Control: max-age=60\r\n").endsWith("coffee\n");
        assertThat(Web.get(program.server(), "/")).contains("href=\"./caf%C3%A9+.txt\"");
        program.signal("TERM");
        assertThat(program.exit()).isZero();
    }

    @Test
    void servesOnAUnixSocketAndRemovesIt() throws Exception {
        Path socket = temporary.resolve("socket");
        Program program = serve("--listen", "unix:" + socket, "--listen", "127.0.0.1:0");
        assertThat(program.line("serving      unix:")).contains("curl --unix-socket " + socket);
        program.line("             Ctrl-C");
        assertThat(Web.get(UnixDomainSocketAddress.of(socket), "/")).startsWith("HTTP/1.1 200");
        program.signal("TERM");
        assertThat(program.exit()).isZero();
        assertThat(socket).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "nio"})
    void neverRemovesAFileThatIsNoSocket(String transport) throws Exception {
        Path file = Files.writeString(temporary.resolve("precious"), "text");
        Program program = serve("--transport", transport, "--listen", "unix:" + file);
        assertThat(program.error()).contains("cannot listen on unix:" + file, "choose another path");
        assertThat(program.exit()).isEqualTo(1);
        assertThat(file).hasContent("text");
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "nio"})
    void aPortInUseIsOneLineWithARemedy(String transport) throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Program program = serve("--transport", transport, "--port", Integer.toString(taken.getLocalPort()));
            assertThat(program.error()).startsWith("partita: cannot listen on 127.0.0.1:" + taken.getLocalPort())
                    .contains("choose another with --port").hasLineCount(1);
            assertThat(program.exit()).isEqualTo(1);
        }
    }

    @Test
    void aWrongCommandLineEndsWithTwo() throws Exception {
        Program program = serve("--model", "nginx");
        assertThat(program.error()).contains("there is no model 'nginx'");
        assertThat(program.exit()).isEqualTo(2);
    }

    @Test
    void measuresTheWorkOnceAndRemembersIt() throws Exception {
        Program first = serve("--port", "0", "--demo");
        assertThat(first.line("work ")).contains("being measured");
        String found = first.line("measured: ");
        assertThat(Web.get(first.server(), "/work?micros=1")).startsWith("HTTP/1.1 200");
        first.signal("TERM");
        assertThat(first.exit()).isZero();

        Program second = serve("--port", "0", "--demo");
        String figure = found.substring("measured: ".length(), found.indexOf(" rounds"));
        assertThat(second.line("work ")).isEqualTo("work         " + figure
                + " rounds of /work take a microsecond, measured before on this machine");
        second.signal("TERM");
        assertThat(second.exit()).isZero();
    }

    @Test
    void worksWithClosedStandardInput() throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" <&-", "sh"));
        command.addAll(Program.java("serve", "--port", "0"));
        Program program = start(command);
        assertThat(Web.get(program.server(), "/")).startsWith("HTTP/1.1 200");
        program.signal("TERM");
        assertThat(program.exit()).isZero();
    }

    /// Row T14 of docs/faults.md.
    @Test
    void whoNoLongerReadsTheAccessLogCostsLinesAndNothingElse() throws Exception {
        Program program = serve("--port", "0", "--access-log", "-", "--admin", "0");
        SocketAddress server = program.server();
        SocketAddress admin = program.admin();
        program.line("             Ctrl-C");
        program.process().getInputStream().close();
        Pattern dropped = Pattern.compile("^partita_log_lines_dropped_total [1-9]", Pattern.MULTILINE);
        boolean counted = false;
        for (int tries = 0; tries < TRIES_MAX && !counted; tries++) {
            assertThat(Web.get(server, "/")).startsWith("HTTP/1.1 200");
            counted = dropped.matcher(Web.get(admin, "/metrics")).find();
        }
        assertThat(counted).as("a line is counted as dropped").isTrue();
        new ProcessBuilder("kill", "-TERM", Long.toString(program.process().pid())).start().waitFor();
        assertThat(program.process().waitFor()).isZero();
    }

    @Test
    void theTrainingEndsByItself() throws Exception {
        Program program = start(Program.java("train"));
        assertThat(program.exit()).isZero();
        assertThat(program.error()).isEmpty();
    }

    private Program serve(String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("serve"));
        arguments.addAll(List.of(options));
        return start(Program.java(arguments.toArray(String[]::new)));
    }

    private Program start(List<String> command) throws IOException {
        Program program = Program.start(temporary, command);
        started.add(program.process());
        return program;
    }
}
