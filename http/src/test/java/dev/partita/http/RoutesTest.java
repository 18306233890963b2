package dev.partita.http;

import static dev.partita.http.Conversation.reply;
import static dev.partita.http.Conversation.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.partita.connection.Step;
import dev.partita.limits.Counter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoutesTest {
    private static Handler says(String text) {
        return (request, response) -> response.text(text);
    }

    private static final Routes ROUTES = new Routes()
            .get("/", says("root"))
            .get("/a", says("a"))
            .post("/a", says("posted"))
            .get("/exactly8", says("8"))
            .get("/sixteen-byte-path", says("17"))
            .all("/all", says("all"))
            .get("/files/*", (request, response) -> response.text("[" + request.rest() + "]"))
            .get("/files/deep/*", says("deep"))
            .get("/files/exact", says("exact"))
            .on(Method.OPTIONS, "/own", says("own options"))
            .head("/own-head", says("never seen"))
            .put("/b%20c", says("encoded"))
            .delete("/a", says("deleted"))
            .patch("/p", says("patched"));

    private static String answer(String request) {
        try (var conversation = new Conversation(ROUTES)) {
            return conversation.say(request).heard();
        }
    }

    @ParameterizedTest
    @CsvSource({"GET /,root", "GET /?a=b,root", "GET http://example.com,root", "GET http://example.com?x,root",
        "GET /a,a",
        "GET /a?b,a", "POST /a,posted", "DELETE /a,deleted", "GET /exactly8,8", "GET /sixteen-byte-path,17",
        "PUT /all,all", "OPTIONS /all,all", "GET /files/,[]", "GET /files/x/y,[x/y]", "GET /files/deep/x,deep",
        "GET /files/exact,exact", "GET /files/exactly,[exactly]", "GET /files/deep,[deep]", "OPTIONS /own,own options",
        "PUT /b%20c,encoded", "PATCH /p,patched"})
    void aPathAndAMethodChooseAHandler(String request, String expected) {
        assertThat(answer(request(request))).isEqualTo(reply(expected));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/b", "/A", "/a/", "//a", "/files", "/exactly", "/exactly88", "/aa", "/sixteen-byte-pat",
        "/file/x",
        "/%61"})
    void anUnknownPathIs404(String path) {
        assertThat(answer(request("GET " + path))).startsWith("HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\n")
                .endsWith("\r\n\r\n404 Not Found\n");
    }

    @Test
    void anotherMethodIs405WithThoseThereAre() {
        assertThat(answer(request("PUT /a")))
                .startsWith("HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD, POST, DELETE, OPTIONS\r\n");
        assertThat(answer(request("HEAD /p"))).startsWith("HTTP/1.1 405 ").contains("Allow: PATCH, OPTIONS\r\n")
                .endsWith("\r\n\r\n");
    }

    @Test
    void optionsAndHeadAreAnsweredByWhatThereIs() {
        assertThat(answer(request("OPTIONS /a")))
                .startsWith("HTTP/1.1 204 No Content\r\nAllow: GET, HEAD, POST, DELETE, OPTIONS\r\n");
        assertThat(answer(request("OPTIONS *"))).startsWith("HTTP/1.1 204 No Content\r\n");
        assertThat(answer(request("HEAD /a"))).isEqualTo(reply("a").replace("\r\n\r\na", "\r\n\r\n"));
    }

    @Test
    void theConnectionOutlives404And405() {
        try (var conversation = new Conversation(ROUTES)) {
            conversation.say(request("GET /no") + request("PUT /a") + request("GET /a"));
            assertThat(conversation.heard()).endsWith(reply("a"));
        }
    }

    @Test
    void whatIsOnNoRouteCanGoElsewhere() {
        Routes inner = new Routes().get("/inner", says("inner"));
        try (var conversation = new Conversation(ROUTES.otherwise(inner))) {
            conversation.say(request("GET /inner"));
            assertThat(conversation.heard()).isEqualTo(reply("inner"));
        }
        try (var conversation = new Conversation(new Routes().get("/*", says("everything")))) {
            conversation.say(request("GET /x") + request("GET http://a"));
            assertThat(conversation.heard()).isEqualTo(reply("everything").repeat(2));
        }
    }

    @Test
    void eachRouteSaysWhetherItBlocks() {
        Routes routes = new Routes().get("/blocks", says("b")).get("/never", Handler.neverBlocking(says("n")));
        try (var conversation = new Conversation(routes)) {
            conversation.say(request("GET /never") + request("GET /blocks"));
            assertThat(conversation.steps).containsExactly(
                    Step.READ, Step.WORK, Step.WRITE, Step.BLOCKING, Step.WRITE, Step.READ);
        }
    }

    @Test
    void addingGivesOtherRoutes() {
        Routes first = new Routes();
        first.get("/a", says("a"));
        try (var conversation = new Conversation(first)) {
            assertThat(conversation.say(request("GET /a")).heard()).startsWith("HTTP/1.1 404");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "/a b", "/a?b", "/a#b", "/*/a", "/a*", "/{}", "/\u00e4", "*",
        "/{i-d}", "/{1}", "/a{id}", "/{id}b", "/{id", "/id}", "/{a}/{a}", "/{a*}", "/**"})
    void aPathThatCannotMatchIsRefused(String path) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Routes().get(path, says("")));
    }

    private static final Routes USERS = new Routes()
            .get("/users/*", says("below users"))
            .get("/users/{id}", (request, response) -> response.text("user " + request.pathParameter("id")))
            .get("/users/me", says("me"))
            .get("/users/{id}/log", (request, response) -> response.text("log of " + request.pathNumber("id")))
            .get("/users/me/files/*", (request, response) -> response.text("my [" + request.rest() + "]"))
            .get("/{kind}/{id}/{part}", (request, response) -> response.text(request.pathParameter("part") + " of "
                    + request.pathParameter("kind") + " " + request.pathParameter("id")))
            .get("/{kind}/{id}/at/*", (request, response) -> response.text(
                    request.pathParameter("kind") + " at " + request.rest()))
            .delete("/users/{id}", says("deleted"));

    @ParameterizedTest
    @CsvSource({
        "/users/me,me", "/users/7,user 7", "/users/a%20b%2Fc+d,user a b/c+d", "/users/m,user m", "/users/mee,user mee",
        "/users/,below users", "/users/7/,below users", "/users/7/x,below users", "/users/7/log,log of 7",
        "/users/me/log,log of -1", "/users/me/files/,my []", "/users/me/files/a/b,my [a/b]",
        "/users/me/files,below users",
        "/cats/tom/tail,tail of cats tom", "/cats/tom/at/home/now,cats at home/now", "/users//log,below users",
        "/users/me?id=8,me", "/users/7?id=8,user 7", "http://h/users/7,user 7"})
    void literalsComeBeforeParametersAndThoseBeforeWildcards(String target, String expected) {
        try (var conversation = new Conversation(USERS)) {
            assertThat(conversation.say(request("GET " + target)).heard()).isEqualTo(reply(expected));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/users", "/cats", "/cats/tom", "/cats//tail", "//tom/tail", "/cats/tom/", "/", "/a/b/c/d"})
    void aParameterIsOneSegmentThatIsNotEmpty(String path) {
        try (var conversation = new Conversation(USERS)) {
            assertThat(conversation.say(request("GET " + path)).heard()).startsWith("HTTP/1.1 404 ");
        }
    }

    @Test
    void theOrderInWhichRoutesWereAddedMeansNothing() {
        Routes one = new Routes().get("/a/{x}", says("x")).get("/a/b", says("b")).get("/a/*", says("rest"));
        Routes other = new Routes().get("/a/*", says("rest")).get("/a/b", says("b")).get("/a/{x}", says("x"));
        for (Routes routes : java.util.List.of(one, other)) {
            try (var conversation = new Conversation(routes)) {
                conversation.say(request("GET /a/b") + request("GET /a/c") + request("GET /a/c/d"));
                assertThat(conversation.heard()).isEqualTo(reply("b") + reply("x") + reply("rest"));
            }
        }
    }

    @Test
    void thePathChoosesBeforeTheMethod() {
        try (var conversation = new Conversation(USERS)) {
            conversation.say(request("DELETE /users/7") + request("DELETE /users/me"));
            assertThat(conversation.heard()).startsWith(reply("deleted") + "HTTP/1.1 405 ")
                    .contains("Allow: GET, HEAD, OPTIONS\r\n");
        }
    }

    @Test
    void aWrongEscapeInAParameterIsTheClientsMistake() {
        try (var conversation = new Conversation(USERS)) {
            conversation.say(request("GET /users/%zz") + request("GET /users/me"));
            assertThat(conversation.heard()).startsWith("HTTP/1.1 400 Bad Request\r\n")
                    .contains("two hexadecimal digits").endsWith(reply("me"));
            assertThat(conversation.count(Counter.FAILURES)).isZero();
        }
    }

    @Test
    void aParameterThatTheRouteDoesNotHaveIsTheHandlersMistake() {
        Handler wrong = (request, response) -> response.text(request.pathParameter("no"));
        try (var conversation = new Conversation(new Routes().get("/{id}", wrong).get("/a/b", wrong))) {
            conversation.say(request("GET /x") + request("GET /a/b"));
            assertThat(conversation.count(Counter.FAILURES)).isEqualTo(2);
        }
    }

    @Test
    void theNextRequestHasItsOwnParameters() {
        Routes routes = new Routes().get("/{id}", says("id"))
                .get("/a/b", (request, response) -> response.text("[" + request.rest() + "]"))
                .get("/files/*", (request, response) -> response.text("[" + request.rest() + "]"));
        try (var conversation = new Conversation(routes)) {
            conversation.say(request("GET /files/x") + request("GET /x") + request("GET /a/b"));
            assertThat(conversation.heard()).isEqualTo(reply("[x]") + reply("id") + reply("[a/b]"));
        }
    }

    @Test
    void twoRoutesForTheSamePathsAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> USERS.get("/users/{name}", says("")))
                .withMessageContaining("/users/{id}");
        assertThatIllegalArgumentException().isThrownBy(() -> USERS.get("/users/{id}", says("")));
        assertThat(USERS.post("/users/{id}", says(""))).isNotNull();
    }

    @Test
    void routesThatNeverBlockAreSaidToBeSoAtOnce() {
        try (var conversation = new Conversation(Handler.neverBlocking(USERS))) {
            conversation.say(request("GET /users/7") + request("GET /users/me") + request("GET /no"));
            assertThat(conversation.steps)
                    .containsExactly(Step.READ, Step.WORK, Step.WORK, Step.WORK, Step.WRITE, Step.READ);
        }
    }

    @Test
    void aMethodOfAPathHasOneHandler() {
        assertThatIllegalArgumentException().isThrownBy(() -> ROUTES.get("/a", says("")));
    }

    @Test
    void manyRoutesAreAllFound() {
        Routes routes = new Routes();
        for (int i = 0; i < 300; i++) {
            routes = routes.get("/route/" + i * 7_919, says(i + ""));
        }
        try (var conversation = new Conversation(routes)) {
            var expected = new StringBuilder();
            for (int i = 0; i < 300; i++) {
                conversation.say(request("GET /route/" + i * 7_919));
                expected.append(reply(i + ""));
            }
            assertThat(conversation.heard()).isEqualTo(expected.toString());
        }
    }
}
