package dev.partita.http;

import static dev.partita.http.Conversation.refusal;
import static dev.partita.http.Conversation.reply;
import static dev.partita.http.Conversation.request;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.Close;
import dev.partita.connection.Step;
import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import dev.partita.limits.Phase;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyTest {
    private static final String CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
    private static final Handler ECHO = (request, response) -> response.contentType("text/plain").body(request.body());
    private static final Handler LENGTH = (request, response) -> response.text(request.body().length() + "");

    static String chunked(String body) {
        return request("POST /", "Transfer-Encoding: chunked") + body;
    }

    static String sized(String body) {
        return request("POST /", "Content-Length: " + body.length()) + body;
    }

    @Test
    void aBodyWithALengthReachesTheHandler() {
        try (var conversation = new Conversation(ECHO)) {
            conversation.say(sized("hello") + sized("") + sized("again"));
            assertThat(conversation.heard()).isEqualTo(reply("hello") + reply("") + reply("again"));
        }
    }

    @Test
    void theHandlerRunsOnceTheBodyIsComplete() {
        try (var conversation = new Conversation(ECHO)) {
            conversation.say(sized("hello").substring(0, sized("hello").length() - 1));
            assertThat(conversation.steps).containsOnly(Step.READ);
            conversation.say("o");
            assertThat(conversation.heard()).isEqualTo(reply("hello"));
        }
    }

    @Test
    void aChunkedBodyIsDecoded() {
        try (var conversation = new Conversation(ECHO)) {
            conversation.say(chunked(
                    "5\r\nhello\r\nA;name=\"v;w\";x\r\n, chunked!\r\n0\r\nDigest: x\r\nContent-Length: 3\r\n\r\n")
                    + chunked("0\r\n\r\n"));
            assertThat(conversation.heard()).isEqualTo(reply("hello, chunked!") + reply(""));
        }
    }

    @Test
    void trailerFieldsAreNotHeaders() {
        Handler headers =
                (request, response) -> response.text(request.header("X") + " " + request.headers("Host").size());
        try (var conversation = new Conversation(headers)) {
            conversation.say(chunked("1\r\na\r\n0\r\nX: y\r\nHost: evil\r\n\r\n"));
            assertThat(conversation.heard()).isEqualTo(reply("null 1"));
        }
    }

    @Test
    void headersAndPathStayReadableBehindADecodedBody() {
        Handler handler = (request, response) -> response.text(request.path() + request.header("transfer-encoding")
                + request.body().text());
        try (var conversation = new Conversation(handler)) {
            conversation.sayByByte(chunked("1\r\na\r\n1\r\nb\r\n0\r\n\r\n").getBytes(ISO_8859_1));
            assertThat(conversation.heard()).isEqualTo(reply("/chunkedab"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1\r\n", "+1\r\na", "0x1\r\na", "1_0\r\n", " 1\r\na", "1 \r\na", "\r\n", ";x\r\n", "g\r\n",
        "1\na",
        "1\r\nab\r\n", "1\r\na\n", "1\r\na0\r\n", "5;\r\nhello", "5;\0\r\nhello", "5;a\rb\r\nhello", "5;a\nb\r\nhello",
        "5;a\u007f\r\nhello", "00000000000000001\r\na", "0\r\n\n", "0\r\nX\r\n\r\n", "0\r\n: x\r\n\r\n",
        "0\r\nX: \0\r\n\r\n",
        "0\r\nX Y: a\r\n\r\n", "0\r\n folded\r\n\r\n", "0\r\nX: a\n\r\n", "1\r\ra", "0\r\n\rX"})
    void wrongChunksAre400(String body) {
        try (var conversation = new Conversation(ECHO)) {
            conversation.say(chunked(body)).finish();
            assertThat(conversation.heard()).as(body).isEqualTo(refusal("400 Bad Request"));
            assertThat(conversation.closed()).isEqualTo(Close.LINGER);
        }
        try (var byByte = new Conversation(ECHO)) {
            byByte.sayByByte(chunked(body).getBytes(ISO_8859_1)).finish();
            assertThat(byByte.heard()).as(body).isEqualTo(refusal("400 Bad Request"));
        }
    }

    @Test
    void chunkFramingIsBounded() {
        refuses("1\r\na\r\n".repeat(20_000) + "0\r\n\r\n", null);
        refuses("1\r\na\r\n".repeat(30_000), "400 Bad Request");
        refuses("ffffffffffffffff\r\n", "413 Content Too Large");
        refuses("7fffffffffffffff\r\n", "413 Content Too Large");
        refuses("100001\r\n", "413 Content Too Large");
    }

    @Test
    void theBoundOnChunkFramingCanBeSetAndIsCounted() {
        Limits limits = Limits.defaults().with("chunkOverheadBytesMax", 1 << 10);
        for (int chunks : new int[]{200, 300}) {
            try (var conversation = new Conversation(LENGTH, limits)) {
                conversation.say(chunked("1\r\na\r\n".repeat(chunks) + "0\r\n\r\n"));
                boolean tooMany = chunks == 300;
                assertThat(conversation.heard()).startsWith(tooMany ? "HTTP/1.1 400 " : "HTTP/1.1 200 ");
                assertThat(conversation.count(Counter.CHUNKS_TOO_SMALL)).isEqualTo(tooMany ? 1 : 0);
            }
        }
    }

    @Test
    void theBoundsOnChunkExtensionsAndTrailersAreExactCanBeSetAndAreCounted() {
        int longest = Limits.defaults().chunkExtensionBytesMax();
        counts("1;" + "x".repeat(longest + 1), Limits.defaults(), "400 ", Counter.CHUNK_EXTENSIONS_TOO_LARGE);
        String most = ("1;" + "x".repeat(longest) + "\r\na\r\n").repeat(16);
        counts(most + "0\r\n\r\n", Limits.defaults(), "200 ", null);
        counts(most + "0;x", Limits.defaults(), "400 ", Counter.CHUNK_EXTENSIONS_TOO_LARGE);
        Limits none = Limits.defaults().with("chunkExtensionBytesMax", 0);
        counts("1\r\na\r\n0\r\n\r\n", none, "200 ", null);
        counts("1;x\r\na\r\n0\r\n\r\n", none, "400 ", Counter.CHUNK_EXTENSIONS_TOO_LARGE);

        int trailer = Limits.defaults().trailerBytesMax() - "X: \r\n\r\n".length();
        counts("0\r\nX: " + "y".repeat(trailer) + "\r\n\r\n", Limits.defaults(), "200 ", null);
        counts("0\r\nX: " + "y".repeat(trailer + 1) + "\r\n\r\n", Limits.defaults(), "431 ",
                Counter.TRAILERS_TOO_LARGE);
        Limits few = Limits.defaults().with("trailerBytesMax", 10);
        counts("0\r\nX: y\r\n\r\n", few, "200 ", null);
        counts("0\r\nX: y\r\nZ: y\r\n\r\n", few, "431 ", Counter.TRAILERS_TOO_LARGE);
    }

    private static void counts(String body, Limits limits, String status, @Nullable Counter counted) {
        try (var conversation = new Conversation(LENGTH, limits)) {
            conversation.say(chunked(body));
            assertThat(conversation.heard()).startsWith("HTTP/1.1 " + status);
            for (Counter each : List.of(Counter.CHUNK_EXTENSIONS_TOO_LARGE, Counter.TRAILERS_TOO_LARGE,
                    Counter.CHUNKS_TOO_SMALL, Counter.HEADS_TOO_LARGE, Counter.BODIES_TOO_LARGE)) {
                assertThat(conversation.count(each)).as(each.name()).isEqualTo(each == counted ? 1 : 0);
            }
        }
    }

    private static void refuses(String body, @Nullable String status) {
        try (var conversation = new Conversation(LENGTH)) {
            conversation.say(chunked(body));
            if (status == null) {
                assertThat(conversation.heard()).startsWith("HTTP/1.1 200 OK");
            } else {
                assertThat(conversation.heard()).isEqualTo(refusal(status));
            }
        }
    }

    @Test
    void aBodyBeyondTheLimitIsRefusedBeforeItIsRead() {
        Limits limits = Limits.defaults().withBodyBytesMax(10);
        try (var conversation = new Conversation(ECHO, limits)) {
            conversation.say(sized("0123456789"));
            assertThat(conversation.heard()).isEqualTo(reply("0123456789"));
            conversation.say(request("POST /", "Content-Length: 11"));
            assertThat(conversation.heard()).isEqualTo(reply("0123456789") + refusal("413 Content Too Large"));
            conversation.finish();
            assertThat(conversation.closed()).isEqualTo(Close.LINGER);
            assertThat(conversation.count(Counter.BAD_REQUESTS)).isOne();
        }
        try (var conversation = new Conversation(ECHO, limits)) {
            conversation.say(chunked("5\r\nhello\r\n6\r\n"));
            assertThat(conversation.heard()).isEqualTo(refusal("413 Content Too Large"));
        }
    }

    @Test
    void aHandlerMayTakeLess() {
        Handler little = new Handler() {
            @Override
            public void handle(Request request, Response response) {
                response.text("taken");
            }

            @Override
            public long bodyBytesMax(Request request) {
                return request.pathEquals("/little") ? 3 : Long.MAX_VALUE;
            }
        };
        try (var conversation = new Conversation(little)) {
            conversation.say(
                    request("POST /much", "Content-Length: 4") + "four" + request("POST /little", "Content-Length: 4"));
            assertThat(conversation.heard()).isEqualTo(reply("taken") + refusal("413 Content Too Large"));
        }
    }

    @Test
    void aClientThatExpectsItIsToldToContinue() {
        try (var conversation = new Conversation(ECHO)) {
            conversation.say(request("POST /", "Content-Length: 5", "Expect: 100-continue"));
            assertThat(conversation.heard()).isEqualTo(CONTINUE);
            conversation.say("hello");
            assertThat(conversation.heard()).isEqualTo(CONTINUE + reply("hello"));
            conversation.say(
                    request("POST /", "Transfer-Encoding: chunked", "Expect: 100-Continue") + "1\r\na\r\n0\r\n\r\n");
            assertThat(conversation.heard()).isEqualTo(CONTINUE + reply("hello") + CONTINUE + reply("a"));
        }
    }

    @Test
    void nobodyIsToldToContinueWhoHasNothingToSayOrTooMuch() {
        try (var conversation = new Conversation(ECHO, Limits.defaults().withBodyBytesMax(5))) {
            conversation.say(request("GET /", "Expect: 100-continue"));
            assertThat(conversation.heard()).isEqualTo(reply(""));
            conversation.say(
                    "POST / HTTP/1.0\r\nConnection: keep-alive\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na");
            assertThat(conversation.heard()).doesNotContain("100");
            conversation.say(request("POST /", "Content-Length: 6", "Expect: 100-continue"));
            assertThat(conversation.heard()).doesNotContain("100 ").endsWith(refusal("413 Content Too Large"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8_000, 8_192, 60_000, 65_000, 65_536, 70_000, 131_072, 200_000, 1_000_000})
    void aBodyOfAnySizeComesBack(int size) throws IOException {
        String body = text(size);
        long files = temporaryFiles();
        try (var conversation = new Conversation(ECHO)) {
            conversation.say(request("POST /", "Content-Length: " + size)).say(body + sized("next"));
            assertThat(conversation.heard()).isEqualTo(reply(body) + reply("next"));
        }
        try (var conversation = new Conversation(ECHO)) {
            var chunks = new StringBuilder();
            var random = new Random(size);
            for (int at = 0; at < size;) {
                int end = Math.min(size, at + 1 + random.nextInt(20_000));
                chunks.append(Integer.toHexString(end - at)).append("\r\n").append(body, at, end).append("\r\n");
                at = end;
            }
            conversation.say(chunked(chunks + "0\r\n\r\n") + sized("next"));
            assertThat(conversation.heard()).isEqualTo(reply(body) + reply("next"));
        }
        assertThat(temporaryFiles()).isEqualTo(files);
    }

    @Test
    void aLargeBodyIsAppendedToAFileByPassesThatMayBlock() {
        Handler lengthWithoutBlocking = Handler.neverBlocking(LENGTH);
        try (var conversation = new Conversation(lengthWithoutBlocking)) {
            conversation.say(sized(text(200_000)));
            assertThat(conversation.heard()).isEqualTo(reply("200000"));
            assertThat(conversation.steps).contains(Step.BLOCKING).endsWith(Step.WORK, Step.WRITE, Step.READ);
            assertThat(conversation.count(Counter.REQUESTS)).isOne();
        }
    }

    @Test
    void aBodyInAFileIsGivenBackByPassesThatMayBlock() {
        String body = text(200_000);
        try (var conversation = new Conversation(Handler.neverBlocking(ECHO))) {
            conversation.say(sized(body));
            assertThat(conversation.heard()).isEqualTo(reply(body));
            assertThat(conversation.steps).containsOnlyOnce(Step.WORK).containsSequence(Step.WORK, Step.BLOCKING);
        }
    }

    @Test
    void aBodyOf64KiBStaysInMemoryWhateverItsHeadIs() {
        Limits limits = Limits.defaults();
        Handler echo = Handler.neverBlocking(ECHO);
        String body = text(64 << 10);
        String head = request("POST /", "Content-Length: 65536", "X: ");
        String longest = head.replace("X: ", "X: " + "a".repeat(limits.headBytesMax() - head.length()));
        for (String each : new String[]{head, longest}) {
            try (var conversation = new Conversation(echo)) {
                conversation.window = 10_000;
                conversation.say(each + body + sized("next"));
                assertThat(conversation.heard()).isEqualTo(reply(body) + reply("next"));
                assertThat(conversation.steps).doesNotContain(Step.BLOCKING);
            }
        }
        try (var conversation = new Conversation(echo)) {
            conversation.say(chunked("10000\r\n" + body + "\r\n0\r\n\r\n"));
            assertThat(conversation.heard()).isEqualTo(reply(body));
            assertThat(conversation.steps).doesNotContain(Step.BLOCKING);
        }
    }

    @Test
    void aLongerBodyGoesToAFileAlsoIfAllOfItIsThereAtOnce() {
        String body = text((64 << 10) + 1);
        for (String each : new String[]{sized(body), chunked("10001\r\n" + body + "\r\n0\r\n\r\n")}) {
            try (var conversation = new Conversation(Handler.neverBlocking(ECHO))) {
                conversation.say(each + sized("next"));
                assertThat(conversation.heard()).isEqualTo(reply(body) + reply("next"));
                int handled = conversation.steps.indexOf(Step.WORK);
                assertThat(conversation.steps.subList(0, handled)).containsOnlyOnce(Step.BLOCKING);
            }
        }
    }

    @Test
    void aReplyThatGivesTheBodyBackWaitsForThoseInFrontOfIt() {
        try (var conversation = new Conversation(Handler.neverBlocking(ECHO))) {
            conversation.window = 1_000;
            String body = text(20_000);
            conversation.say(sized("first") + sized(body) + sized("next") + sized(body));
            assertThat(conversation.heard()).isEqualTo(reply("first") + reply(body) + reply("next") + reply(body));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 100_000})
    void aBodyIsReadInPiecesFromMemoryAndFromAFile(int size) {
        String body = text(size);
        Handler pieces = (request, response) -> {
            var part = new byte[12];
            request.body().copy(size - 10, part, 1, 10);
            try (InputStream stream = request.body().stream()) {
                boolean equal = new String(stream.readAllBytes(), ISO_8859_1).equals(body);
                response.text(
                        new String(part, 1, 10, ISO_8859_1) + equal + stream.read() + request.header("content-length"));
            }
        };
        try (var conversation = new Conversation(pieces)) {
            conversation.say(sized(body));
            assertThat(conversation.heard()).isEqualTo(reply(body.substring(size - 10) + true + -1 + size));
        }
    }

    @Test
    void theFileOfABodyIsGoneWhateverHappens() throws IOException {
        long files = temporaryFiles();
        Handler fails = (request, response) -> { throw new IOException("a test"); };
        try (var conversation = new Conversation(fails)) {
            conversation.say(sized(text(100_000)));
            assertThat(conversation.heard()).startsWith("HTTP/1.1 500 ");
        }
        try (var conversation = new Conversation(ECHO)) {
            conversation.say(request("POST /", "Content-Length: 200000") + text(100_000));
            assertThat(conversation.steps).contains(Step.BLOCKING);
            conversation.finish();
            assertThat(conversation.closed()).isEqualTo(Close.NORMAL);
        }
        try (var conversation = new Conversation(ECHO)) {
            conversation.window = 1_000;
            conversation.say(sized(text(100_000)).substring(0, 90_000));
        }
        assertThat(temporaryFiles()).isEqualTo(files);
    }

    @Test
    void aSmallBufferStillTakesALargeBody() {
        Limits small = RequestRefusalTest.limits(1 << 10, 1 << 10);
        String body = text(10_000);
        try (var conversation = new Conversation(ECHO, small)) {
            conversation.say(sized(body) + chunked("2710\r\n" + body + "\r\n0\r\n\r\n"));
            assertThat(conversation.heard()).isEqualTo(reply(body) + reply(body));
            String wide = request("POST /", "Content-Length: 10000", "X: ");
            conversation.say(wide.replace("X: ", "X: " + "a".repeat(1_024 - wide.length())) + body);
            assertThat(conversation.heard()).isEqualTo(reply(body) + reply(body) + reply(body));
        }
    }

    @Test
    void aBodyThatStaysShortEndsTheConnection() {
        try (var conversation = new Conversation(ECHO)) {
            conversation.say(request("POST /", "Content-Length: 5") + "hell").finish();
            assertThat(conversation.heard()).isEmpty();
            assertThat(conversation.closed()).isEqualTo(Close.NORMAL);
        }
    }

    @Test
    void aConnectionKnowsWhatItReads() {
        try (var conversation = new Conversation(ECHO)) {
            HttpSession session = (HttpSession) conversation.session();
            assertThat(session.phase()).isEqualTo(Phase.IDLE);
            conversation.say("P");
            assertThat(session.phase()).isEqualTo(Phase.HEAD);
            conversation.say(request("OST /", "Content-Length: 5"));
            assertThat(session.phase()).isEqualTo(Phase.BODY);
            conversation.say("hello");
            assertThat(session.phase()).isEqualTo(Phase.IDLE);
        }
    }

    static String text(int size) {
        var text = new StringBuilder(size);
        var random = new Random(size);
        for (int i = 0; i < size; i++) {
            text.append((char) ('!' + random.nextInt(90)));
        }
        return text.toString();
    }

    private static long temporaryFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith("partita-")
                    && file.getFileName().toString().endsWith(".body")).count();
        }
    }
}
