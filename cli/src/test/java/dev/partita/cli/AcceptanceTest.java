package dev.partita.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.server.Running;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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

    /// A second each; `benchmarks/acceptance` does it under every model over every transport.
    @ParameterizedTest
    @MethodSource("dev.partita.cli.Combination#few")
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

    /// As it comes: it offers to go on in HTTP/2, which nobody takes, and keeps its connections.
    @ParameterizedTest
    @MethodSource("combinations")
    void theClientOfTheJdkGetsAlong(Combination combination) throws Exception {
        byte[] body = Files.readAllBytes(files.resolve("100-kilobytes"));
        try (Running server = combination.demo(files); HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest.Builder echo = HttpRequest.newBuilder(URI.create(url(server, "echo")));
            assertThat(received(client, echo.POST(BodyPublishers.ofByteArray(body)))).isEqualTo(body);
            assertThat(received(client, echo.POST(chunked(body)))).isEqualTo(body);
            assertThat(received(client, echo.copy().expectContinue(true).POST(chunked(body)))).isEqualTo(body);
            HttpRequest.Builder file = HttpRequest.newBuilder(URI.create(url(server, "100-kilobytes")));
            assertThat(received(client, file)).isEqualTo(body);
            assertThat(received(client, file.setHeader("Range", "bytes=1000-1999")))
                    .isEqualTo(Arrays.copyOfRange(body, 1_000, 2_000));
            assertThat(received(client, HttpRequest.newBuilder(URI.create(url(server, "stream?bytes=300000")))))
                    .hasSize(300_000);
            assertThat(client.send(file.HEAD().build(), BodyHandlers.ofByteArray()).body()).isEmpty();
            List<CompletableFuture<HttpResponse<byte[]>>> many = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                many.add(client.sendAsync(echo.build(), BodyHandlers.ofByteArray()));
            }
            for (CompletableFuture<HttpResponse<byte[]>> each : many) {
                assertThat(each.get().body()).isEqualTo(body);
            }
        }
    }

    /// Of a length that is not known before.
    private static BodyPublisher chunked(byte[] body) {
        return BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body));
    }

    private static byte[] received(HttpClient client, HttpRequest.Builder request) throws Exception {
        HttpResponse<byte[]> response = client.send(request.build(), BodyHandlers.ofByteArray());
        assertThat(response.statusCode()).isIn(200, 206);
        assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
        return response.body();
    }

    private static String url(Running server, String name) {
        return "http://127.0.0.1:" + server.port() + "/" + name;
    }
}
