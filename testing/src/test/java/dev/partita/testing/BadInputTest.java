package dev.partita.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.partita.connection.Buffer;
import dev.partita.connection.Producer;
import dev.partita.connection.Protocol;
import dev.partita.http.Handler;
import dev.partita.http.Http;
import dev.partita.http.Request;
import dev.partita.http.Response;
import dev.partita.http.Routes;
import dev.partita.http.StaticFiles;
import dev.partita.limits.Counter;
import dev.partita.server.Running;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every row of [BadInput] under every model and transport: exactly the expected answers, and nothing behind them.
@ParameterizedClass(name = "{0}")
@MethodSource("dev.partita.testing.Under#all")
@Timeout(60)
class BadInputTest {
    private static final int BIG = 8 << 20;
    private static final int UPLOAD = 20 << 20;
    private static final int SWAPS = 1_000;

    @TempDir
    private static Path folder;

    private static @Nullable Running running;

    private final Under under;
    private final Log log = new Log();
    private final Running server = Objects.requireNonNull(running);
    private final long failures = server.count(Counter.FAILURES);

    @BeforeAll
    static void writeFiles() throws Exception {
        Path root = Files.createDirectory(folder.resolve("root"));
        Files.writeString(root.resolve("in.txt"), "inside");
        Files.setLastModifiedTime(root.resolve("in.txt"), FileTime.from(Instant.parse("2014-01-01T00:00:00Z")));
        Files.createLink(root.resolve("hard"), root.resolve("in.txt"));
        Files.createDirectory(root.resolve("sub"));
        Files.writeString(root.resolve("sub/in.txt"), "inside");
        Files.writeString(root.resolve("sub/.hidden"), "hidden");
        Files.writeString(root.resolve(".hidden"), "hidden");
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Files.writeString(outside.resolve("secret.txt"), "secret");
        Files.writeString(outside.resolve("in.txt"), "secret");
        Files.createSymbolicLink(root.resolve("out"), Path.of("../outside/secret.txt"));
        Files.createSymbolicLink(root.resolve("out-folder"), Path.of("../outside"));
        Files.createSymbolicLink(root.resolve("absolute"), outside.resolve("secret.txt"));
        Files.createSymbolicLink(root.resolve("loop"), Path.of("loop"));
        Files.createSymbolicLink(root.resolve("device"), Path.of("/dev/zero"));
        Files.createSymbolicLink(root.resolve("dangling"), Path.of("nothing"));
        assertThat(new ProcessBuilder("mkfifo", root.resolve("fifo").toString()).start().waitFor()).isZero();
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(root.resolve("socket"))); // its file stays
        }
    }

    @BeforeParameterizedClassInvocation
    static void start(Under under) throws IOException {
        running = under.run(protocol(), Under.SMALL);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        Objects.requireNonNull(running).close();
    }

    BadInputTest(Under under) {
        this.under = under;
    }

    @AfterEach
    void nothingElseWasLogged() {
        log.close();
        assertThat(log.without("asked to fail", "a handler failed")).isEmpty();
    }

    private static Protocol protocol() {
        Path root = folder.resolve("root");
        Handler tell = Handler.neverBlocking(BadInputTest::tell);
        Handler count = (request, response) -> response.text("" + request.body().length());
        return Http.serving(new Routes()
                .get("/probe", Handler.neverBlocking((request, response) -> response.text("probed")))
                .get("/tell", tell)
                .post("/tell", tell)
                .post("/count", count)
                .post("/four", new AtMostFour(count))
                .get("/bye", Handler.neverBlocking((request, response) -> response.closeConnection().text("bye")))
                .get("/empty/*", (request, response) -> response.status(Integer.parseInt(request.rest())).empty())
                .get("/stream", (request, response) -> response.stream("text/plain", 1_000_000, into -> {
                    throw new IllegalStateException("HEAD has no body to make");
                }))
                .get("/inject/*", BadInputTest::inject)
                .all("/fail/*", BadInputTest::fails)
                .all("/files/*", StaticFiles.under(root)));
    }

    private static void tell(Request request, Response response) throws IOException {
        String query = request.query();
        String x = request.header("X");
        String told = request.method() + " " + request.path() + (query.isEmpty() ? "" : "?" + query) + " "
                + request.host() + " " + (x == null ? "-" : x) + " " + request.body().text();
        response.bytes("text/plain", told.getBytes(ISO_8859_1));
    }

    private static void inject(Request request, Response response) {
        switch (request.rest()) {
            case "cr" -> response.header("X", "a\rEvil: b").text("");
            case "lf" -> response.header("X", "a\nEvil: b").text("");
            case "crlf" -> response.header("X", "a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").text("");
            case "nul" -> response.header("X", "a\0b").text("");
            case "name" -> response.header("X\r\nEvil", "b").text("");
            case "type" -> response.contentType("text/plain\r\nEvil: b").text("");
            default -> response.header("Content-Length", "1000").text("");
        }
    }

    /// Whatever goes wrong in a handler: the row P5.
    private static void fails(Request request, Response response) {
        switch (request.rest()) {
            case "exception" -> throw new IllegalStateException("asked to fail");
            case "overflow" -> overflow(0);
            case "memory" -> throw new OutOfMemoryError("asked to fail");
            case "assertion" -> throw new AssertionError("asked to fail");
            case "linkage" -> throw new NoClassDefFoundError("asked to fail");
            case "interrupted" -> Thread.currentThread().interrupt();
            case "null" -> {
                response.text("said, and then");
                throw new NullPointerException("asked to fail");
            }
            case "twice" -> {
                response.text("once");
                response.text("twice");
            }
            case "streaming" -> response.stream("text/plain", Integer.parseInt(request.query()), new Producer() {
                private int pieces;

                @Override
                public boolean fill(Buffer into) {
                    into.put((byte) 'x');
                    if (++pieces == 3) {
                        throw new IllegalStateException("asked to fail");
                    }
                    return true;
                }
            });
            default -> throw new IllegalArgumentException(request.rest());
        }
    }

    private static int overflow(int depth) {
        return depth < 0 ? 0 : overflow(depth + 1) + 1; // the stack is over long before the numbers are
    }

    private record AtMostFour(Handler handler) implements Handler {
        @Override
        public void handle(Request request, Response response) throws Exception {
            handler.handle(request, response);
        }

        @Override
        public long bodyBytesMax(Request request) {
            return 4;
        }
    }

    // H1 to H25.

    static Stream<Named<List<BadInput.Case>>> rows() {
        return BadInput.rows().entrySet().stream().map(row -> Named.of(row.getKey(), row.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void isAnsweredAsItShouldBe(List<BadInput.Case> row) throws IOException {
        List<String> wrong = new ArrayList<>();
        for (BadInput.Case each : row) {
            String heard = "";
            try (WireClient client = WireClient.connect(server)) {
                client.send(BadInput.bytes(each)).halfClose();
                heard = new String(client.readToEnd(), ISO_8859_1);
                List<String> answers = BadInput.answers(heard, each);
                if (!answers.equals(each.answers()) || heard.contains("Evil")) {
                    wrong.add(each + "\n    expected " + each.answers() + "\n    heard    " + answers);
                }
            } catch (IOException | AssertionError failure) {
                wrong.add(each + "\n    expected " + each.answers() + "\n    failed   " + failure + "\n    heard    "
                        + heard);
            }
        }
        if (!wrong.isEmpty()) {
            fail(wrong.size() + " of " + row.size() + " inputs:\n" + String.join("\n", wrong));
        }
    }

    // What takes more than a line to say.

    /// The JDK has no call that looks and opens in one, which docs/http.md says of the transport nio.
    @Test
    void h13AFolderThatIsExchangedForALinkMeanwhileLeadsNowhereElse() throws Exception {
        assumeFalse(under.transport().name().equals("nio"), "whoever may write below the folder can win");
        Path root = folder.resolve("root");
        Path swapped = Files.createDirectory(root.resolve("swapped-" + server.port()));
        Path aside = root.resolve("aside-" + server.port());
        Files.writeString(swapped.resolve("in.txt"), "inside");
        CompletableFuture<Void> swapping = CompletableFuture.runAsync(() -> swap(swapped, aside));
        // With an escape that nothing needs, so that it is looked for each time.
        String get = "GET /files/" + swapped.getFileName() + "/%69n.txt HTTP/1.1\r\nHost: a\r\n\r\n";
        try (WireClient client = WireClient.connect(server)) {
            boolean over;
            do {
                over = swapping.isDone();
                client.send(get);
                WireClient.HttpReply reply = client.readReply();
                assertThat(reply.status() + " " + reply.text().strip()).isIn("200 inside", "404 404 Not Found");
            } while (!over);
        }
        swapping.get(10, TimeUnit.SECONDS);
    }

    private static void swap(Path swapped, Path aside) {
        try {
            for (int i = 0; i < SWAPS; i++) {
                Files.move(swapped, aside, StandardCopyOption.ATOMIC_MOVE);
                Files.createSymbolicLink(swapped, Path.of("../outside"));
                Files.delete(swapped);
                Files.move(aside, swapped, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Test
    void h14AFileThatShrinksWhileItIsSentEndsItsConnectionAndNothingElse() throws Exception {
        Path file = folder.resolve("root").resolve("shrinks-" + server.port());
        Files.write(file, Pattern.bytes(BIG));
        try (WireClient client = WireClient.connect(server.port(), 4_096)) {
            client.send("GET /files/" + file.getFileName() + " HTTP/1.1\r\nHost: a\r\n\r\n" + BadInput.PROBE);
            client.readThrough("\r\n\r\n");
            try (FileChannel open = FileChannel.open(file, StandardOpenOption.WRITE)) {
                open.truncate(100);
            }
            // What is in the socket already may have been cut too: sendfile(2) hands over the very pages of the file.
            assertThat(client.readToAnyEnd().length).isLessThan(BIG);
        }
        isServed();
    }

    @Test
    void h14AFileThatIsReplacedOrDeletedWhileItIsSentArrivesAsItWas() throws Exception {
        Path file = folder.resolve("root").resolve("replaced-" + server.port());
        Path other = folder.resolve("root").resolve("other-" + server.port());
        for (boolean replace : List.of(true, false)) {
            Files.write(file, Pattern.bytes(BIG));
            try (WireClient client = WireClient.connect(server.port(), 4_096)) {
                client.send("GET /files/" + file.getFileName() + " HTTP/1.1\r\nHost: a\r\n\r\n");
                client.readThrough("\r\n\r\n");
                if (replace) {
                    Files.writeString(other, "other");
                    Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
                } else {
                    Files.delete(file);
                }
                assertThat(client.readExactly(BIG)).isEqualTo(Pattern.bytes(BIG));
            }
        }
    }

    @Test
    void h17AnAnswerArrivesAlsoWhileTheClientIsStillSending() throws Exception {
        try (WireClient client = WireClient.connect(server)) {
            client.send("POST /tell HTTP/1.1\r\nHost: a\r\nContent-Length: " + UPLOAD + "\r\n\r\n");
            client.send(new byte[UPLOAD]).halfClose();
            assertThat(client.readReply().status()).isEqualTo(413);
            client.expectEnd();
        }
    }

    @Test
    void h19AConnectionThatSaysNothingEndsWithoutAWord() throws Exception {
        long closed = server.count(Counter.CLOSED);
        long refused = server.count(Counter.BAD_REQUESTS);
        try (WireClient client = WireClient.connect(server)) {
            client.halfClose().expectEnd();
        }
        Eventually.holds("it is closed", () -> server.count(Counter.CLOSED) > closed);
        assertThat(server.count(Counter.BAD_REQUESTS)).isEqualTo(refused);
        assertThat(log.without()).isEmpty();
    }

    @Test
    void p5AHandlerThatFailsBehindTheStartOfItsReplyIsNotTakenForComplete() throws Exception {
        for (String length : List.of("100", "-1")) {
            try (WireClient client = WireClient.connect(server)) {
                client.send("GET /fail/streaming?" + length + " HTTP/1.1\r\nHost: a\r\n\r\n" + BadInput.PROBE);
                String heard = new String(client.readToAnyEnd(), ISO_8859_1);
                assertThat(heard).startsWith("HTTP/1.1 200 OK\r\n").contains("x")
                        .doesNotContain("xxx", "\r\n0\r\n", "probed");
            }
        }
        assertThat(server.count(Counter.FAILURES) - failures).isEqualTo(2);
        isServed();
    }

    @Test
    void t1ResetsInTheMiddleOfAnythingLeaveNothingBehind() throws Exception {
        List<String> halves =
                List.of("", "GET /te", "POST /tell HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345",
                        "GET /files/big HTTP/1.1\r\nHost: a\r\n\r\n", BadInput.PROBE.repeat(100), "nonsense\r\n\r\n",
                        "POST /tell HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n500\r\n");
        Path big = folder.resolve("root").resolve("big");
        if (Files.notExists(big)) {
            Files.write(big, Pattern.bytes(BIG));
        }
        for (int i = 0; i < 10; i++) {
            for (String half : halves) {
                WireClient.connect(server.port(), 4_096).send(half).reset();
            }
        }
        Eventually.holds("all are closed", () -> server.connections() == 0);
        isServed();
    }

    @Test
    void t2AHalfClosedConnectionGetsAllItsAnswers() throws Exception {
        for (String last : List.of("GET /files/in.txt HTTP/1.1\r\nHost: a\r\n\r\n", BadInput.PROBE,
                "POST /tell HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")) {
            try (WireClient client = WireClient.connect(server)) {
                client.send(BadInput.PROBE + last).halfClose();
                assertThat(client.readReply().text()).isEqualTo("probed");
                assertThat(client.readReply().status()).isEqualTo(200);
                client.expectEnd();
            }
        }
    }

    @Test
    void t11EverySplitPointOfARequestGivesTheSameAnswer() throws Exception {
        byte[] request =
                String.join("\r\n", "", "POST /tell?q HTTP/1.1", "Host: a", "X: y", "Transfer-Encoding: chunked",
                        "", "5;a=b", "hello", "1", "!", "0", "T: u", "", "").getBytes(ISO_8859_1);
        try (WireClient client = WireClient.connect(server)) {
            for (int cut = 1; cut < request.length; cut++) {
                client.sendInPieces(request, cut);
                assertThat(client.readReply().text()).as("cut at " + cut).isEqualTo("POST /tell?q a y hello!");
            }
            client.sendByteByByte(request);
            assertThat(client.readReply().text()).isEqualTo("POST /tell?q a y hello!");
        }
    }

    private void isServed() throws IOException {
        try (WireClient client = WireClient.connect(server)) {
            client.send(BadInput.PROBE);
            assertThat(client.readReply().text()).isEqualTo("probed");
        }
    }
}
