package dev.partita.http;

import static dev.partita.http.Conversation.refusal;
import static dev.partita.http.Conversation.reply;
import static dev.partita.http.Conversation.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.Close;
import dev.partita.connection.Step;
import dev.partita.limits.Counter;
import org.junit.jupiter.api.Test;

class HttpSessionTest {
    private static final Handler HELLO = (request, response) -> response.text("Hello, World!");

    @Test
    void answersARequestWithTheShortestHead() {
        try (var conversation = new Conversation(HELLO)) {
            conversation.say(request("GET /plaintext"));
            assertThat(conversation.heard())
                    .isEqualTo("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n"
                            + "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\nHello, World!");
            assertThat(conversation.isOpen()).isTrue();
            assertThat(conversation.count(Counter.REQUESTS)).isOne();
        }
    }

    @Test
    void keepsTheConnectionForTheNextRequest() {
        try (var conversation = new Conversation(HELLO)) {
            conversation.say(request("GET /a")).say(request("GET /b"));
            assertThat(conversation.heard()).isEqualTo(reply("Hello, World!").repeat(2));
        }
    }

    @Test
    void answersAPipelinedBatchInOrderWithOneWrite() {
        Handler path = Handler.neverBlocking((request, response) -> response.text(request.path()));
        try (var conversation = new Conversation(path)) {
            conversation.say(request("GET /a") + request("GET /b") + request("GET /c"));
            assertThat(conversation.heard()).isEqualTo(reply("/a") + reply("/b") + reply("/c"));
            assertThat(conversation.steps).containsExactly(
                    Step.READ, Step.WORK, Step.WORK, Step.WORK, Step.WRITE, Step.READ);
        }
    }

    @Test
    void writesAFinishedReplyBeforeWorkThatMayBlock() {
        try (var conversation = new Conversation(HELLO)) {
            conversation.say(request("GET /a") + request("GET /b"));
            assertThat(conversation.steps).containsExactly(
                    Step.READ, Step.BLOCKING, Step.WRITE, Step.BLOCKING, Step.WRITE, Step.READ);
        }
    }

    @Test
    void refusesABadRequestAfterTheRightOnesAndCloses() {
        try (var conversation = new Conversation(Handler.neverBlocking(HELLO))) {
            conversation.say(request("GET /a") + "GET\r\n\r\n" + request("GET /b"));
            assertThat(conversation.heard()).isEqualTo(reply("Hello, World!") + refusal("400 Bad Request"));
            conversation.finish();
            assertThat(conversation.closed()).isEqualTo(Close.LINGER);
            assertThat(conversation.count(Counter.BAD_REQUESTS)).isOne();
        }
    }
}
