package dev.partita.http;

import static dev.partita.http.Conversation.refusal;
import static dev.partita.http.Conversation.reply;
import static dev.partita.http.Conversation.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.Close;
import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Input that is wrong: one answer, and then the connection closes, whatever follows.
class RequestRefusalTest {
    private static final Handler OK = (request, response) -> response.text("ok");
    private static final String FOLLOWS = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";

    private static void refuses(String input, String status) {
        try (var conversation = new Conversation(OK)) {
            conversation.say(input + FOLLOWS).finish();
            assertThat(conversation.heard()).as(input).isEqualTo(refusal(status));
            assertThat(conversation.closed()).isEqualTo(Close.LINGER);
            assertThat(conversation.count(Counter.BAD_REQUESTS)).isOne();
            assertThat(conversation.count(Counter.BODIES_TOO_LARGE)).isEqualTo(status.startsWith("413") ? 1 : 0);
            assertThat(conversation.count(Counter.REQUEST_LINES_TOO_LONG)).isEqualTo(status.startsWith("414") ? 1 : 0);
            assertThat(conversation.count(Counter.HEADS_TOO_LARGE)).isEqualTo(status.startsWith("431") ? 1 : 0);
            assertThat(conversation.count(Counter.BLANK_LINES_TOO_MANY)).isEqualTo(input.startsWith("\r\n") ? 1 : 0);
            assertThat(conversation.count(Counter.REQUESTS)).isZero();
        }
        try (var byByte = new Conversation(OK)) {
            byByte.sayByByte((input + FOLLOWS).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1)).finish();
            assertThat(byByte.heard()).as("byte by byte: " + input).isEqualTo(refusal(status));
        }
    }

    private static void answers(String input) {
        try (var conversation = new Conversation(OK)) {
            conversation.say(input);
            assertThat(conversation.heard()).as(input).isEqualTo(reply("ok"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "GET /\r\n\r\n", "GET\r\n\r\n", "GET  / HTTP/1.1\r\n", "GET /  HTTP/1.1\r\n", "GET / HTTP/1.1 \r\n",
        " GET / HTTP/1.1\r\n", "GET\t/ HTTP/1.1\r\n", "GE(T / HTTP/1.1\r\n", "G\u00e9T / HTTP/1.1\r\n",
        "GET / http/1.1\r\n", "GET / HTTP/01.1\r\n", "GET / HTTP/1.\r\n", "GET / HTTP/1.1x\r\n", "GET / HTTP/11\r\n",
        "GET / HTTP/1,1\r\n", "GET / HTTP/a.1\r\n", "HTTP/1.1\r\n", "GET /HTTP/1.1\r\n", "GET HTTP/1.1\r\n"})
    void aWrongRequestLineIs400(String line) {
        refuses(line + "Host: a\r\n\r\n", "400 Bad Request");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "foo", "*", "/a#b", "#", "/\u00e4", "/\u00c0\u00af", "/a\u00ff?b", "/?\u00e4", "/?a#b", "example.com:80", "?a",
        "http://", "http:///a", "http://u@h/", "http://h:port/", "http://h:99999/", "http://a b/", "ftp://h/", "/a b"})
    void aWrongTargetIs400(String target) {
        refuses("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n", "400 Bad Request");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/\0", "/\u0001", "/\u007f", "/?\u0001", "/\t", "/\r", "/\n"})
    void aControlCharacterInTheTargetIs400(String target) {
        refuses("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n", "400 Bad Request");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/2.0", "HTTP/9.9", "HTTP/0.9"})
    void anotherMajorVersionIs505(String version) {
        refuses("GET / " + version + "\r\n", "505 HTTP Version Not Supported");
    }

    @Test
    void thePrefaceOfHttp2Is505() {
        refuses("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505 HTTP Version Not Supported");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.2", "HTTP/1.9"})
    void aHigherMinorVersionIsServed(String version) {
        answers("GET / " + version + "\r\nHost: a\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"CONNECT", "TRACE", "get", "PROPFIND", "AVERYLONGMETHODNAMETHATNOBODYKNOWS", "G"})
    void aMethodThatIsNotServedIs501(String method) {
        refuses(method + " / HTTP/1.1\r\nHost: a\r\n\r\n", "501 Not Implemented");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        " X: folded first", "X : a", "X\t: a", ": a", "no colon", "X Y: a", "X\u0001: a", "X\0: a", "X\u00e4: a",
        "X: a\r\n folded", "X: a\r\n\tfolded", "X: \0", "X: \u0001", "X: \u007f", "X: a\rb", "X: a\nb", "X(: a"})
    void aWrongFieldIs400(String field) {
        refuses("GET / HTTP/1.1\r\n" + field + "\r\nHost: a\r\n\r\n", "400 Bad Request");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nHost: a\n\r\n",
        "GET / HTTP/1.1\rHost: a\r\r",
        "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\n", "GET / HTTP/1.1\r\nHost: a\r\n\rX"})
    void aLineThatDoesNotEndInCrLfIs400(String input) {
        refuses(input, "400 Bad Request");
    }

    @ParameterizedTest
    @ValueSource(strings = {"X:", "X: ", "X:\t a \t", "X: a\tb", "X: \u00e4\u00ff", "x-1_2.~|`^': a", "Accept: */*"})
    void aRightFieldIsLeftToTheHandler(String field) {
        answers("GET / HTTP/1.1\r\n" + field + "\r\nHost: a\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "Host: u@h", "Host: h/p", "Host: a, b", "Host: a b", "Host: h:port", "Host: h:99999", "Host: h:123456",
        "Host: ::1",
        "Host: [::1", "Host: []", "Host: [::1]x", "Host: a\r\nHost: a", "Host: a\r\nhost: b", "X: a", "Host: :80",
        "Host: a#b", "Host: a\u00e4", "Host: a%zz", "Host: a%4", "Host: %",
        "Host: [:]", "Host: [:::]", "Host: [:::::]", "Host: [1:]", "Host: [:1]", "Host: [1::2::3]",
        "Host: [1:2:3:4:5:6:7]",
        "Host: [1:2:3:4:5:6:7:8:9]", "Host: [1:2:3:4::5:6:7:8]", "Host: [12345::]", "Host: [::g]",
        "Host: [1:2:3:4:5:6:7:8:]",
        "Host: [::1.2.3]", "Host: [::1.2.3.256]", "Host: [::1.2.3.04]", "Host: [::1.2.3.4:5]", "Host: [1.2.3.4]",
        "Host: [1:2:3:4:5:6:7:1.2.3.4]", "Host: [::1.2.3.4", "Host: [::1.", "Host: [", "Host: [::.1.2.3]"})
    void aWrongHostIs400(String fields) {
        refuses("GET / HTTP/1.1\r\n" + fields + "\r\n\r\n", "400 Bad Request");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Host: a", "Host: a:80", "Host:a:", "Host: [::1]", "Host: [::1]:8080",
        "Host: 127.0.0.1:65535",
        "Host: [::]", "Host: [1::]", "Host: [1:2:3:4:5:6:7:8]", "Host: [1:2:3:4:5:6:7::]", "Host: [::2:3:4:5:6:7:8]",
        "Host: [1:2:3::6:aBcD]:80", "Host: [::ffff:192.0.2.255]", "Host: [1:2:3:4:5:6:0.0.0.0]",
        "Host:", "hOsT: x_y-z.Example", "HOST:  a  ", "Host: %C3%A4.example"})
    void aRightHostIsAccepted(String field) {
        answers("GET / HTTP/1.1\r\n" + field + "\r\n\r\n");
    }

    @Test
    void anAbsoluteTargetNeedsAHostThatSaysSomething() {
        refuses("GET http://a/ HTTP/1.1\r\nHost:\r\n\r\n", "400 Bad Request");
        answers("GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"+5", "-0", "-1", "0x5", "5_0", "5, 5", "5,5", "", " ", "5 5", "5.0",
        "99999999999999999999", "a",
        "5;", "\u00b2", "1234567890123456789"})
    void aWrongContentLengthIs400(String length) {
        refuses("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\nhello", "400 Bad Request");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 5\r\nContent-Length: 6", "Content-Length: 5\r\nContent-Length: 5",
        "Content-Length: 5\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 0"})
    void twoWaysToTellTheLengthAre400(String fields) {
        refuses("POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n\r\nhello", "400 Bad Request");
    }

    @ParameterizedTest
    @ValueSource(strings = {"xchunked", "chunked, identity", "identity", "chunked\r\nTransfer-Encoding: chunked",
        "chunked;q=1",
        "\u000bchunked", "", "gzip, chunked", "chunked, chunked", "chunke", "\"chunked\""})
    void anyTransferEncodingButChunkedIs400(String coding) {
        refuses("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: " + coding + "\r\n\r\n0\r\n\r\n", "400 Bad Request");
    }

    @Test
    void aTransferEncodingInHttp10Is400() {
        refuses("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400 Bad Request");
    }

    @Test
    void anUnknownExpectationIs417() {
        refuses("GET / HTTP/1.1\r\nHost: a\r\nExpect: a-miracle\r\n\r\n", "417 Expectation Failed");
    }

    static Stream<String> strangers() {
        return Stream.of(
                "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003", // a TLS ClientHello
                "SSH-2.0-OpenSSH_9.2\r\n", "get key\r\n", "*1\r\n$4\r\nPING\r\n", "\u0080\0\0\0", "\0\0\0\0", "\r\r\n");
    }

    @ParameterizedTest
    @MethodSource("strangers")
    void anotherProtocolIs400(String input) {
        refuses(input, "400 Bad Request");
    }

    @Test
    void emptyLinesInFrontOfARequestAreIgnoredUpToABound() {
        answers("\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
        refuses("\r\n".repeat(5), "400 Bad Request");
        try (var strict = new Conversation(OK, Limits.defaults().with("blankLinesMax", 1))) {
            strict.say("\r\n" + request("GET /") + "\r\n" + request("GET /") + "\r\n\r\n" + request("GET /"));
            assertThat(strict.heard()).isEqualTo(reply("ok") + reply("ok") + refusal("400 Bad Request"));
            assertThat(strict.count(Counter.BLANK_LINES_TOO_MANY)).isOne();
            assertThat(strict.count(Counter.BAD_REQUESTS)).isOne();
        }
    }

    @Test
    void aConnectionThatSaysNothingEndsWithoutAWord() {
        try (var conversation = new Conversation(OK)) {
            conversation.finish();
            assertThat(conversation.heard()).isEmpty();
            assertThat(conversation.closed()).isEqualTo(Close.NORMAL);
            assertThat(conversation.count(Counter.BAD_REQUESTS)).isZero();
        }
    }

    @Test
    void theBoundsOnLineHeadAndFieldsAreExact() {
        Limits limits = Limits.defaults();
        int line = limits.requestLineBytesMax() - "GET / HTTP/1.1".length();
        answers(request("GET /" + "a".repeat(line)));
        refuses(request("GET /" + "a".repeat(line + 1)), "414 URI Too Long");

        int head = limits.headBytesMax() - request("GET /", "X: ").length();
        answers(request("GET /", "X: " + "a".repeat(head)));
        refuses(request("GET /", "X: " + "a".repeat(head + 1)), "431 Request Header Fields Too Large");

        int fields = limits.headFieldsMax() - 1;
        answers("GET / HTTP/1.1\r\nHost: a\r\n" + "X: 1\r\n".repeat(fields) + "\r\n");
        refuses("GET / HTTP/1.1\r\nHost: a\r\n" + "X: 1\r\n".repeat(fields + 1) + "\r\n",
                "431 Request Header Fields Too Large");
    }

    @Test
    void anEndlessLineIsRefusedWithoutItsEnd() {
        try (var conversation = new Conversation(OK)) {
            conversation.say("GET /" + "a".repeat(9_000));
            assertThat(conversation.heard()).isEqualTo(refusal("414 URI Too Long"));
        }
        try (var conversation = new Conversation(OK)) {
            conversation.say("GET / HTTP/1.1\r\nX: " + "a\t".repeat(20_000));
            assertThat(conversation.heard()).isEqualTo(refusal("431 Request Header Fields Too Large"));
        }
    }

    @Test
    void aHeadMayFillTheWholeBuffer() {
        Limits small = limits(1 << 10, 1 << 10);
        try (var conversation = new Conversation(OK, small)) {
            String request = request("GET /", "X: ");
            String full = request("GET /", "X: " + "a".repeat(1_024 - request.length()));
            conversation.sayByByte(full.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
            assertThat(conversation.heard()).isEqualTo(reply("ok"));
            conversation.sayByByte(
                    "GET /".concat("a".repeat(2_000)).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
            assertThat(conversation.heard()).isEqualTo(reply("ok") + refusal("414 URI Too Long"));
        }
    }

    static Limits limits(int bufferBytes, int bufferBytesMax) {
        return Limits.defaults().with(Map.of(
                "connectionsMax", 1L,
                "bufferBytes", (long) bufferBytes,
                "bufferBytesMax", (long) bufferBytesMax,
                "requestLineBytesMax", (long) bufferBytesMax,
                "headBytesMax", (long) bufferBytesMax));
    }
}
