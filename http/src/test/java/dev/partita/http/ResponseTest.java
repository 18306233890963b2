package dev.partita.http;

import static dev.partita.http.Conversation.DATE;
import static dev.partita.http.Conversation.refusal;
import static dev.partita.http.Conversation.reply;
import static dev.partita.http.Conversation.request;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.partita.connection.Close;
import dev.partita.connection.Step;
import dev.partita.connection.Symlinks;
import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseTest {
    private static String answer(Handler handler, String request) {
        try (var conversation = new Conversation(handler)) {
            return conversation.say(request).heard();
        }
    }

    private static String answer(Handler handler) {
        return answer(handler, request("GET /"));
    }

    private static String head(String status, String... fields) {
        return "HTTP/1.1 " + status + "\r\n"
                + String.join("", java.util.Arrays.stream(fields).map(f -> f + "\r\n").toList())
                + "Date: " + DATE + "\r\n\r\n";
    }

    @Test
    void textBeyondAsciiIsUtf8AndSaysSo() {
        assertThat(answer((request, response) -> response.text("Grüße")))
                .isEqualTo(head("200 OK", "Content-Type: text/plain; charset=utf-8", "Content-Length: 7")
                        + new String("Grüße".getBytes(UTF_8), ISO_8859_1));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 255, 256, 257, 8_000, 8_192, 100_000})
    void textOfAnyLengthArrives(int length) {
        String text = BodyTest.text(length);
        assertThat(answer((request, response) -> response.text(text))).isEqualTo(reply(text));
    }

    @Test
    void jsonIsTextOrBytes() {
        String expected = head("200 OK", "Content-Type: application/json", "Content-Length: 2") + "{}";
        assertThat(answer((request, response) -> response.json("{}"))).isEqualTo(expected);
        assertThat(answer((request, response) -> response.json("{}".getBytes(UTF_8)))).isEqualTo(expected);
    }

    @Test
    void statusHeadersAndTypeComeBeforeTheReply() {
        assertThat(answer((request, response) -> response.status(201).header("Location", "/a").header("X", "\u00e4\tb")
                .contentType("text/x").text("made")))
                .isEqualTo(
                        head("201 Created", "Location: /a", "X: \u00e4\tb", "Content-Type: text/x", "Content-Length: 4")
                                + "made");
        assertThat(answer(
                (request, response) -> response.header("content-type", "text/x").bytes("text/y", new byte[]{'a'})))
                .isEqualTo(head("200 OK", "Content-Type: text/y", "Content-Length: 1") + "a");
        assertThat(answer((request, response) -> response.status(299).text("")))
                .isEqualTo(head("299 ", "Content-Type: text/plain", "Content-Length: 0"));
    }

    @Test
    void theStatusMayComeAfterHeaders() {
        String expected = head("404 Not Found", "X: y", "Content-Type: text/plain", "Content-Length: 1") + "a";
        assertThat(answer((request, response) -> response.header("X", "y").status(404).text("a"))).isEqualTo(expected);
        assertThat(
                answer((request, response) -> response.status(500).header("X", "y").status(200).status(404).text("a")))
                .isEqualTo(expected);
    }

    @Test
    void aHandlerThatSaysNothingHasSaidOk() {
        assertThat(answer((request, response) -> {})).isEqualTo(head("200 OK", "Content-Length: 0"));
        assertThat(answer((request, response) -> response.status(202).header("X", "y")))
                .isEqualTo(head("202 Accepted", "X: y", "Content-Length: 0"));
    }

    @Test
    void noContentAndNotModifiedHaveNeitherLengthNorBody() {
        assertThat(answer((request, response) -> response.status(204).text("not sent")))
                .isEqualTo(head("204 No Content"));
        assertThat(
                answer((request, response) -> response.status(304).header("X", "y").json("not sent".getBytes(UTF_8))))
                .isEqualTo(head("304 Not Modified", "X: y"));
        assertThat(answer((request, response) -> response.status(204).stream("a/b", -1, into -> false)))
                .startsWith("HTTP/1.1 204 No Content\r\n").doesNotContain("chunked");
        assertThat(answer((request, response) -> response.status(204).empty())).isEqualTo(head("204 No Content"));
    }

    @Test
    void headGetsTheSameHeadAndNothingElse() {
        Handler[] handlers = {
            (request, response) -> response.text("Hello"),
            (request, response) -> response.text("H\u00e4llo".repeat(100)),
            (request, response) -> response.json("{}"),
            (request, response) -> response.bytes("a/b", new byte[10_000]),
            (request, response) -> response.stream("a/b", 3, into -> {
                into.put("abc".getBytes(UTF_8));
                return false;
            }),
            (request, response) -> response.stream("a/b", -1, into -> {
                into.put("abc".getBytes(UTF_8));
                return false;
            }),
            (request, response) -> {}};
        for (Handler handler : handlers) {
            String whole = answer(handler);
            String head = whole.substring(0, whole.indexOf("\r\n\r\n") + 4);
            assertThat(answer(handler, request("HEAD /"))).isEqualTo(head);
            assertThat(answer(handler, request("HEAD /") + request("HEAD /"))).isEqualTo(head + head);
        }
    }

    @Test
    void theProducerOfAStreamIsNotAskedForHead() {
        Handler handler = (request, response) -> response.stream("a/b", 3, into -> { throw new AssertionError(); });
        assertThat(answer(handler, request("HEAD /")))
                .isEqualTo(head("200 OK", "Content-Type: a/b", "Content-Length: 3"));
    }

    @Test
    void theBodyOfARequestCanBeTheReply() {
        Handler echo = (request, response) -> response.body(request.body());
        assertThat(answer(echo, BodyTest.sized("abc")))
                .isEqualTo(head("200 OK", "Content-Type: application/octet-stream", "Content-Length: 3") + "abc");
    }

    @Test
    void aFileFollowsTheHeadAndIsClosed(@TempDir Path folder) throws IOException {
        String content = BodyTest.text(100_000);
        Files.writeString(folder.resolve("a"), content, ISO_8859_1);
        Files.writeString(folder.resolve("empty"), "");
        int open = FolderOnDisk.open;
        Handler file = (request, response) -> response.file("text/plain",
                Objects.requireNonNull(request.connection().sharedFiles(folder, Symlinks.INSIDE).open(request.rest())));
        assertThat(answer(file, request("GET /a") + request("GET /empty") + request("HEAD /a") + request("GET /a")))
                .isEqualTo(reply(content) + reply("")
                        + head("200 OK", "Content-Type: text/plain", "Content-Length: 100000") + reply(content));
        assertThat(FolderOnDisk.open).isEqualTo(open);
        Handler fails = (request, response) -> {
            file.handle(request, response);
            throw new IOException("after the reply");
        };
        assertThat(answer(fails, request("GET /a"))).startsWith("HTTP/1.1 500 ");
        Handler wrong = (request, response) -> response.file("a\nb",
                Objects.requireNonNull(request.connection().sharedFiles(folder, Symlinks.INSIDE).open("a")));
        assertThat(answer(wrong)).startsWith("HTTP/1.1 500 ");
        assertThat(FolderOnDisk.open).isEqualTo(open);
        try (var conversation = new Conversation(file)) {
            conversation.window = 10_000;
            conversation.say(request("GET /a").substring(0, 3));
        }
        assertThat(FolderOnDisk.open).isEqualTo(open);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nb", "a\rb", "a\nb", "\0", "\u007f", "\u0001", "\u0100"})
    void aHeaderValueCannotSplitTheReply(String value) {
        Handler handler = (request, response) -> {
            assertThatIllegalArgumentException().isThrownBy(() -> response.header("X", value));
            assertThatIllegalArgumentException().isThrownBy(() -> response.header("Content-Type", value));
            assertThatIllegalArgumentException().isThrownBy(() -> response.contentType(value));
            assertThatIllegalArgumentException().isThrownBy(() -> response.bytes(value, new byte[0]));
            assertThatIllegalArgumentException().isThrownBy(() -> response.stream(value, 1, into -> false));
            response.header("X", value);
        };
        assertThat(answer(handler))
                .isEqualTo(head("500 Internal Server Error", "Content-Type: text/plain", "Content-Length: 26")
                        + "500 Internal Server Error\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a:", "\u00e4", "a\r\n", "Content-Length", "connection",
        "Transfer-Encoding", "DATE"})
    void aHeaderNameIsATokenAndNotTheServersOwn(String name) {
        Handler handler = (request, response) -> {
            assertThatIllegalArgumentException().isThrownBy(() -> response.header(name, "1"));
            response.text("ok");
        };
        assertThat(answer(handler)).isEqualTo(reply("ok"));
    }

    @Test
    void thereIsOneReplyToARequest() {
        Handler handler = (request, response) -> {
            response.text("first");
            assertThatIllegalStateException().isThrownBy(() -> response.text("second"));
            assertThatIllegalStateException().isThrownBy(() -> response.header("X", "y"));
            assertThatIllegalStateException().isThrownBy(() -> response.status(500));
            assertThatIllegalStateException().isThrownBy(response::later);
            assertThatIllegalStateException().isThrownBy(response::empty);
            assertThatIllegalArgumentException().isThrownBy(() -> response.header("a b", "y"));
        };
        assertThat(answer(handler)).startsWith("HTTP/1.1 500");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 100, 101, 199, 600})
    void aStatusIsFinal(int status) {
        assertThat(answer((request, response) -> response.status(status).text(""))).startsWith("HTTP/1.1 500 ");
    }

    @Test
    void aHeadThatFitsIntoABufferIsSentWhateverIsInFrontOfIt() {
        String long3 = "a".repeat(3_000);
        Handler handler =
                Handler.neverBlocking((request, response) -> response.header("X", long3).header("Y", long3).text("b"));
        String one = answer(handler);
        assertThat(one).hasSizeGreaterThan(6_000).startsWith("HTTP/1.1 200 OK\r\nX: aaa").endsWith("\r\n\r\nb");
        try (var conversation = new Conversation(handler)) {
            conversation.say(request("GET /").repeat(5));
            assertThat(conversation.heard()).isEqualTo(one.repeat(5));
        }
    }

    @Test
    void aHeadLargerThanABufferIsTheHandlersMistake() {
        String long5 = "a".repeat(5_000);
        Handler handler = Handler.neverBlocking((request, response) -> {
            if (request.pathEquals("/long")) {
                response.header("X", long5).header("Y", long5);
            }
            response.text("short");
        });
        try (var conversation = new Conversation(handler)) {
            conversation.say(request("GET /") + request("GET /long") + request("GET /"));
            assertThat(conversation.heard()).startsWith(reply("short") + "HTTP/1.1 500 ").endsWith(reply("short"));
            assertThat(conversation.count(Counter.FAILURES)).isOne();
        }
    }

    @Test
    void anArrayBehindAMovedHeadIsSentToo() {
        byte[] large = BodyTest.text(50_000).getBytes(ISO_8859_1);
        Handler handler = Handler
                .neverBlocking((request, response) -> response.header("X", "a".repeat(5_000)).bytes("a/b", large));
        String one = answer(handler);
        assertThat(one).hasSizeGreaterThan(55_000);
        assertThat(answer(handler, request("GET /").repeat(3))).isEqualTo(one.repeat(3));
    }

    // The connection.

    @Test
    void closeIsSaidAndDone() {
        String closing = reply("ok").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
        Handler ok = (request, response) -> response.text("ok");
        for (String value : new String[]{"close", "Close", "keep-alive, close", " close ,x",
            "x\r\nConnection: close"}) {
            try (var conversation = new Conversation(ok)) {
                conversation.say(request("GET /", "Connection: " + value));
                assertThat(conversation.heard()).isEqualTo(closing);
                assertThat(conversation.closed()).isEqualTo(Close.NORMAL);
            }
        }
        try (var conversation = new Conversation((request, response) -> response.closeConnection().text("ok"))) {
            conversation.say(request("GET /"));
            assertThat(conversation.heard()).isEqualTo(closing);
            assertThat(conversation.isOpen()).as("the client may be sending its next request").isTrue();
            assertThat(conversation.finish().closed()).isEqualTo(Close.LINGER);
        }
    }

    @Test
    void whatFollowsTheLastRequestIsNotAnswered() {
        try (var conversation = new Conversation((request, response) -> response.text("ok"))) {
            conversation.say(request("GET /", "Connection: close") + request("GET /")).finish();
            assertThat(conversation.heard()).containsOnlyOnce("200 OK");
            assertThat(conversation.closed()).isEqualTo(Close.LINGER);
        }
    }

    @Test
    void http10ClosesUnlessItAsksForMore() {
        Handler ok = (request, response) -> response.text("ok");
        try (var conversation = new Conversation(ok)) {
            conversation.say("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
            assertThat(conversation.heard())
                    .isEqualTo(reply("ok").replace("\r\n\r\n", "\r\nConnection: keep-alive\r\n\r\n"));
            assertThat(conversation.isOpen()).isTrue();
            conversation.say("GET / HTTP/1.0\r\n\r\n");
            assertThat(conversation.heard()).endsWith(reply("ok").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
            assertThat(conversation.closed()).isEqualTo(Close.NORMAL);
        }
    }

    @Test
    void aDrainingServerAnswersOnceMoreAndCloses() {
        try (var conversation = new Conversation((request, response) -> response.text("ok"))) {
            conversation.say(request("GET /").substring(0, 10));
            conversation.drain();
            conversation.say(request("GET /").substring(10));
            assertThat(conversation.heard())
                    .isEqualTo(reply("ok").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
            assertThat(conversation.finish().closed()).isEqualTo(Close.LINGER);
        }
    }

    @Test
    void aDrainingServerAnswersWhatHasArrivedBehindABody() {
        String large = "x".repeat(100_000); // goes to a file
        List<String> bodies = List.of(request("POST /", "Content-Length: 5") + "hello",
                request("POST /", "Transfer-Encoding: chunked") + "5\r\nhello\r\n0\r\n\r\n",
                request("POST /", "Content-Length: " + large.length()) + large,
                request("POST /no", "Content-Length: 5") + "hello",
                request("POST /no", "Transfer-Encoding: chunked") + "5\r\nhello\r\n0\r\n\r\n");
        var routes = new Routes().post("/", (request, response) -> response.text("ok"))
                .get("/", (request, response) -> response.text("ok"));
        for (String body : bodies) {
            try (var conversation = new Conversation(routes)) {
                conversation.drain();
                conversation.say(body + body + request("GET /"));
                String[] answers = conversation.heard().split("(?=HTTP/1.1 )");
                assertThat(answers).as(body.substring(0, 60)).hasSize(3);
                assertThat(answers[0]).doesNotContain("Connection:");
                assertThat(answers[1]).isEqualTo(answers[0]);
                assertThat(answers[2]).isEqualTo(reply("ok").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
                assertThat(conversation.finish().closed()).isEqualTo(Close.LINGER);
            }
        }
    }

    @Test
    void aDrainingServerDoesNotWaitForTheRestOfABodyThatNobodyWants() {
        for (String field : List.of("Content-Length: 10", "Transfer-Encoding: chunked")) {
            try (var conversation = new Conversation(new Routes())) {
                conversation.drain();
                conversation.say(request("POST /", field) + "5\r\nhel");
                assertThat(conversation.heard()).isEqualTo(refusal("404 Not Found"));
                assertThat(conversation.finish().closed()).isEqualTo(Close.LINGER);
            }
        }
    }

    @Test
    void aClientThatSaysNoMoreStillGetsItsAnswer() {
        try (var conversation = new Conversation((request, response) -> response.text("ok"))) {
            conversation.say(request("GET /") + request("GET /")).finish();
            assertThat(conversation.heard()).isEqualTo(reply("ok").repeat(2));
            assertThat(conversation.closed()).isEqualTo(Close.NORMAL);
        }
    }

    @Test
    void aSlotsNextConnectionStartsAfresh() {
        Handler attached = (request, response) -> {
            response.text(request.attachment() + "");
            request.attach("left over");
            if (request.pathEquals("/fail")) {
                throw new IllegalStateException("a test");
            }
        };
        try (var conversation = new Conversation(attached)) {
            conversation.say(request("GET /")).say("GET /half HTTP/1.1\r\nHos");
            conversation.again().say(request("GET /fail", "Connection: close"));
            assertThat(conversation.heard()).startsWith("HTTP/1.1 500 ");
            conversation.again().say(request("GET /"));
            assertThat(conversation.heard()).isEqualTo(reply("null"));
            assertThat(conversation.isOpen()).isTrue();
        }
    }

    @Test
    void theServerHasANameIfThatIsWanted() {
        Http http = Http.serving((request, response) -> response.header("X", "y".repeat(7_000)).answer(404))
                .serverName("x".repeat(64));
        try (var conversation = new Conversation(http, Limits.defaults())) {
            conversation.say(request("GET /") + request("GET /", "Connection: close"));
            String line = "\r\nServer: " + "x".repeat(64) + "\r\nDate: " + Conversation.DATE + "\r\n";
            assertThat(conversation.heard().split(line, -1)).hasSize(3);
            assertThat(conversation.heard()).contains(line + "Connection: close\r\n\r\n404");
        }
        for (String wrong : List.of("", " ", "x".repeat(65), "a\r\nb", "J\u00f6rg")) {
            assertThatIllegalArgumentException().isThrownBy(() -> http.serverName(wrong));
        }
    }

    @Test
    void theDateChangesWithTheClock() {
        Http http = Http.serving((request, response) -> response.text("ok"));
        try (var conversation = new Conversation(http, dev.partita.limits.Limits.defaults())) {
            conversation.say(request("GET /"));
            http.tick(Conversation.NOW + 1);
            conversation.say(request("GET /"));
            assertThat(conversation.heard()).isEqualTo(reply("ok") + reply("ok").replace(":37 GMT", ":38 GMT"));
        }
    }

    @Test
    void namingTheStepAgainChangesNothing() {
        int[] calls = {0};
        Handler counting = Handler.neverBlocking((request, response) -> response.text(++calls[0] + ""));
        try (var conversation = new Conversation(counting)) {
            conversation.arrive(request("GET /a") + request("GET /b").substring(0, 9));
            assertThat(conversation.connection().next()).isEqualTo(Step.READ);
            conversation.connection().receive();
            assertThat(conversation.connection().next()).isEqualTo(Step.WORK);
            assertThat(conversation.connection().next()).isEqualTo(Step.WORK);
            conversation.connection().work();
            assertThat(conversation.connection().next()).isEqualTo(Step.WRITE);
            assertThat(conversation.connection().next()).isEqualTo(Step.WRITE);
            assertThat(calls[0]).isOne();
            conversation.connection().send();
            assertThat(conversation.connection().next()).isEqualTo(Step.READ);
            assertThat(conversation.connection().next()).isEqualTo(Step.READ);
            conversation.say(request("GET /b").substring(9));
            assertThat(conversation.heard()).isEqualTo(reply("1") + reply("2"));
        }
    }

    @Test
    void aFileOfTheHandlersChoiceHasItsTypeLengthAndDate(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("page.html"), "<p>hello");
        Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(Conversation.NOW)));
        Path link = Files.createSymbolicLink(folder.resolve("link.html"), file);
        String expected = "HTTP/1.1 200 OK\r\nLast-Modified: " + Conversation.DATE
                + "\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 8\r\nDate: " + Conversation.DATE
                + "\r\n\r\n<p>hello";
        for (Path path : List.of(file, link)) {
            try (var conversation = new Conversation((request, response) -> response.file(path))) {
                assertThat(conversation.say(request("GET /")).heard()).isEqualTo(expected);
            }
        }
        try (var conversation = new Conversation((request, response) -> response.contentType("a/b").file(file))) {
            assertThat(conversation.say(request("HEAD /")).heard()).contains("\r\nContent-Type: a/b\r\n")
                    .endsWith("\r\n\r\n");
        }
    }

    @Test
    void aFileThatIsNotThereIsTheHandlersToHandle(@TempDir Path folder) {
        Handler handler = (request, response) -> {
            try {
                response.file(folder.resolve(request.rest()));
            } catch (NoSuchFileException missing) {
                response.answer(404);
            }
        };
        try (var conversation = new Conversation(handler)) {
            conversation.say(request("GET /none") + request("GET /"));
            assertThat(conversation.heard()).isEqualTo(
                    reply("404 Not Found\n").replace("200 OK", "404 Not Found").repeat(2));
            assertThat(conversation.count(Counter.FAILURES)).isZero();
        }
    }

    @Test
    void headersMayBeNumbersAndDates() {
        Handler handler = (request, response) -> response.header("Age", 17)
                .header("Expires", Instant.ofEpochSecond(Conversation.NOW, 999_999_999)).text("");
        try (var conversation = new Conversation(handler)) {
            assertThat(conversation.say(request("GET /")).heard())
                    .startsWith("HTTP/1.1 200 OK\r\nAge: 17\r\nExpires: " + Conversation.DATE + "\r\n");
        }
    }

    @Test
    void aReplyCanBeTakenBackAndGivenAnew() {
        Handler handler = (request, response) -> {
            response.status(201).header("X", "y").text("no");
            assertThat(response.isReplied()).isTrue();
            assertThat(response.status()).isEqualTo(201);
            response.reset();
            assertThat(response.isReplied()).isFalse();
            assertThat(response.status()).isEqualTo(200);
            response.text("yes");
        };
        try (var conversation = new Conversation(handler)) {
            assertThat(conversation.say(request("GET /").repeat(2)).heard()).isEqualTo(reply("yes").repeat(2));
        }
    }
}
