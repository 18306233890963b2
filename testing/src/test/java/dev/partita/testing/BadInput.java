package dev.partita.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// The catalogue of bad input to an HTTP/1.1 server: each row is a thing that other servers were broken into or brought down
/// with, a number of ways to say it, and the one right answer to each. [BadInputTest] says them.
///
/// Every input is followed by [#PROBE], in the same segment: who takes a part of a refused request for the next one answers it.
final class BadInput {
    /// A further request, behind every input.
    static final String PROBE = "GET /probe HTTP/1.1\r\nHost: a\r\n\r\n";
    /// The answer to [#PROBE].
    static final String PROBED = "200 probed";

    private static final String GET = "GET /tell HTTP/1.1\r\nHost: a\r\n";
    private static final String POST = "POST /tell HTTP/1.1\r\nHost: a\r\n";
    private static final String CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n";
    private static final String CHUNKED_HELLO = "5\r\nhello\r\n0\r\n\r\n";
    private static final String TRAILERS = String.join("\r\n",
            "Content-Length: 3", "Transfer-Encoding: gzip", "Host: evil", "Authorization: evil", "X: evil", "");

    /// One input and what comes back.
    ///
    /// @param input what the client says before [#PROBE]
    /// @param answers each `STATUS` or `STATUS BODY`; after the last one the server closes, and says so in it unless it answers
    ///     [#PROBE]
    record Case(String input, List<String> answers) {
        @Override
        public String toString() {
            String line = input.replace("\r", "\\r").replace("\n", "\\n");
            return line.length() > 200 ? line.substring(0, 200) + "... (" + input.length() + " bytes)" : line;
        }
    }

    private final Map<String, List<Case>> rows = new LinkedHashMap<>();
    private List<Case> row = new ArrayList<>();

    private BadInput() {}

    /// All cases by their row.
    static Map<String, List<Case>> rows() {
        var all = new BadInput();
        all.framing();
        all.fields();
        all.chunks();
        all.targets();
        all.paths();
        all.versions();
        all.bounds();
        all.conversations();
        all.handlers();
        return all.rows;
    }

    // What can be expected.

    private void row(String name) {
        row = Objects.requireNonNull(rows.computeIfAbsent(name, any -> new ArrayList<>()));
    }

    private void expect(String input, String... answers) {
        row.add(new Case(input, List.of(answers)));
    }

    /// 400, and the end.
    private void refused(String... inputs) {
        for (String input : inputs) {
            expect(input, "400");
        }
    }

    /// The answer, and the connection goes on.
    private void served(String answer, String... inputs) {
        for (String input : inputs) {
            expect(input, answer, PROBED);
        }
    }

    // The rows.

    private void framing() {
        row("H1 Content-Length beside Transfer-Encoding");
        refused(POST + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                POST + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" + CHUNKED_HELLO,
                POST + "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n",
                POST + "content-length: 6\r\nTRANSFER-ENCODING: Chunked\r\n\r\n0\r\n\r\nG");

        row("H2 Content-Length that is not one number");
        refused(POST + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
                POST + "Content-Length: 5\r\nX: y\r\ncontent-length: 5\r\n\r\nhello");
        for (String length : List.of("5, 5", "5,6", "+5", "-0", "-5", "0x5", "5_0", "5.0", "5e0", "5 5", "5;", "\"5\"",
                "99999999999999999999", "18446744073709551621", "1234567890123456789", "", "  ", "a", "\u00b2",
                "\u000b5", "\u00a05", "5\u00a0")) {
            refused(POST + "Content-Length: " + length + "\r\n\r\nhello");
        }
        served("200 POST /tell a - hello", POST + "Content-Length: 5\r\n\r\nhello",
                POST + "Content-Length:\t 0005 \r\n\r\nhello");

        row("H3 Transfer-Encoding that is not chunked, once");
        for (String coding : List.of("xchunked", "chunkedx", "chunke", "chunked, identity", "identity, chunked",
                "identity", "gzip", "gzip, chunked", "chunked, chunked", "chunked\r\nTransfer-Encoding: chunked",
                "chunked\r\nTransfer-Encoding: identity", "identity\r\nTransfer-Encoding: chunked", "chunked;q=1",
                "chunked,", ",chunked", "\"chunked\"", "\u000bchunked", "chunked\u00a0", "\u00a0chunked", "")) {
            refused(POST + "Transfer-Encoding: " + coding + "\r\n\r\n" + CHUNKED_HELLO);
        }
        refused(POST + "Transfer-Encoding : chunked\r\n\r\n" + CHUNKED_HELLO,
                POST + "Transfer-Encoding\u0000: chunked\r\n\r\n" + CHUNKED_HELLO,
                POST + "Transfer-Encoding:\r\n chunked\r\n\r\n" + CHUNKED_HELLO);
        served("200 POST /tell a - hello", POST + "Transfer-Encoding: chunked\r\n\r\n" + CHUNKED_HELLO,
                POST + "transfer-encoding:\t CHUNKED \r\n\r\n" + CHUNKED_HELLO);

        row("H4 Transfer-Encoding in HTTP/1.0");
        refused("POST /tell HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKED_HELLO,
                "POST /tell HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKED_HELLO);
    }

    private void fields() {
        row("H5 fields that are folded, spaced or without colon");
        refused(GET + "X: a\r\n b\r\n\r\n", GET + "X: a\r\n\tb\r\n\r\n", GET + "X: a\r\n \r\n\r\n",
                GET + "X : a\r\n\r\n", GET + "X\t: a\r\n\r\n", GET + "X\r\n\r\n", GET + "X a\r\n\r\n",
                GET + ": a\r\n\r\n", GET + " \r\n\r\n", "GET /tell HTTP/1.1\r\n Host: a\r\n\r\n",
                "GET /tell HTTP/1.1\r\n\tHost: a\r\n\r\n", "GET /tell HTTP/1.1\r\nHost : a\r\n\r\n",
                GET + "Content-Length : 5\r\n\r\nhello");

        row("H6 bytes that do not belong into a line");
        refused("GET /tell HTTP/1.1\nHost: a\n\n", "GET /tell HTTP/1.1\r\nHost: a\n\r\n",
                "GET /tell HTTP/1.1\r\nHost: a\r\n\n", "GET /tell HTTP/1.1\rHost: a\r\r",
                "\nGET /tell HTTP/1.1\r\n\r\n",
                GET + "X: a\rb\r\n\r\n", GET + "X: a\r\r\n\r\n", GET + "X: a\nY: b\r\n\r\n", GET + "X\r: a\r\n\r\n",
                GET + "\rX: a\r\n\r\n", GET + "X\n: a\r\n\r\n", GET + "\u0000X: a\r\n\r\n", GET + "X\u0000: a\r\n\r\n");
        for (char control = 0; control < ' '; control++) {
            if (control != '\t') {
                refused(GET + "X: a" + control + "b\r\n\r\n");
            }
        }
        refused(GET + "X: a\u007fb\r\n\r\n");
        for (char wrong : " \"(),/:;<=>?@[\\]{}\u007f\u0080\u00e4\u00ff".toCharArray()) {
            refused(GET + wrong + "X: a\r\n\r\n");
        }
        served("200 GET /tell a a\tb ", GET + "X: a\tb\r\n\r\n", GET + "x:a\tb\t \r\n\r\n");
        served("200 GET /tell a \u00e4\u00ff ", GET + "X: \u00e4\u00ff\r\n\r\n");
    }

    private void chunks() {
        row("H7 chunk sizes");
        for (String size : List.of("00000000000000005", "10000000000000005", "-1", "-5", "+5", "0x5", "5_0", " 5", "5 ",
                "\t5", "5\t", "", "5h", "g", "5.", "\"5\"", "\u00b5", "\u0000")) {
            refused(CHUNKED + size + "\r\nhello\r\n0\r\n\r\n");
        }
        for (String size : List.of("ffffffffffffffff", "FFFFFFFFFFFFFFFF", "8000000000000000", "7fffffffffffffff",
                "100001")) {
            expect(CHUNKED + size + "\r\nhello\r\n0\r\n\r\n", "413");
        }
        served("200 POST /tell a - hello", CHUNKED + "0000000000000005\r\nhello\r\n0\r\n\r\n",
                CHUNKED + "1\r\nh\r\n04\r\nello\r\n000\r\n\r\n");
        served("200 POST /tell a - hello, world", CHUNKED + "C\r\nhello, world\r\n0\r\n\r\n");

        row("H8 chunk data, line ends and extensions");
        refused(CHUNKED + "5\r\nhello!\r\n0\r\n\r\n", CHUNKED + "5\r\nhell\r\n0\r\n\r\n",
                CHUNKED + "5\r\nhello0\r\n\r\n", CHUNKED + "5\r\nhello\n0\r\n\r\n", CHUNKED + "5\r\nhello\r0\r\n\r\n",
                CHUNKED + "5\nhello\r\n0\r\n\r\n", CHUNKED + "5\rhello\r\n0\r\n\r\n",
                CHUNKED + "5\n\nhello\r\n0\r\n\r\n",
                CHUNKED + "5\r\nhello\r\n0\n\n", CHUNKED + "5\r\nhello\r\n0\r\n\n", CHUNKED + "5\r\nhello\r\n0\r\n\rX",
                CHUNKED + "5;\r\nhello\r\n0\r\n\r\n", CHUNKED + "5;a\u0000\r\nhello\r\n0\r\n\r\n",
                CHUNKED + "5;a\nb\r\nhello\r\n0\r\n\r\n", CHUNKED + "5;a\rb\r\nhello\r\n0\r\n\r\n",
                CHUNKED + "5;a\u007f\r\nhello\r\n0\r\n\r\n", CHUNKED + "5\u0000\r\nhello\r\n0\r\n\r\n",
                CHUNKED + "5;" + "x".repeat(1_025) + "\r\nhello\r\n0\r\n\r\n",
                CHUNKED + ("1;" + "x".repeat(1_000) + "\r\na\r\n").repeat(17) + "0\r\n\r\n",
                CHUNKED + "1\r\na\r\n".repeat(30_000) + "0\r\n\r\n");
        served("200 POST /tell a - hello", CHUNKED + "5;a\r\nhello\r\n0\r\n\r\n",
                CHUNKED + "5;a=\"b;c\";d=e\r\nhello\r\n0;z\r\n\r\n",
                CHUNKED + "5;" + "x".repeat(1_024) + "\r\nhello\r\n0\r\n\r\n");
        served("200 20000", CHUNKED.replace("/tell", "/count") + "1\r\na\r\n".repeat(20_000) + "0\r\n\r\n");

        row("H9 trailers");
        served("200 POST /tell a - hello", CHUNKED + "5\r\nhello\r\n0\r\nX: evil\r\n\r\n",
                CHUNKED + "5\r\nhello\r\n0\r\n" + TRAILERS + "\r\n");
        refused(CHUNKED + "0\r\nX\r\n\r\n", CHUNKED + "0\r\n: x\r\n\r\n", CHUNKED + "0\r\nX : x\r\n\r\n",
                CHUNKED + "0\r\n X: x\r\n\r\n", CHUNKED + "0\r\nX: a\r\n folded\r\n\r\n",
                CHUNKED + "0\r\nX: \u0000\r\n\r\n", CHUNKED + "0\r\nX: a\nY: b\r\n\r\n",
                CHUNKED + "0\r\nX: a\rb\r\n\r\n", CHUNKED + "0\r\nGET /probe HTTP/1.1\r\nHost: a\r\n\r\n");
        expect(CHUNKED + "0\r\n" + "X: y\r\n".repeat(2_000) + "\r\n", "431");
    }

    private void targets() {
        row("H10 Host");
        refused("GET /tell HTTP/1.1\r\n\r\n", "GET /tell HTTP/1.1\r\nX: a\r\n\r\n",
                "GET /tell HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "GET /tell HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n",
                "GET http://a/tell HTTP/1.1\r\nHost:\r\n\r\n", "GET /tell HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n");
        for (String host : List.of("u@h", "u:p@h", "h/p", "h?q", "h#f", "a, b", "a b", "a,b", "h:port", "h:-1", "h:+80",
                "h:99999", "h:123456", "h:80:80", "::1", "[::1", "::1]", "[]", "[::1]x", "[::g]", "[:::::]", "[1:2]",
                "[::1]:x", ":80",
                "a\\b",
                "\u00e4", "a\"", "<a>", "a%zz", "a%4")) {
            refused("GET /tell HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
        }
        for (String host : List.of("a", "a:80", "[::1]", "[::1]:8080", "127.0.0.1:65535", "a-b.c_d~", "a:")) {
            served("200 GET /tell " + host + " - ", "GET /tell HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
        }
        served("200 GET /tell  - ", "GET /tell HTTP/1.1\r\nHost:\r\n\r\n", "GET /tell HTTP/1.1\r\nHost: \t\r\n\r\n");

        row("H11 request targets");
        served("200 GET /tell a - ", "GET http://a/tell HTTP/1.1\r\nHost: evil\r\n\r\n",
                "GET HTTP://a/tell HTTP/1.1\r\nHost: evil\r\n\r\n",
                "GET https://a/tell HTTP/1.1\r\nHost: evil\r\n\r\n");
        served("200 GET /tell a:80 - ", "GET http://a:80/tell HTTP/1.1\r\nHost: evil\r\n\r\n");
        served("204", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
        for (String target : List.of("a:80", "a", "foo", "foo/bar", "*", "/*#", "/#", "/a#b", "/?a#b", "#", "?", "?a",
                "//\u00e4", "/\u00e4", "/?\u00e4", "/\u00c0\u00af", "/\u00ff", "/ ", "/ x", "/a b", "http://",
                "http:///a",
                "http:/a", "http:a", "http://u@h/", "http://h:x/", "http://h:99999/", "ftp://a/", "://a", "\\",
                "\\tell")) {
            refused("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
        }
        for (char control = 0; control < ' '; control++) {
            refused("GET /a" + control + "b HTTP/1.1\r\nHost: a\r\n\r\n");
        }
        refused("GET /a\u007f HTTP/1.1\r\nHost: a\r\n\r\n", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n",
                "POST * HTTP/1.1\r\nHost: a\r\n\r\n");
        expect("CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", "501");
        expect("CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", "501");
    }

    private void paths() {
        row("H12 paths that lead elsewhere");
        for (String path : List.of("/%zz", "/%", "/%4", "/%4g", "/%00", "/in.txt%00", "/%00in.txt", "/a%2fb", "/a%2Fb",
                "/%2f", "/%5c", "/..%5c", "/a\\b", "/%c0%ae%c0%ae/in.txt", "/%c0%ae", "/%c0%af", "/%e0%80%ae", "/%ff",
                "/%c3", "/%0a", "/%0d%0a", "/%7f", "/..%2fin.txt", "/%2e%2e%2f")) {
            served("400", file(path));
        }
        for (String path : List.of("/..", "/../", "/../in.txt", "/../../etc/passwd", "/%2e%2e/in.txt", "/%2E%2E/in.txt",
                "/%2e./in.txt", "/.%2e/in.txt", "/sub/../in.txt", "/sub/%2e%2e/in.txt", "/sub/../../in.txt",
                "/" + "../".repeat(1_000) + "etc/passwd", "/" + "sub/../".repeat(1_000) + "in.txt")) {
            served("400", file(path));
        }
        for (String path : List.of("/in.txt.", "/in.txt%20", "/in.txt/", "/%252e%252e/in.txt", "/%25zz",
                "/....//in.txt",
                "/.../in.txt", "/.hidden", "/%2ehidden", "/sub/.hidden", "/nowhere", "/in.txt%3a$DATA",
                "/" + "a".repeat(255) + "/" + "b".repeat(255), "/" + "a".repeat(300), "/" + "d/".repeat(2_000))) {
            served("404", file(path));
        }
        served("200 inside", file("/in.txt"), file("/./in.txt"), file("//in.txt"), file("/sub//./in.txt"),
                file("/%69n%2etxt"), file("/in.txt?../../etc/passwd"), file("/in.txt?%zz"));

        row("H13 files that are not for everybody");
        served("404", file("/out"), file("/out-folder/secret.txt"), file("/absolute"), file("/loop"), file("/fifo"),
                file("/device"), file("/dangling"), file("/socket"));
        served("200 inside", file("/hard"));
    }

    private static String file(String path) {
        return "GET /files" + path + " HTTP/1.1\r\nHost: a\r\n\r\n";
    }

    private void versions() {
        row("H15 versions");
        refused("GET /\r\n\r\n", "GET /tell\r\n", "GET / HTTP/01.1\r\nHost: a\r\n\r\n",
                "GET / http/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.\r\nHost: a\r\n\r\n",
                "GET / HTTP/1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.11\r\nHost: a\r\n\r\n", "GET / HTTP/11.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/ 1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1,1\r\nHost: a\r\n\r\n",
                "GET / HTTP/-1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
                "GET / HTTPS/1.1\r\nHost: a\r\n\r\n", "GET / XTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.x\r\nHost: a\r\n\r\n", "GET / HTTP\r\nHost: a\r\n\r\n");
        for (String version : List.of("HTTP/2.0", "HTTP/9.9", "HTTP/0.9", "HTTP/3.0")) {
            expect("GET / " + version + "\r\nHost: a\r\n\r\n", "505");
        }
        expect("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\u0000\u0000\u0012\u0004\u0000", "505");
        served("200 GET /tell a - ", "GET /tell HTTP/1.2\r\nHost: a\r\n\r\n", "GET /tell HTTP/1.9\r\nHost: a\r\n\r\n");
        expect("GET /tell HTTP/1.0\r\n\r\n", "200 GET /tell null - ");
        served("200 GET /tell null - ", "GET /tell HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");

        row("H16 expectations");
        for (String expectation : List.of("a-miracle", "100-continue, a-miracle", "100", "", "200-ok")) {
            expect(POST + "Expect: " + expectation + "\r\nContent-Length: 5\r\n\r\nhello", "417");
        }
        expect(POST + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello", "100", "200 POST /tell a - hello",
                PROBED);
        expect(POST + "expect: 100-Continue\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKED_HELLO,
                "100", "200 POST /tell a - hello", PROBED);
        expect(POST + "Expect: 100-continue\r\nContent-Length: 0\r\n\r\n", "200 POST /tell a - ", PROBED);
        expect(GET + "Expect: 100-continue\r\n\r\n", "200 GET /tell a - ", PROBED);
        expect(POST + "Expect: 100-continue\r\nContent-Length: 5000000\r\n\r\n", "413");
        expect(POST.replace("/tell", "/four") + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n", "413");
        expect("POST /tell HTTP/1.0\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
                "200 POST /tell a - hello");
    }

    private void bounds() {
        row("H17 too much of something");
        expect("GET /" + "x".repeat(8_192) + " HTTP/1.1\r\nHost: a\r\n\r\n", "414");
        expect("GET /tell?" + "x".repeat(100_000), "414");
        expect("G".repeat(9_000), "414");
        expect(GET + "X: " + "x".repeat(32_768) + "\r\n\r\n", "431");
        expect(GET + "X: " + "x".repeat(500_000) + "\r\n\r\n", "431");
        expect(GET + "x".repeat(40_000), "431");
        expect(GET + "X: y\r\n".repeat(100) + "\r\n", "431");
        expect(GET + "X: y\r\n".repeat(10_000) + "\r\n", "431");
        served("200 GET /tell a y ", GET + "X: y\r\n".repeat(99) + "\r\n");
        for (String method : List.of("BREW", "get", "TRACE", "G", "GETT", "M".repeat(33), "M".repeat(5_000))) {
            expect(method + " / HTTP/1.1\r\nHost: a\r\n\r\n", "501");
        }
        refused("G@T / HTTP/1.1\r\nHost: a\r\n\r\n", "G\u00e9T / HTTP/1.1\r\nHost: a\r\n\r\n",
                " / HTTP/1.1\r\nHost: a\r\n\r\n");
        expect(POST + "Content-Length: 1048577\r\n\r\n", "413");
        expect(POST + "Content-Length: 999999999999999999\r\n\r\n" + "x".repeat(100_000), "413");
        expect(POST.replace("/tell", "/four") + "Content-Length: 5\r\n\r\nhello", "413");
        expect(POST.replace("/tell", "/four") + "Transfer-Encoding: chunked\r\n\r\n" + CHUNKED_HELLO, "413");
        served("200 4", POST.replace("/tell", "/four") + "Content-Length: 4\r\n\r\nhell");
        served("200 1048576",
                POST.replace("/tell", "/count") + "Content-Length: 1048576\r\n\r\n" + "x".repeat(1_048_576));
    }

    private void conversations() {
        row("H18 pipelined requests");
        for (int count : List.of(1, 2, 17, 1_000)) {
            var answers = new ArrayList<String>();
            var input = new StringBuilder();
            for (int i = 0; i < count; i++) {
                input.append("GET /tell?").append(i).append(" HTTP/1.1\r\nHost: a\r\n\r\n");
                answers.add("200 GET /tell?" + i + " a - ");
            }
            answers.add(PROBED);
            row.add(new Case(input.toString(), List.copyOf(answers)));
            answers.set(answers.size() - 1, "400");
            row.add(new Case(input + "nonsense\r\n\r\n", answers));
        }

        row("H19 what is no request");
        served("200 GET /tell a - ", "\r\n" + GET + "\r\n", "\r\n\r\n\r\n\r\n" + GET + "\r\n");
        expect("\r\n\r\n", PROBED);
        refused("\r\n".repeat(5), "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003", "get key\r\n",
                "*1\r\n$4\r\nPING\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "EHLO example.com\r\n", "\u0080\u0001\u0000\u0000",
                "\u0000\u0000\u0000\u0000", "\u00ff\u00fe\u00fd\u00fc\u00fb\r\n", "\r\r\n", "\n\n", "{\"a\":1}\r\n",
                "HTTP/1.1 200 OK\r\n\r\n");

        row("H20 answers without a body");
        served("200", "HEAD /tell HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD /files/in.txt HTTP/1.1\r\nHost: a\r\n\r\n",
                "HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n");
        served("404", "HEAD /nowhere HTTP/1.1\r\nHost: a\r\n\r\n");
        served("204", GET.replace("/tell", "/empty/204") + "\r\n");
        served("304", GET.replace("/tell", "/empty/304") + "\r\n",
                GET.replace("/tell", "/files/in.txt") + "If-Modified-Since: Thu, 01 Jan 2015 00:00:00 GMT\r\n\r\n");

        row("H20 ranges");
        String ranges = GET.replace("/tell", "/files/in.txt") + "Range: ";
        for (String whole : List.of("bytes=" + "0-,".repeat(1_300) + "0-", "bytes=" + "0-,".repeat(10_000) + "0-",
                "bytes=0-3,2-5", "bytes=0-,0-", "bytes=0-1,-1", "bytes=0-0\r\nRange: bytes=1-1", "bytes=4-2",
                "bytes=--1",
                "bytes=-1-2", "bytes=-", "bytes=", "bytes", "bytes=a-b", "bytes=0x0-1", "bytes=0--1", "bytes=+0-1",
                "lines=0-1", "")) {
            served("200 inside", ranges + whole + "\r\n\r\n");
        }
        served("206 inside", ranges + "bytes=-1000\r\n\r\n", ranges + "bytes=0-99999999999999999999\r\n\r\n",
                ranges + "bytes=-99999999999999999999\r\n\r\n", ranges + "bytes=0-\r\n\r\n");
        served("206 de", ranges + "bytes=-2\r\n\r\n", ranges + "bytes=4-1000\r\n\r\n");
        served("416", ranges + "bytes=6-\r\n\r\n", ranges + "bytes=-0\r\n\r\n",
                ranges + "bytes=99999999999999999999-\r\n\r\n");
        served("200", "HEAD /files/in.txt HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1\r\n\r\n");

        row("H21 lists of tags");
        String none = GET.replace("/tell", "/files/in.txt") + "If-None-Match: ";
        String match = GET.replace("/tell", "/files/in.txt") + "If-Match: ";
        // The size and the time of the file; BadInputTest makes it.
        String tag = "\"6-" + Long.toHexString(1_388_534_400_000_000_000L) + "\"";
        String others = "\"x\", W/\"y\",".repeat(2_000);
        served("304", none + tag + "\r\n\r\n", none + others + tag + "\r\n\r\n",
                none + others + "W/" + tag + "\r\n\r\n",
                none + ",".repeat(20_000) + tag + "\r\n\r\n", none + "*\r\n\r\n",
                none + "\"x\"\r\n" + ("If-None-Match: " + others.substring(0, 200) + "\r\n").repeat(90)
                        + "If-None-Match: "
                        + tag + "\r\n\r\n");
        served("200 inside", none + others + "\r\n\r\n", none + "\"" + "x".repeat(30_000) + "\r\n\r\n",
                none + "\r\n\r\n",
                none + "x".repeat(30_000) + tag + "\r\n\r\n", none + "W/\r\n\r\n", match + others + tag + "\r\n\r\n");
        served("412", match + others + "\r\n\r\n", match + others + "W/" + tag + "\r\n\r\n", match + "\r\n\r\n");

        row("H21 dates and tags that say nothing");
        for (String since : List.of("Fri, 31 Dec 9999 23:59:59 GMT", "garbage", "", "0", "-1", "99999999999999999999",
                "Thu, 32 Jan 2015 00:00:00 GMT", "Thu, 01 Jan 20155 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT",
                "\u00e4", "x".repeat(5_000))) {
            served("200 inside", GET.replace("/tell", "/files/in.txt") + "If-Modified-Since: " + since + "\r\n\r\n");
        }

        row("H22 a handler that splits its answer");
        served("500", GET.replace("/tell", "/inject/cr") + "\r\n", GET.replace("/tell", "/inject/lf") + "\r\n",
                GET.replace("/tell", "/inject/crlf") + "\r\n", GET.replace("/tell", "/inject/nul") + "\r\n",
                GET.replace("/tell", "/inject/name") + "\r\n", GET.replace("/tell", "/inject/type") + "\r\n",
                GET.replace("/tell", "/inject/length") + "\r\n");

        row("H23 a body that is shorter or longer than announced");
        expect(POST + "Content-Length: 1000\r\n\r\nhello"); // the probe is a part of the body, and then the client is gone
        expect(CHUNKED + "1000\r\nhello");
        expect(POST + "Content-Length: 3\r\n\r\nhello\r\n", "200 POST /tell a - hel", "400");
        expect(POST + "Content-Length: 3\r\n\r\nhello", "200 POST /tell a - hel", "501");
        expect(POST + "Content-Length: 5\r\n\r\nhello\r\n", "200 POST /tell a - hello", PROBED);
        expect(POST + "\r\nhello\r\n\r\n", "200 POST /tell a - ", "400");

        row("H24 requests behind the last one");
        expect(GET + "Connection: close\r\n\r\n", "200 GET /tell a - ");
        expect(GET + "connection: Keep-Alive, CLOSE\r\n\r\n", "200 GET /tell a - ");
        expect(GET + "Connection: keep-alive\r\nConnection: close\r\n\r\n", "200 GET /tell a - ");
        expect(POST + "Connection: close\r\nContent-Length: 5\r\n\r\nhello", "200 POST /tell a - hello");
        expect(GET.replace("/tell", "/bye") + "\r\n", "200 bye");
        expect(GET + "Connection: close\r\n\r\n" + GET.repeat(1_000), "200 GET /tell a - ");
        expect(POST.replace("/tell", "/nowhere") + "Connection: close\r\nContent-Length: 5\r\n\r\nhello", "404");

        row("H25 upgrades that nobody takes");
        for (String protocol : List.of("websocket", "h2c", "TLS/1.0", "foo/2, bar")) {
            served("200 GET /tell a - ", GET + "Connection: Upgrade\r\nUpgrade: " + protocol + "\r\n\r\n",
                    GET + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: " + protocol
                            + "\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\nSec-WebSocket-Key: eA==\r\n\r\n");
        }
    }

    private void handlers() {
        row("P5 handlers that fail");
        for (String failure : List.of("exception", "overflow", "memory", "assertion", "linkage", "null", "twice")) {
            served("500", "GET /fail/" + failure + " HTTP/1.1\r\nHost: a\r\n\r\n");
            expect("POST /fail/" + failure
                    + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello",
                    "500");
        }
        expect("GET /fail/exception HTTP/1.1\r\nHost: a\r\n\r\n".repeat(3), "500", "500", "500", PROBED);
        served("200 ", "GET /fail/interrupted HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    // What came back.

    /// Takes a conversation's answers apart.
    ///
    /// @return each as `STATUS BODY`, or `STATUS` where that is all that is expected
    /// @throws IOException if an answer is cut off or is none
    static List<String> answers(String heard, Case said) throws IOException {
        List<String> answers = new ArrayList<>();
        var at = new Object() {
            int next;
        };
        String close = "";
        while (at.next < heard.length()) {
            int end = heard.indexOf("\r\n\r\n", at.next);
            if (end < 0 || !heard.startsWith("HTTP/1.1 ", at.next)) {
                throw new IOException("no head at " + at.next + ": " + heard);
            }
            String head = heard.substring(at.next, end + 2);
            String status = head.substring(9, 12);
            at.next = end + 4;
            boolean bodiless = status.startsWith("1") || status.equals("204") || status.equals("304")
                    || answers.isEmpty() && said.input().startsWith("HEAD ");
            String body = "";
            if (!bodiless) {
                String length = field(head, "Content-Length");
                int stop = at.next + Integer.parseInt(length.isEmpty() ? "0" : length);
                if (stop > heard.length()) {
                    throw new IOException("cut off: " + heard);
                }
                body = heard.substring(at.next, stop);
                at.next = stop;
            }
            if (close.equals("close")) {
                throw new IOException("an answer behind the last one: " + heard);
            }
            close = field(head, "Connection");
            int number = answers.size();
            boolean statusOnly = number < said.answers().size() && said.answers().get(number).length() == 3;
            answers.add(statusOnly ? status : status + " " + body);
        }
        boolean goesOn = answers.isEmpty() || answers.getLast().equals(PROBED);
        if (close.equals("close") == goesOn) {
            throw new IOException("Connection is \"" + close + "\" in the last of " + Arrays.asList(heard));
        }
        return answers;
    }

    private static String field(String head, String name) {
        int at = head.indexOf("\r\n" + name + ": ");
        return at < 0 ? "" : head.substring(at + name.length() + 4, head.indexOf("\r\n", at + 2));
    }

    /// The bytes of a case, and the probe.
    static byte[] bytes(Case said) {
        return (said.input() + PROBE).getBytes(ISO_8859_1);
    }
}
