package dev.partita.http;

import static dev.partita.http.Conversation.reply;
import static dev.partita.http.Conversation.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.partita.connection.Step;
import dev.partita.limits.Counter;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class StagesTest {
    /// Counts down in a loop and then says what it has seen.
    private static final Stages COUNTDOWN = Stages
            .first("parse", (request, response) -> {
                request.attach(request.number("from", 0) + ":");
                return "count";
            })
            .then("count", (request, response) -> {
                String seen = Objects.requireNonNull((String) request.attachment());
                int colon = seen.indexOf(':');
                int left = Integer.parseInt(seen.substring(0, colon));
                request.attach((left - 1) + seen.substring(colon) + left + " ");
                return left == 0 ? "reply" : "count";
            })
            .then("reply", (request, response) -> {
                response.text(Objects.requireNonNull((String) request.attachment()));
                return Stage.DONE;
            });

    @Test
    void stagesRunOneAfterTheOtherAndMayLoop() {
        try (var conversation = new Conversation(COUNTDOWN)) {
            conversation.say(request("GET /?from=2") + request("GET /"));
            assertThat(conversation.heard()).isEqualTo(reply("-1:2 1 0 ") + reply("-1:0 "));
            assertThat(conversation.stages).containsExactly(0, 1, 1, 1, 2, 0, 1, 2);
            assertThat(conversation.count(Counter.REQUESTS)).isEqualTo(2);
        }
    }

    @Test
    void theProtocolNamesThem() {
        assertThat(Http.serving(COUNTDOWN).stages()).containsExactly("parse", "count", "reply");
        assertThat(Http.serving((request, response) -> {}).stages()).containsExactly("work");
        assertThat(Http.serving(Handler.neverBlocking(COUNTDOWN)).stages()).containsExactly("parse", "count", "reply");
    }

    @Test
    void besideOtherHandlersTheyHaveIndicesOfTheirOwn() {
        Stages other = Stages.first("count", (request, response) -> {
            response.text("counted");
            return Stage.DONE;
        });
        Routes routes = new Routes().get("/plain", (request, response) -> response.text("plain"))
                .get("/countdown", COUNTDOWN).get("/other", other);
        assertThat(Http.serving(routes).stages()).containsExactly("work", "parse", "count", "reply");
        try (var conversation = new Conversation(routes)) {
            conversation.say(
                    request("GET /plain") + request("GET /countdown") + request("GET /other") + request("GET /no"));
            assertThat(conversation.stages).containsExactly(0, 1, 2, 3, 2, 0);
            assertThat(conversation.heard())
                    .startsWith(reply("plain") + reply("-1:0 ") + reply("counted") + "HTTP/1.1 404");
        }
    }

    @Test
    void stagesThatNeverBlockAreWork() {
        try (var conversation = new Conversation(Handler.neverBlocking(COUNTDOWN))) {
            conversation.say(request("GET /") + request("GET /"));
            assertThat(conversation.steps).doesNotContain(Step.BLOCKING).endsWith(Step.WORK, Step.WRITE, Step.READ);
            assertThat(conversation.heard()).isEqualTo(reply("-1:0 ").repeat(2));
        }
    }

    @Test
    void headersOfOneStageAreKeptForTheNext() {
        Handler handler = Stages.first("a", (request, response) -> {
            response.status(201).header("X", "y");
            return "b";
        }).then("b", (request, response) -> {
            response.text("b");
            return Stage.DONE;
        });
        String expected = reply("b").replace("200 OK\r\n", "201 Created\r\nX: y\r\n");
        for (Handler each : new Handler[]{handler, Handler.neverBlocking(handler)}) {
            try (var conversation = new Conversation(each)) {
                conversation.say(request("GET /").repeat(200));
                assertThat(conversation.heard()).isEqualTo(expected.repeat(200));
            }
        }
    }

    @Test
    void aStageMayWaitForAnotherThreadAndGoOn() {
        Handler handler = Stages.first("ask", (request, response) -> {
            Later later = response.later();
            later.complete(reply -> request.attach("answer"));
            return "reply";
        }).then("reply", (request, response) -> {
            response.text("the " + request.attachment());
            return Stage.DONE;
        });
        try (var conversation = new Conversation(handler)) {
            conversation.say(request("GET /"));
            assertThat(conversation.heard()).isEqualTo(reply("the answer"));
        }
    }

    @Test
    void aFailureInAnyStageIs500AndTheNextRequestBeginsAtTheFirst() {
        Handler handler = Stages.first("a", (request, response) -> request.path().substring(1))
                .then("throws", (request, response) -> {
                    throw new IllegalStateException("a test");
                })
                .then("ok", (request, response) -> {
                    response.text("ok");
                    return Stage.DONE;
                });
        try (var conversation = new Conversation(handler)) {
            conversation.say(request("GET /throws") + request("GET /unknown") + request("GET /ok"));
            assertThat(conversation.heard().split("HTTP/1.1 500 ")).hasSize(3);
            assertThat(conversation.heard()).endsWith(reply("ok"));
        }
    }

    @Test
    void anyStageCanBeRefused() {
        for (int stage = 1; stage <= 3; stage++) {
            try (var conversation = new Conversation(COUNTDOWN)) {
                conversation.refuseAt(stage);
                conversation.say(request("GET /") + request("GET /"));
                assertThat(conversation.heard()).startsWith("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n")
                        .endsWith(reply("-1:0 "));
                assertThat(conversation.count(Counter.SHED)).isOne();
            }
        }
    }

    @Test
    void aNameIsGivenOnce() {
        assertThatIllegalArgumentException().isThrownBy(() -> COUNTDOWN.then("parse", (request, response) -> "parse"));
        assertThatIllegalArgumentException().isThrownBy(() -> COUNTDOWN.then("", (request, response) -> "parse"));
    }
}
