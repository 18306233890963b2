package dev.partita.http;

import static dev.partita.http.Conversation.reply;
import static dev.partita.http.Conversation.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.partita.limits.Counter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A handler that fails: 500, counted, and nothing of it leaves the server.
class FailureTest {
    private static final String FAILED =
            reply("500 Internal Server Error\n").replace("200 OK", "500 Internal Server Error");

    private static Handler throwing(Throwable failure) {
        return (request, response) -> {
            switch (failure) {
                case Exception exception -> throw exception;
                case Error error -> throw error;
                default -> throw new AssertionError(failure);
            }
        };
    }

    @Test
    void whateverIsThrownIs500AndTheConnectionGoesOn() {
        for (Throwable failure : List.of(new IOException("secret"), new IllegalStateException("secret"),
                new AssertionError(),
                new StackOverflowError(), new OutOfMemoryError(), new NoClassDefFoundError("secret"))) {
            Handler fails = throwing(failure);
            Routes routes = new Routes().get("/fails", fails).get("/ok", (request, response) -> response.text("ok"));
            try (var conversation = new Conversation(routes)) {
                conversation.say(request("GET /ok") + request("GET /fails") + request("GET /ok"));
                assertThat(conversation.heard()).isEqualTo(reply("ok") + FAILED + reply("ok"));
                assertThat(conversation.count(Counter.FAILURES)).isOne();
                assertThat(conversation.count(Counter.REQUESTS)).isEqualTo(3);
                assertThat(conversation.count(Counter.ABORTED)).isZero();
            }
        }
    }

    @Test
    void aReplyBeforeTheFailureIsTakenBack() {
        byte[] large = new byte[100_000];
        List<Handler> replies = List.of(
                (request, response) -> response.text("taken back"),
                (request, response) -> response.status(201).header("X", "y"),
                (request, response) -> response.bytes("a/b", large),
                (request, response) -> response.stream("a/b", -1, into -> false),
                (request, response) -> response.later(),
                (request, response) -> response.closeConnection().contentType("a/b"),
                (request, response) -> response.header("X", "y").later());
        for (Handler reply : replies) {
            Handler handler = Handler.neverBlocking((request, response) -> {
                if (request.pathEquals("/ok")) {
                    response.text("ok");
                    return;
                }
                reply.handle(request, response);
                throw new IOException("a test");
            });
            try (var conversation = new Conversation(handler)) {
                conversation.say(request("GET /ok") + request("GET /") + request("GET /ok"));
                assertThat(conversation.heard()).isEqualTo(reply("ok") + FAILED + reply("ok"));
            }
        }
    }

    /// What is interrupted while it writes to a file cannot go on; an interrupt from before is forgotten.
    @Test
    @Timeout(60)
    void aBodyThatCannotGoToItsFileIs500AndTheConnectionCloses() {
        Handler ok = Handler.neverBlocking((request, response) -> response.text("ok"));
        String heard;
        do { // until an interrupt comes in time
            try (var conversation = new Conversation(ok)) {
                conversation.say(request("GET /") + request("GET /"));
                whileInterrupted(() -> conversation.say(BodyTest.sized(BodyTest.text(900_000))).finish());
                heard = conversation.heard();
                assertThat(conversation.count(Counter.FAILURES)).isEqualTo(heard.contains(" 500 ") ? 1 : 0);
            }
        } while (heard.equals(reply("ok").repeat(3)));
        assertThat(heard).isEqualTo(reply("ok").repeat(2) + Conversation.refusal("500 Internal Server Error"));
    }

    private static void whileInterrupted(Runnable work) {
        Thread here = Thread.currentThread();
        var over = new AtomicBoolean();
        Thread nuisance = Thread.ofPlatform().start(() -> {
            while (!over.get()) {
                here.interrupt();
            }
        });
        try {
            work.run();
        } finally {
            over.set(true);
            while (nuisance.isAlive()) {
                Thread.onSpinWait();
            }
            Thread.interrupted();
        }
    }

    @Test
    void aFailureForHeadHasNoBody() {
        try (var conversation = new Conversation(throwing(new IOException("a test")))) {
            conversation.say(request("HEAD /"));
            assertThat(conversation.heard()).isEqualTo(FAILED.substring(0, FAILED.indexOf("\r\n\r\n") + 4));
        }
    }

    @Test
    void aRouterThatFailsIs500AndTheConnectionCloses() {
        Handler fails = new Handler() {
            @Override
            public void handle(Request request, Response response) {
                response.text("never");
            }

            @Override
            public Handler route(Request request) {
                throw new IllegalStateException("a test");
            }
        };
        try (var conversation = new Conversation(fails)) {
            conversation.say(request("GET /") + request("GET /")).finish();
            assertThat(conversation.heard()).isEqualTo(Conversation.refusal("500 Internal Server Error"));
            assertThat(conversation.count(Counter.FAILURES)).isOne();
            assertThat(conversation.count(Counter.BAD_REQUESTS)).isZero();
        }
    }

    @SuppressWarnings({"NullAway", "InfiniteRecursion"})
    private static int endlessly(int depth) {
        return endlessly(depth + 1) + 1;
    }

    @Test
    void aHandlerThatUsesItsReplyWronglyIs500AndTheConnectionGoesOn() {
        List<Handler> wrong = List.of(
                (request, response) -> response.text(endlessly(0) + ""),
                (request, response) -> {
                    response.text("once");
                    response.text("twice");
                },
                (request, response) -> {
                    response.text("once");
                    response.header("X", "behind the end");
                },
                (request, response) -> {
                    response.later();
                    response.text("now");
                },
                (request, response) -> response.header("X", "a\r\nSet-Cookie: b=c"),
                (request, response) -> response.contentType("a/b\nX: y"),
                (request, response) -> response.bytes("a/b\r\n\r\n", new byte[1]),
                (request, response) -> response.redirect(302, "/a\r\nX: y"));
        for (Handler each : wrong) {
            Routes routes = new Routes().get("/wrong", each).get("/ok", (request, response) -> response.text("ok"));
            try (var conversation = new Conversation(routes)) {
                conversation.say(request("GET /wrong") + request("GET /ok"));
                assertThat(conversation.heard()).isEqualTo(FAILED + reply("ok"));
                assertThat(conversation.count(Counter.FAILURES)).isOne();
            }
        }
    }

    @Test
    void aResponseThatWasKeptCannotReachTheNextReply() {
        List<Response> kept = new ArrayList<>();
        List<Consumer<Response>> tooLate = List.of(
                response -> response.status(404),
                response -> response.header("X", "late"),
                response -> response.contentType("a/b"),
                response -> response.closeConnection(),
                response -> response.text("late"),
                response -> response.answer(404),
                response -> response.empty(),
                response -> response.later(),
                Response::reset);
        Routes routes = new Routes().get("/kept", (request, response) -> {
            response.text("kept");
            kept.add(response);
        }).get("/ok", (request, response) -> response.text("ok"));
        for (Consumer<Response> each : tooLate) {
            try (var conversation = new Conversation(routes)) {
                conversation.say(request("GET /kept"));
                assertThatIllegalStateException().isThrownBy(() -> each.accept(kept.getLast()))
                        .withMessageContaining("is over");
                conversation.say(request("GET /ok"));
                assertThat(conversation.heard()).isEqualTo(reply("kept") + reply("ok"));
            }
        }
    }

    @Test
    void closingTwiceIsClosingOnce() {
        try (var conversation =
                new Conversation((request, response) -> response.closeConnection().closeConnection().text("bye"))) {
            conversation.say(request("GET /") + request("GET /")).finish();
            assertThat(conversation.heard())
                    .isEqualTo(reply("bye").replace("GMT\r\n", "GMT\r\nConnection: close\r\n"));
        }
    }

    @Test
    @SuppressWarnings("NullAway")
    void nullWhereThereHasToBeSomethingIs500() {
        List<Handler> handlers = List.of(
                (request, response) -> response.text(null),
                (request, response) -> response.bytes("a/b", null),
                (request, response) -> response.header("X", (String) null),
                (request, response) -> response.stream("a/b", -1, (dev.partita.connection.Producer) null),
                (request, response) -> response.later().complete(null),
                (request, response) -> response.later().complete(late -> late.json((String) null)),
                (request, response) -> response.later().fail(new StackOverflowError()),
                Stages.first("one", (request, response) -> null));
        for (Handler each : handlers) {
            Routes routes = new Routes().get("/wrong", each).get("/ok", (request, response) -> response.text("ok"));
            try (var conversation = new Conversation(routes)) {
                conversation.say(request("GET /wrong") + request("GET /ok"));
                assertThat(conversation.heard()).isEqualTo(FAILED + reply("ok"));
                assertThat(conversation.count(Counter.FAILURES)).isOne();
            }
        }
        Handler none = new Handler() {
            @Override
            public void handle(Request request, Response response) {
                response.text("never");
            }

            @Override
            public Handler route(Request request) {
                return null;
            }
        };
        try (var conversation = new Conversation(none)) {
            conversation.say(request("GET /"));
            assertThat(conversation.heard()).isEqualTo(Conversation.refusal("500 Internal Server Error"));
        }
    }
}
