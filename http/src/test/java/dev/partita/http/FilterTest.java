package dev.partita.http;

import static dev.partita.http.Conversation.reply;
import static dev.partita.http.Conversation.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.Step;
import dev.partita.limits.Counter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FilterTest {
    private static final Handler HELLO = Handler.neverBlocking((request, response) -> response.text("hello"));
    private final List<String> seen = new ArrayList<>();

    private Filter noting(String name) {
        return Filter.neverBlocking((request, response, next) -> {
            seen.add(name + " before");
            next.handle(request, response);
            seen.add(name + " after, " + response.status());
        });
    }

    @Test
    void filtersAreAroundEachOther() {
        try (var conversation = new Conversation(noting("outer").around(noting("inner").around(HELLO)))) {
            assertThat(conversation.say(request("GET /")).heard()).isEqualTo(reply("hello"));
        }
        assertThat(seen).containsExactly("outer before", "inner before", "inner after, 200", "outer after, 200");
    }

    @Test
    void aFilterAroundRoutesIsAroundAllTheirAnswers() {
        Routes routes = new Routes().get("/a", HELLO)
                .get("/{id}/x", (request, response) -> response.text(request.pathParameter("id")))
                .get("/files/*", (request, response) -> response.text(request.rest()));
        try (var conversation = new Conversation(noting("f").around(routes))) {
            conversation.say(request("GET /a") + request("PUT /a") + request("OPTIONS /a") + request("GET /none")
                    + request("GET /7/x") + request("GET /files/y") + request("OPTIONS *"));
            assertThat(conversation.heard()).containsSubsequence("hello", "405 ", "204 ", "404 ", "\r\n\r\n7",
                    "\r\n\r\ny", "204 ");
        }
        assertThat(seen).containsExactly("f before", "f after, 200", "f before", "f after, 405", "f before",
                "f after, 204", "f before", "f after, 404", "f before", "f after, 200", "f before", "f after, 200",
                "f before", "f after, 204");
    }

    @Test
    void headersOfAFilterAreInTheReply() {
        Filter headers = (request, response, next) -> {
            response.header("X-Frame-Options", "DENY");
            next.handle(request, response);
        };
        try (var conversation = new Conversation(headers.around(new Routes().get("/a", HELLO)))) {
            conversation.say(request("GET /a") + request("GET /b"));
            assertThat(conversation.heard()).containsSubsequence("200 OK\r\nX-Frame-Options: DENY\r\n", "hello",
                    "404 Not Found\r\nX-Frame-Options: DENY\r\n");
        }
    }

    @Test
    void aFilterMayReplyInstead() {
        Filter auth = new Filter() {
            private boolean knows(Request request) {
                return "Bearer secret".equals(request.header("authorization"));
            }

            @Override
            public void handle(Request request, Response response, Handler next) throws Exception {
                if (knows(request)) {
                    next.handle(request, response);
                } else {
                    response.header("WWW-Authenticate", "Bearer").answer(401);
                }
            }

            @Override
            public long bodyBytesMax(Request request, Handler next) {
                return knows(request) ? next.bodyBytesMax(request) : Handler.BODY_IGNORED;
            }
        };
        Handler echo = (request, response) -> response.body(request.body());
        try (var conversation = new Conversation(auth.around(new Routes().post("/", echo)))) {
            conversation.say(request("POST /", "Content-Length: 5"));
            assertThat(conversation.heard()).startsWith("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\n");
            conversation
                    .say("hello" + request("POST /", "Content-Length: 5", "Authorization: Bearer secret") + "again");
            assertThat(conversation.heard()).endsWith("\r\n\r\nagain");
        }
        try (var conversation = new Conversation(auth.around(echo))) {
            conversation.say(request("POST /", "Content-Length: 5", "Expect: 100-continue"));
            assertThat(conversation.heard()).startsWith("HTTP/1.1 401 ").contains("Connection: close\r\n");
        }
    }

    @Test
    void aFilterMayTurnAFailureIntoAnAnswer() {
        Filter maps = (request, response, next) -> {
            try {
                next.handle(request, response);
            } catch (UnsupportedOperationException notYet) {
                response.reset();
                response.answer(501);
            }
        };
        Handler fails = (request, response) -> {
            response.status(201).header("X", "y").text("half done");
            throw new UnsupportedOperationException();
        };
        try (var conversation = new Conversation(maps.around(fails))) {
            conversation.say(request("GET /").repeat(2));
            assertThat(conversation.heard()).isEqualTo(
                    reply("501 Not Implemented\n").replace("200 OK", "501 Not Implemented").repeat(2));
            assertThat(conversation.count(Counter.FAILURES)).isZero();
        }
    }

    @Test
    void aFilterRunsWithTheFirstStageOnly() {
        Stages stages = Stages.first("one", (request, response) -> "two").then("two", (request, response) -> {
            String again = request.attachment() == null ? "one" : Stage.DONE;
            request.attach("been here");
            if (again.isEmpty()) {
                response.text("staged");
            }
            return again;
        });
        Handler filtered = noting("f").around(new Routes().get("/plain", HELLO).get("/", stages));
        try (var conversation = new Conversation(filtered)) {
            assertThat(filtered.stages()).containsExactly("work", "one", "two");
            assertThat(conversation.say(request("GET /")).heard()).isEqualTo(reply("staged"));
            assertThat(conversation.stages).containsExactly(1, 2, 1, 2);
        }
        assertThat(seen).containsExactly("f before", "f after, 200");
    }

    @Test
    void aHandlerGoesOnNeverBlockingOnlyBehindAFilterThatNeverBlocks() {
        Filter blocks = (request, response, next) -> next.handle(request, response);
        try (var conversation = new Conversation(noting("f").around(HELLO))) {
            assertThat(conversation.say(request("GET /")).steps).contains(Step.WORK).doesNotContain(Step.BLOCKING);
        }
        try (var conversation = new Conversation(blocks.around(HELLO))) {
            assertThat(conversation.say(request("GET /")).steps).contains(Step.BLOCKING).doesNotContain(Step.WORK);
        }
    }
}
