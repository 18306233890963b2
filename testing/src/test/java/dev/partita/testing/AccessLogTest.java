package dev.partita.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.partita.http.AccessLog;
import dev.partita.http.AccessLog.Format;
import dev.partita.http.Handler;
import dev.partita.http.Http;
import dev.partita.http.Routes;
import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import dev.partita.model.Sped;
import dev.partita.server.Running;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// The access log under every model and transport: every request is there, with what was really sent, and nothing that a
/// client sends can pass for something else.
@ParameterizedClass(name = "{0}")
@MethodSource("dev.partita.testing.Under#all")
@Timeout(60)
class AccessLogTest {
    private static final Pattern COMBINED =
            Pattern.compile("(\\S+) - - \\[(\\d\\d/[A-Z][a-z]{2}/\\d{4}:\\d\\d:\\d\\d:\\d\\d"
                    + " [+-]\\d{4})] \"([^\"]*)\" (\\d+|-) (\\d+) \"([^\"]*)\" \"([^\"]*)\" bytes=(\\d+) us=(\\d+) accept=(\\d+)"
                    + " lag=(\\d+) queue=(\\d+) work=(\\d+) write=(\\d+)( aborted)?");

    @TempDir
    Path folder;

    private final Under under;

    AccessLogTest(Under under) {
        this.under = under;
    }

    private static Http site() {
        return Http.serving(new Routes()
                .get("/hello", Handler.neverBlocking((request, response) -> response.text("Hello, World!")))
                .get("/stream", (request, response) -> response.stream("text/plain", -1, into -> {
                    into.put("piece".getBytes(StandardCharsets.US_ASCII));
                    return false;
                }))
                .get("/breaks", (request, response) -> {
                    var pieces = new AtomicInteger();
                    response.stream("text/plain", 100, into -> {
                        into.put("some".getBytes(StandardCharsets.US_ASCII));
                        return pieces.incrementAndGet() == 1;
                    });
                })
                .get("/line", (request, response) -> response.upgrade("line", new LineProtocol(new Backstage())))
                .post("/upload", (request, response) -> response.status(201).text("thanks")));
    }

    /// Runs a conversation and gives the lines that came of it.
    private List<String> lines(Format format, Conversation conversation) throws Exception {
        Path file = folder.resolve("access.log");
        try (AccessLog access = AccessLog.to(file, format, Limits.defaults())) {
            Running server = under.run(site().observing(access), Under.SMALL);
            try (server) {
                conversation.hold(server);
            }
            assertThat(server.count(Counter.LOG_LINES_DROPPED)).isZero();
        }
        return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
    }

    private interface Conversation {
        void hold(Running server) throws Exception;
    }

    private static Matcher parse(String line) {
        Matcher parsed = COMBINED.matcher(line);
        assertThat(parsed.matches()).as(line).isTrue();
        return parsed;
    }

    /// The line of that status, wherever it is: those of two connections have no order.
    private static Matcher with(String status, List<String> lines) {
        return lines.stream().map(AccessLogTest::parse).filter(line -> line.group(4).equals(status)).findFirst()
                .orElseThrow(() -> new AssertionError("no " + status + " in " + lines));
    }

    @Test
    void everyRequestHasALineWithWhatWasSent() throws Exception {
        List<String> lines = lines(Format.COMBINED, server -> {
            try (WireClient client = WireClient.connect(server)) {
                client.send("GET /hello?q=1 HTTP/1.1\r\nHost: a\r\nReferer: http://b/\r\nUser-Agent: test/1\r\n\r\n"
                        + "HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\nGET /stream HTTP/1.1\r\nHost: a\r\n\r\n"
                        + "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
                        + "GET /none HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/9.1\r\nHost: a\r\n\r\n");
                client.readToEnd();
            }
        });
        assertThat(lines).hasSize(6);
        assertThat(lines).extracting(line -> parse(line).group(1)).containsOnly("127.0.0.1");
        assertThat(lines).extracting(line -> parse(line).group(3)).containsExactly("GET /hello?q=1 HTTP/1.1",
                "HEAD /hello HTTP/1.1", "GET /stream HTTP/1.1", "POST /upload HTTP/1.1", "GET /none HTTP/1.1",
                "GET /hello HTTP/9.1");
        assertThat(lines).extracting(line -> parse(line).group(4)).containsExactly(
                "200", "200", "200", "201", "404", "505");
        assertThat(lines.subList(0, 4)).extracting(line -> parse(line).group(5)).containsExactly(
                "13", "0", Integer.toString("5\r\npiece\r\n0\r\n\r\n".length()), "6");
        assertThat(parse(lines.getFirst()).group(6)).isEqualTo("http://b/");
        assertThat(parse(lines.getFirst()).group(7)).isEqualTo("test/1");
        assertThat(parse(lines.get(1)).group(6)).isEqualTo("-");
    }

    @Test
    void anUpgradeHasALineAndWhatFollowsIsNoRequest() throws Exception {
        List<String> lines = lines(Format.COMBINED, server -> {
            try (WireClient client = WireClient.connect(server)) {
                client.send("GET /line HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: line\r\n\r\n");
                client.send("echo hello\nquit\n");
                assertThat(new String(client.readToEnd(), StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 101 ")
                        .endsWith("\r\n\r\n5\nhello3\nbye");
            }
        });
        assertThat(lines).hasSize(1);
        assertThat(parse(lines.getFirst()).group(4)).isEqualTo("101");
    }

    @Test
    void aReplyThatBreaksOffSaysSoAndHowFarItCame() throws Exception {
        try (Log log = new Log()) {
            List<String> lines = lines(Format.COMBINED, server -> {
                try (WireClient client = WireClient.connect(server)) {
                    client.send("GET /breaks HTTP/1.1\r\nHost: a\r\n\r\n");
                    client.readToAnyEnd();
                }
                try (WireClient client = WireClient.connect(server)) {
                    client.send("POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\nabc");
                }
                Eventually.holds("both are over", () -> server.connections() == 0);
            });
            assertThat(log.without("a handler failed")).isEmpty();
            assertThat(lines).hasSize(2).allMatch(line -> line.endsWith(" aborted"));
            assertThat(Integer.parseInt(with("200", lines).group(5))).isLessThan(100);
            assertThat(with("499", lines).group(3)).isEqualTo("POST /upload HTTP/1.1");
            assertThat(with("499", lines).group(8)).isEqualTo("0");
        }
    }

    @Test
    void nothingThatAClientSendsLeavesItsField() throws Exception {
        List<String> lines = lines(Format.COMBINED, server -> {
            try (WireClient client = WireClient.connect(server)) {
                client.send("GET /hello HTTP/1.1\r\nHost: a\r\nUser-Agent: a\" \"b\\\t\u00e9\r\n\r\n");
                client.readReply();
            }
            try (WireClient client = WireClient.connect(server)) {
                client.send("\u0016\u0003\u0001\"\u001b[2J\u007f\r\n\r\n"); // a TLS ClientHello with a taste for terminals
                client.readToEnd();
            }
        });
        assertThat(lines).hasSize(2);
        assertThat(with("200", lines).group(7)).isEqualTo("a\\x22 \\x22b\\x5c\\x09\\xe9");
        assertThat(with("400", lines).group(3)).isEqualTo("\\x16\\x03\\x01\\x22\\x1b[2J\\x7f");
    }

    @Test
    void aJsonLineIsAnObjectWithTheSameNumbers() throws Exception {
        List<String> lines = lines(Format.JSON, server -> {
            try (WireClient client = WireClient.connect(server)) {
                client.send("GET /hello HTTP/1.1\r\nHost: a\r\nUser-Agent: \"\\\u00e9\r\n\r\n");
                client.readReply();
            }
        });
        assertThat(lines).hasSize(1);
        assertThat(lines.getFirst())
                .matches("\\{\"remote\":\"127\\.0\\.0\\.1\",\"time\":\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d"
                        + "[+-]\\d\\d:\\d\\d\",\"request\":\"GET /hello HTTP/1\\.1\",\"status\":200,\"bodyBytes\":13,"
                        + "\"referer\":null,\"userAgent\":\"\\\\u0022\\\\u005c\\\\u00e9\",\"bytes\":\\d+,\"durationMicros\":\\d+,"
                        + "\"acceptWaitMicros\":\\d+,\"loopLagMicros\":\\d+,\"queueWaitMicros\":\\d+,\"workMicros\":\\d+,"
                        + "\"writeWaitMicros\":\\d+,\"aborted\":false}");
    }

    @Test
    void longFieldsAreCut() throws Exception {
        List<String> lines = lines(Format.COMBINED, server -> {
            try (WireClient client = WireClient.connect(server)) {
                client.send(
                        "GET /" + "x".repeat(6_000) + " HTTP/1.1\r\nHost: a\r\nUser-Agent: " + "\u00ff".repeat(9_000)
                                + "\r\n\r\n");
                assertThat(client.readReply().status()).isEqualTo(404);
            }
        });
        assertThat(parse(lines.getFirst()).group(3)).isEqualTo("GET /" + "x".repeat(4_091));
        assertThat(parse(lines.getFirst()).group(7)).isEqualTo("\\xff".repeat(4_096));
    }

    @Test
    void aDeadlineIsLoggedAsTheAnswerThatItGot() throws Exception {
        assumeTrue(under.model() instanceof Sped, "a second for each model would be much for this");
        Path file = folder.resolve("access.log");
        Limits soon = Under.SMALL.with(Map.of("headMillisMax", 100L));
        try (AccessLog access = AccessLog.to(file, Format.COMBINED, soon);
                Running server = under.run(site().observing(access), soon);
                WireClient client = WireClient.connect(server)) {
            client.send("GET /slow HTTP/1.1\r\nHo");
            assertThat(client.readReply().status()).isEqualTo(408);
            client.expectEnd();
        }
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(1);
        assertThat(parse(lines.getFirst()).group(3)).isEqualTo("GET /slow HTTP/1.1");
        assertThat(parse(lines.getFirst()).group(4)).isEqualTo("408");
    }

    @Test
    void aFullDiskCostsLinesAndNothingElse() throws Exception {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.isWritable(full), "there is no /dev/full here");
        try (Log log = new Log();
                AccessLog access = AccessLog.to(full, Format.COMBINED, Limits.defaults());
                Running server = under.run(site().observing(access), Under.SMALL);
                WireClient client = WireClient.connect(server)) {
            for (int i = 0; i < 100; i++) {
                client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.readReply().text()).isEqualTo("Hello, World!");
            }
            Eventually.holds("the lines were counted", () -> server.count(Counter.LOG_LINES_DROPPED) == 100);
            assertThat(log.without("access-log: lines are dropped until /dev/full can be written")).isEmpty();
        }
    }

    @Test
    void aDrainLosesNoLine() throws Exception {
        Set<String> expected = new TreeSet<>();
        List<String> lines = lines(Format.COMBINED, server -> {
            for (int c = 0; c < 4; c++) {
                try (WireClient client = WireClient.connect(server)) {
                    var requests = new StringBuilder();
                    for (int i = 0; i < 50; i++) {
                        String line = "GET /hello?" + c + "." + i + " HTTP/1.1";
                        expected.add(line);
                        requests.append(line).append("\r\nHost: a\r\n\r\n");
                    }
                    client.send(requests.toString());
                    for (int i = 0; i < 50; i++) {
                        client.readReply();
                    }
                }
            }
        });
        assertThat(lines).extracting(line -> parse(line).group(3)).containsExactlyInAnyOrderElementsOf(expected);
    }

}
