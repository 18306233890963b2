package dev.partita.http;

import static dev.partita.http.Conversation.request;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorPagesTest {
    private static final Routes ROUTES = new Routes()
            .get("/says", (request, response) -> {
                response.header("X", "y").text("taken back");
                throw new StatusException(409, "not twice, J\u00f6rg");
            })
            .get("/fails", (request, response) -> {
                throw new IllegalStateException("secret");
            })
            .get("/answers", (request, response) -> response.header("X", "y").answer(410))
            .get("/elsewhere", (request, response) -> response.redirect(303, "/says"))
            .get("/ok", Handler.neverBlocking((request, response) -> response.text("ok")));

    private static ErrorPages json(int size) {
        return (status, sentence) -> new ErrorPages.Page("application/json",
                "{\"status\":" + status + ",\"text\":\"" + sentence + "\"}" + " ".repeat(size));
    }

    @Test
    void aStatusAndASentenceTakeThePlaceOfTheReply() {
        try (var conversation = new Conversation(ROUTES)) {
            conversation.say(request("GET /says") + request("HEAD /says") + request("GET /ok"));
            String head =
                    "HTTP/1.1 409 Conflict\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 31\r\nDate: "
                            + Conversation.DATE + "\r\n\r\n";
            assertThat(new String(conversation.heardBytes(), UTF_8)).isEqualTo(
                    head + "409 Conflict: not twice, J\u00f6rg\n" + head + Conversation.reply("ok"));
            assertThat(conversation.count(Counter.FAILURES)).isZero();
        }
    }

    @Test
    void aRedirectSaysWhere() {
        try (var conversation = new Conversation(ROUTES)) {
            assertThat(conversation.say(request("GET /elsewhere")).heard())
                    .startsWith("HTTP/1.1 303 See Other\r\nLocation: /says\r\n").endsWith("\r\n\r\n303 See Other\n");
        }
    }

    @Test
    void aFileCanBeThePageAndTheUsualOnesTheOthers(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("404.html"), "<p>nothing here");
        ErrorPages.Page page = ErrorPages.of(file);
        Http http = Http.serving(ROUTES)
                .errorPages((status, sentence) -> status == 404 ? page : ErrorPages.plain(status, sentence));
        try (var conversation = new Conversation(http, Limits.defaults())) {
            assertThat(conversation.say(request("GET /no") + request("GET /answers")).heard())
                    .startsWith("HTTP/1.1 404 Not Found\r\nContent-Type: text/html; charset=utf-8\r\n")
                    .contains("\r\n\r\n<p>nothing here").endsWith("\r\n\r\n410 Gone\n");
        }
        Files.writeString(file, "x".repeat(ErrorPages.PAGE_BYTES_MAX + 1));
        assertThatIllegalArgumentException().isThrownBy(() -> ErrorPages.of(file)).withMessageContaining("16384");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 900, 5_000, 15_000})
    void everyAnswerOfTheServersOwnHasTheGivenPage(int size) {
        Http http = Http.serving(ROUTES).errorPages(json(size));
        try (var conversation = new Conversation(http, Limits.defaults())) {
            conversation.refuseAt(5);
            conversation.say(request("GET /no") + request("PUT /ok") + request("GET /fails") + request("GET /answers")
                    + request("GET /ok") + request("GET /says") + request("GET /ok") + "nonsense\r\n\r\n");
            String heard = new String(conversation.heardBytes(), UTF_8);
            assertThat(heard).containsSubsequence("{\"status\":404,\"text\":\"\"}", "Allow: GET, HEAD, OPTIONS\r\n",
                    "{\"status\":405,\"text\":\"\"}", "{\"status\":500,\"text\":\"\"}", "X: y\r\n",
                    "{\"status\":410,\"text\":\"\"}", "Retry-After: 1\r\n", "{\"status\":503,\"text\":\"\"}",
                    "{\"status\":409,\"text\":\"not twice, J\u00f6rg\"}", "\r\n\r\nok",
                    "Connection: close\r\n", "{\"status\":400,\"text\":\"\"}");
            assertThat(heard).endsWith("}" + " ".repeat(size)).doesNotContain("text/plain\r\nX");
        }
    }

    @Test
    void aPageIsBounded() {
        assertThatIllegalArgumentException().isThrownBy(() -> Http.serving(ROUTES).errorPages(json(16 << 10)))
                .withMessageContaining("16384");
        assertThatIllegalArgumentException().isThrownBy(() -> Http.serving(ROUTES)
                .errorPages((status, sentence) -> new ErrorPages.Page("a\r\nb", "")));
        assertThatIllegalArgumentException().isThrownBy(() -> Http.serving(ROUTES)
                .errorPages((status, sentence) -> new ErrorPages.Page("a".repeat(101), "")));
        assertThatThrownBy(() -> Http.serving(ROUTES).errorPages((status, sentence) -> {
            throw new IllegalStateException("a test");
        })).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aPageThatFailsForASentenceIsReplacedByTheOneOfTheStatus() {
        Http http = Http.serving(ROUTES).errorPages((status, sentence) -> {
            if (!sentence.isEmpty()) {
                throw new IllegalStateException("a test");
            }
            return new ErrorPages.Page("a/b", "page " + status);
        });
        try (var conversation = new Conversation(http, Limits.defaults())) {
            assertThat(conversation.say(request("GET /says") + request("GET /ok")).heard())
                    .startsWith("HTTP/1.1 409 Conflict\r\nContent-Type: a/b\r\n")
                    .contains("\r\n\r\npage 409HTTP/1.1 200 ");
        }
    }

    @Test
    void aRouterMayRefuseInWords() {
        Handler chooses = new Handler() {
            @Override
            public void handle(Request request, Response response) {
                response.text("never");
            }

            @Override
            public Handler route(Request request) {
                throw new StatusException(429, "slowly");
            }
        };
        try (var conversation = new Conversation(chooses)) {
            conversation.say(request("POST /", "Content-Length: 3") + "abc" + request("GET /"));
            assertThat(conversation.heard()).containsSubsequence("429 Too Many Requests: slowly\n",
                    "429 Too Many Requests: slowly\n");
            assertThat(conversation.count(Counter.FAILURES)).isZero();
        }
    }

    @Test
    void aStatusHasToBeOne() {
        assertThatIllegalArgumentException().isThrownBy(() -> new StatusException(100, ""));
        assertThatIllegalArgumentException().isThrownBy(() -> new StatusException(600, ""));
    }
}
