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
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Answers that do not wait for the request's body: what becomes of it.
class UnreadBodyTest {
    private static final Routes ROUTES =
            new Routes().post("/echo", (request, response) -> response.body(request.body()))
                    .get("/hello", (request, response) -> response.text("hello"));
    private static final String NOT_FOUND = reply("404 Not Found\n").replace("200 OK", "404 Not Found");
    private static final String EXPECT = "Expect: 100-continue";

    private static String post(String path, String body) {
        return request("POST " + path, "Content-Length: " + body.length()) + body;
    }

    @Test
    void theAnswerComesBeforeTheBodyAndTheConnectionGoesOn() {
        try (var conversation = new Conversation(ROUTES)) {
            conversation.say(request("POST /no", "Content-Length: 10") + "01234");
            assertThat(conversation.heard()).isEqualTo(NOT_FOUND);
            conversation.say("56789" + request("GET /hello"));
            assertThat(conversation.heard()).isEqualTo(NOT_FOUND + reply("hello"));
        }
    }

    @Test
    void theBytesAreTheSameWhereverTheyWereSplit() {
        String said = post("/no", "0123456789") + request("PUT /hello", "Transfer-Encoding: chunked")
                + "5\r\nhello\r\n0\r\nX: y\r\n\r\n" + post("/no", "x".repeat(200)) + request("OPTIONS /echo",
                        "Content-Length: 3")
                + "abc" + request("GET /hello");
        byte[] bytes = said.getBytes(ISO_8859_1);
        String whole;
        try (var conversation = new Conversation(ROUTES)) {
            whole = conversation.say(bytes).heard();
            assertThat(whole).startsWith(NOT_FOUND + "HTTP/1.1 405 ").contains("HTTP/1.1 204 ")
                    .endsWith(reply("hello"));
        }
        for (int split = 0; split <= bytes.length; split++) {
            try (var conversation = new Conversation(ROUTES)) {
                assertThat(conversation.sayInTwo(bytes, split).heard()).as("split at " + split).isEqualTo(whole);
            }
        }
        try (var conversation = new Conversation(ROUTES)) {
            assertThat(conversation.sayByByte(bytes).heard()).isEqualTo(whole);
        }
    }

    @Test
    void aBodyOfAnySizeIsDroppedWithoutAFile() {
        try (var conversation = new Conversation(ROUTES)) {
            conversation.say(request("POST /no", "Content-Length: 1000000")).say("x".repeat(1_000_000)
                    + request("GET /hello"));
            assertThat(conversation.heard()).isEqualTo(NOT_FOUND + reply("hello"));
            assertThat(conversation.steps).containsOnlyOnce(Step.BLOCKING); // that of /hello
        }
    }

    @Test
    void aBodyBeyondTheLimitIsNotReadAndEndsTheConnection() {
        Limits limits = Limits.defaults().withBodyBytesMax(10);
        try (var conversation = new Conversation(ROUTES, limits)) {
            conversation.say(request("POST /no", "Content-Length: 11") + "01234567890" + request("GET /hello"))
                    .finish();
            assertThat(conversation.heard()).isEqualTo(refusal("404 Not Found"));
            assertThat(conversation.closed()).isEqualTo(Close.LINGER);
        }
        try (var conversation = new Conversation(ROUTES, limits)) {
            conversation.say(request("POST /no", "Transfer-Encoding: chunked") + "b\r\n01234567890\r\n0\r\n\r\n")
                    .finish();
            assertThat(conversation.heard()).isEqualTo(NOT_FOUND);
            assertThat(conversation.closed()).isEqualTo(Close.LINGER);
        }
    }

    @Test
    void wrongChunksBehindTheAnswerEndTheConnection() {
        try (var conversation = new Conversation(ROUTES)) {
            conversation.say(request("POST /no", "Transfer-Encoding: chunked") + "x\r\n" + request("GET /hello"))
                    .finish();
            assertThat(conversation.heard()).isEqualTo(NOT_FOUND);
            assertThat(conversation.closed()).isEqualTo(Close.LINGER);
            assertThat(conversation.count(Counter.BAD_REQUESTS)).isOne();
        }
    }

    @Test
    void whoWaitsForContinueGetsTheFinalAnswerAndTheEnd() {
        for (String path : new String[]{"POST /no", "PUT /echo"}) {
            try (var conversation = new Conversation(ROUTES)) {
                conversation.say(request(path, "Content-Length: 5", EXPECT) + "hello" + request("GET /hello")).finish();
                assertThat(conversation.heard()).contains("Connection: close\r\n").doesNotContain(" 100 ", " 200 ");
                assertThat(conversation.closed()).isEqualTo(Close.LINGER);
            }
        }
    }

    @Test
    void aHandlerIsAskedOnceWhetherItTakesTheBody() {
        var asked = new AtomicInteger();
        Handler none = new Handler() {
            @Override
            public void handle(Request request, Response response) {
                response.text("took " + request.body().length());
            }

            @Override
            public long bodyBytesMax(Request request) {
                asked.incrementAndGet();
                return request.number("take", 0);
            }
        };
        try (var conversation = new Conversation(none)) {
            conversation.say(request("POST /?take=5", "Content-Length: 5", EXPECT));
            assertThat(conversation.heard()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            conversation.say("hel", "lo");
            assertThat(conversation.heard()).endsWith(reply("took 5"));
            assertThat(asked).hasValue(1);
            conversation.say(request("POST /?take=4", "Content-Length: 5", EXPECT));
            assertThat(conversation.heard()).endsWith(reply("took 5") + refusal("413 Content Too Large"));
        }
        try (var conversation = new Conversation(none)) {
            conversation.say(request("POST /", "Transfer-Encoding: chunked", EXPECT));
            assertThat(conversation.heard()).isEqualTo(refusal("413 Content Too Large"));
        }
        asked.set(0);
        try (var conversation = new Conversation(none)) {
            conversation.say(request("GET /", EXPECT) + request("POST /", "Content-Length: 0", EXPECT));
            assertThat(conversation.heard()).isEqualTo(reply("took 0").repeat(2));
            assertThat(asked).hasValue(0);
        }
    }

    @Test
    void aHandlerThatFailsToSayWhatItTakesIs500() {
        Handler fails = new Handler() {
            @Override
            public void handle(Request request, Response response) {
                response.text("never");
            }

            @Override
            public long bodyBytesMax(Request request) {
                throw new IllegalStateException("a test");
            }
        };
        try (var conversation = new Conversation(fails)) {
            conversation.say(post("/", "hello"));
            assertThat(conversation.heard()).isEqualTo(refusal("500 Internal Server Error"));
            assertThat(conversation.count(Counter.FAILURES)).isOne();
        }
    }

    @Test
    void aHandlerThatIgnoresTheBodyMaySayAnythingAboutIt() {
        Handler refuses = new Handler() {
            @Override
            public void handle(Request request, Response response) throws Exception {
                assertThat(request.body().bytes()).isEmpty();
                switch (request.path()) {
                    case "/fails" -> throw new IllegalStateException("a test");
                    case "/says" -> throw new StatusException(401, "who are you?");
                    default -> response.body(request.body());
                }
            }

            @Override
            public long bodyBytesMax(Request request) {
                return BODY_IGNORED;
            }
        };
        try (var conversation = new Conversation(refuses)) {
            conversation.say(post("/", "hello") + post("/fails", "hello") + post("/says", "hello") + post("/", ""));
            assertThat(conversation.heard()).containsSubsequence(" 200 OK", " 500 Internal", "\n401 Unauthorized: who",
                    " 200 OK");
            assertThat(conversation.isOpen()).isTrue();
        }
    }

    @Test
    void workThatIsShedLeavesTheBodyUnreadToo() {
        Handler ignores = new Handler() {
            @Override
            public void handle(Request request, Response response) {
                response.text("ok");
            }

            @Override
            public long bodyBytesMax(Request request) {
                return BODY_IGNORED;
            }
        };
        try (var conversation = new Conversation(ignores)) {
            conversation.refusals = 1;
            conversation.say(request("POST /", "Content-Length: 5") + "he").say("llo" + request("GET /"));
            assertThat(conversation.heard()).startsWith("HTTP/1.1 503 ").endsWith(reply("ok"));
        }
    }

    @Test
    void aBodyThatStaysOutTooLongEndsTheConnectionAndTheAnswerStays() {
        try (var conversation = new Conversation(ROUTES)) {
            conversation.say(request("POST /no", "Content-Length: 10") + "01234");
            conversation.pass(6_000);
            assertThat(conversation.heard()).isEqualTo(NOT_FOUND);
            assertThat(conversation.count(Counter.LATE_BODIES)).isOne();
            assertThat(conversation.finish().closed()).isEqualTo(Close.LINGER);
        }
    }

    @Test
    void theLastRequestOfAConnectionSaysSo() {
        Limits limits = Limits.defaults().with("requestsPerConnectionMax", 3);
        String last = reply("hello").replace("GMT\r\n", "GMT\r\nConnection: close\r\n");
        try (var conversation = new Conversation(ROUTES, limits)) {
            conversation.say(request("GET /hello").repeat(5)).finish();
            assertThat(conversation.heard()).isEqualTo(reply("hello").repeat(2) + last);
            assertThat(conversation.closed()).isEqualTo(Close.LINGER);
            assertThat(conversation.count(Counter.REQUESTS_PER_CONNECTION)).isOne();
            conversation.again().say(request("GET /hello").repeat(2));
            assertThat(conversation.heard()).isEqualTo(reply("hello").repeat(2));
        }
    }

    @Test
    void anUpgradeThatNobodyTakesIsIgnored() {
        try (var conversation = new Conversation(ROUTES)) {
            conversation.say(request("GET /hello", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c",
                    "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA"));
            conversation.say(request("GET /hello", "Connection: Upgrade", "Upgrade: websocket",
                    "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="));
            assertThat(conversation.heard()).isEqualTo(reply("hello").repeat(2));
        }
    }
}
