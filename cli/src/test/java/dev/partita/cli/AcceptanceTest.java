package dev.partita.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.server.Running;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What a user is promised: a folder is served byte by byte, to programs that others wrote, under every model and over every
/// transport. `benchmarks/acceptance` is the same with the program that a user starts, for longer.
@Timeout(value = 2 * Tool.PATIENCE_SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
class AcceptanceTest {
    private static final int CONNECTIONS = 64;

    @TempDir
    private static Path files;

    private static Folder folder;

    @TempDir
    private Path temporary;

    @BeforeAll
    static void fillsTheFolder() throws IOException {
        folder = Folder.filled(files);
    }

    static Stream<Combination> combinations() {
        return Combination.all().stream();
    }

    /// All files over one connection, so that each has to end where the next one begins.
    @ParameterizedTest
    @MethodSource("combinations")
    void curlGetsTheBytesOfEveryFile(Combination combination) throws Exception {
        Path curl = Tool.installed("curl");
        try (Running server = combination.root(files)) {
            List<String> command = new ArrayList<>(List.of(curl.toString(), "--silent", "--show-error", "--fail",
                    "--write-out", "%{stderr}%{http_code} %{num_connects}\n"));
            folder.digests().keySet().forEach(name -> command.add(url(server, name)));
            try (Tool tool = Tool.start(temporary.resolve("errors"), command)) {
                InputStream received = tool.output();
                for (String name : folder.digests().keySet()) {
                    folder.assertFollows(name, received);
                }
                assertThat(received.read()).as("what follows the last file").isEqualTo(-1);
                assertThat(tool.exit()).as(tool.errors()).isZero();
                assertThat(tool.errors()).isEqualTo("200 1\n200 0\n200 0\n200 0\n200 0\n");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void wrkSeesNoErrorOnManyConnections(Combination combination) throws Exception {
        Path wrk = Tool.installed("wrk");
        try (Running server = combination.root(files)) {
            List<String> command =
                    List.of(wrk.toString(), "-t1", "-c" + CONNECTIONS, "-d1s", url(server, Folder.SMALL));
            try (Tool tool = Tool.start(temporary.resolve("errors"), command)) {
                String report = new String(tool.output().readAllBytes(), UTF_8);
                assertThat(tool.exit()).as(tool.errors()).isZero();
                assertThat(report).doesNotContain("Socket errors", "Non-2xx")
                        .containsPattern("\\n +[1-9]\\d* requests in");
            }
        }
    }

    private static String url(Running server, String name) {
        return "http://127.0.0.1:" + server.port() + "/" + name;
    }
}
