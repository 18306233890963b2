package dev.partita.http;

import static dev.partita.http.Conversation.request;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.limits.Limits;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Where the bytes are cut makes no difference to what comes back.
class SplitTest {
    private static final Handler TELLS_ALL = (request,
            response) -> response.text(request.method() + " " + request.target() + " "
                    + request.path() + " " + request.query() + " " + request.host() + " " + request.headers("x") + " "
                    + request.header("content-length") + " " + request.body().text());

    private static final String DAMAGE = "\r\n :;,?#\t\0\u007f\u00800aXGH1";

    static List<String> corpus() {
        return List.of(
                request("GET /"),
                request("GET /a/b?c=d&e", "X: 1", "Accept: */*", "x:2", "User-Agent: a very long name of something"),
                request("HEAD /a") + request("GET /b") + request("OPTIONS *"),
                "\r\n\r\nGET http://example.com:80/a?b HTTP/1.1\r\nHost: other\r\n\r\n" + request("GET http://h?q"),
                request("POST /", "Content-Length: 11", "X:\ta\tb\t") + "hello world" + request("GET /next"),
                request("PUT /", "Transfer-Encoding: Chunked")
                        + "5;a=b\r\nhello\r\n00a\r\n, my world!\r\n0\r\nT: x\r\n\r\n"
                        + request("DELETE /next"),
                request("POST /", "Expect: 100-continue", "Content-Length: 3") + "abc" + request("GET /"),
                request("POST /", "Expect: 100-continue", "Transfer-Encoding: chunked") + "3\r\nabc\r\n0\r\n\r\n",
                "GET / HTTP/1.0\r\n\r\n" + request("GET /never"),
                "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + request("GET /", "Connection: close"),
                request("GET /") + "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"
                        + request("GET /"),
                request("GET /") + "BREW /coffee HTTP/1.1\r\nHost: a\r\n\r\n",
                request("POST /", "Transfer-Encoding: chunked") + "5\r\nhellO!\r\n0\r\n\r\n" + request("GET /"),
                "GET /" + "a".repeat(300) + " HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: " + "a".repeat(600) + "\r\nY: " + "b".repeat(600) + "\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\n" + "X: 1\r\n".repeat(20) + "\r\n" + request("GET /"),
                request("POST /", "Content-Length: 5000") + BodyTest.text(5_000) + request("GET /"),
                request("POST /", "Transfer-Encoding: chunked") + "7d0\r\n" + BodyTest.text(2_000) + "\r\n0\r\n\r\n"
                        + request("GET /"),
                request("POST /", "Content-Length: 9000") + "not read",
                "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003",
                "GET /\u00e4 HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /\n\n",
                "GET / HTTP/2.0\r\n\r\n");
    }

    /// Small, so that lines, heads and bodies of the corpus pass its bounds.
    private static Limits limits() {
        return Limits.defaults().with(Map.of(
                "connectionsMax", 1L,
                "bufferBytes", 1L << 10,
                "bufferBytesMax", 2L << 10,
                "requestLineBytesMax", 256L,
                "headBytesMax", 1_024L,
                "headFieldsMax", 16L,
                "bodyBytesMax", 8_000L));
    }

    private static String whole(String input) {
        try (var conversation = new Conversation(TELLS_ALL, limits())) {
            return conversation.say(input).finish().heard();
        }
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void everySplitPointGivesTheSameAnswer(String input) {
        String expected = whole(input);
        assertThat(expected).isNotEmpty();
        byte[] bytes = input.getBytes(ISO_8859_1);
        for (int at = 1; at < bytes.length; at++) {
            try (var conversation = new Conversation(TELLS_ALL, limits())) {
                conversation.sayInTwo(bytes, at).finish();
                assertThat(conversation.heard()).as("split at " + at).isEqualTo(expected);
            }
        }
        try (var conversation = new Conversation(TELLS_ALL, limits())) {
            conversation.sayByByte(bytes).finish();
            assertThat(conversation.heard()).as("byte by byte").isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void damagedInputIsAnsweredTheSameHoweverItIsCut(long seed) {
        var random = new Random(seed);
        List<String> corpus = corpus();
        for (int i = 0; i < 500; i++) {
            byte[] bytes = corpus.get(random.nextInt(corpus.size())).getBytes(ISO_8859_1);
            for (int damage = random.nextInt(3); damage > 0; damage--) {
                bytes[random.nextInt(Math.min(bytes.length, 120))] =
                        (byte) DAMAGE.charAt(random.nextInt(DAMAGE.length()));
            }
            String input = new String(bytes, ISO_8859_1);
            String expected = whole(input);
            try (var conversation = new Conversation(TELLS_ALL, limits())) {
                for (int at = 0; at < bytes.length;) {
                    int end = Math.min(bytes.length, at + 1 + random.nextInt(40));
                    conversation.arrive(input.substring(at, end));
                    at = end;
                }
                conversation.run().finish();
                assertThat(conversation.heard()).as("seed " + seed + ", number " + i + ": " + input)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void aHeadThatArrivesByteByByteIsSearchedOnce() {
        byte[] line = ("GET / HTTP/1.1\r\nHost: a\r\nX: " + "a".repeat(30_000) + "\r\n\r\n").getBytes(ISO_8859_1);
        try (var conversation = new Conversation(TELLS_ALL)) {
            conversation.sayByByte(line);
            assertThat(conversation.heard()).startsWith("HTTP/1.1 200 OK");
        }
    }
}
