package dev.partita.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The program as a process, and what it has said so far.
record Program(Process process, BufferedReader out, Path errors, List<String> said) {
    /// The first line that begins so; waits for it.
    String line(String beginning) throws IOException {
        for (String each : said) {
            if (each.startsWith(beginning)) {
                return each;
            }
        }
        String line = out.readLine();
        while (line != null) {
            said.add(line);
            if (line.startsWith(beginning)) {
                return line;
            }
            line = out.readLine();
        }
        throw new AssertionError("it never said '" + beginning + "' but " + said + " " + Files.readString(errors));
    }

    SocketAddress server() throws IOException {
        return address(line("serving "));
    }

    /// Where the admin listener is.
    SocketAddress admin() throws IOException {
        return address(line("admin "));
    }

    private static SocketAddress address(String url) {
        int port = Integer.parseInt(url.substring(url.lastIndexOf(':') + 1, url.lastIndexOf('/')));
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    void signal(String name) throws Exception {
        line("             Ctrl-C"); // it is ready for signals before it says so
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    }

    int exit() throws Exception {
        while (out.readLine() != null) {
            // it must not wait for us
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("it ends").isTrue();
        return process.exitValue();
    }

    String error() throws Exception {
        exit();
        return Files.readString(errors);
    }

    /// From modules, as a user starts it; from the class path where the tests themselves run so.
    static List<String> java(String... arguments) {
        String modules = System.getProperty("jdk.module.path");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC", "-Xmx128m", "-cp", System.getProperty("java.class.path")));
        command.addAll(modules == null
                ? List.of("--enable-native-access=ALL-UNNAMED", Main.class.getName())
                : List.of("--enable-native-access=dev.partita.linux", "-p", modules, "-m",
                        "dev.partita.cli/" + Main.class.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /// @param temporary where it keeps what it keeps for a user
    static Program start(Path temporary, List<String> command) throws IOException {
        Path errors = Files.createTempFile(temporary, "errors", null);
        // A run in the background of a shell ignores SIGINT, and its children inherit that.
        List<String> attentive = new ArrayList<>(List.of("env", "--default-signal=INT"));
        attentive.addAll(command);
        var builder = new ProcessBuilder(attentive).redirectError(errors.toFile());
        builder.environment().put("XDG_CACHE_HOME", temporary.resolve("cache").toString());
        builder.environment().put("XDG_RUNTIME_DIR", temporary.toString());
        Process process = builder.start();
        return new Program(process, process.inputReader(UTF_8), errors, new ArrayList<>());
    }
}
