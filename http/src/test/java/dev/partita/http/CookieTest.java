package dev.partita.http;

import static dev.partita.http.Conversation.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CookieTest {
    private static String set(Cookie cookie) {
        try (var conversation = new Conversation((request, response) -> response.cookie(cookie).text("ok"))) {
            String heard = conversation.say(request("GET /")).heard();
            assertThat(heard).startsWith("HTTP/1.1 200 OK\r\nSet-Cookie: ");
            return heard.substring(heard.indexOf(": ") + 2, heard.indexOf("\r\nContent-Type"));
        }
    }

    @Test
    void attributesAreWrittenAsTheRfcHasThem() {
        assertThat(set(Cookie.of("a", "b"))).isEqualTo("a=b");
        assertThat(set(Cookie.of("a", "b").path("/x").domain("example.com").maxAge(Duration.ofMinutes(2)).secure()
                .httpOnly().sameSite(Cookie.SameSite.LAX)))
                .isEqualTo("a=b; Path=/x; Domain=example.com; Max-Age=120; Secure; HttpOnly; SameSite=Lax");
        assertThat(set(Cookie.of("a", "b").secure().sameSite(Cookie.SameSite.NONE)))
                .isEqualTo("a=b; Secure; SameSite=None");
        assertThat(set(Cookie.removal("a").path("/"))).isEqualTo("a=; Path=/; Max-Age=0");
        assertThat(set(Cookie.of("__Host-a", "b").secure().path("/"))).isEqualTo("__Host-a=b; Path=/; Secure");
    }

    @Test
    void severalAreFieldsOfTheirOwn() {
        Handler two = (request, response) -> response.cookie(Cookie.of("a", "1")).cookie(Cookie.of("b", "2")).empty();
        try (var conversation = new Conversation(two)) {
            assertThat(conversation.say(request("GET /")).heard())
                    .contains("\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "a b", "a;b", "a,b", "\"a\"", "a\\b", "a\r\nb", "\u00e4", "\0"})
    void aValueThatWouldBreakTheFieldIsRefused(String value) {
        assertThatIllegalArgumentException().isThrownBy(() -> Cookie.of("a", value)).withMessageContaining("cookie a");
    }

    @Test
    void whatIsSaidOfAWrongCookieIsOneLine() {
        for (ThrowingCallable wrong : List.<ThrowingCallable>of(
                () -> Cookie.of("a\r\nb", "c"),
                () -> Cookie.of("a", "b").path("/\r\nc"),
                () -> Cookie.of("a", "b").domain("\r\n\u001b[2J"))) {
            assertThatIllegalArgumentException().isThrownBy(wrong).withMessageContaining("\\u000d\\u000a")
                    .withMessageMatching("[ -~]*");
        }
    }

    @Test
    void whatBrowsersWouldIgnoreIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Cookie.of("", "b"));
        assertThatIllegalArgumentException().isThrownBy(() -> Cookie.of("a=", "b"));
        assertThatIllegalArgumentException().isThrownBy(() -> Cookie.of("a", "b").path("x"));
        assertThatIllegalArgumentException().isThrownBy(() -> Cookie.of("a", "b").path("/;x"));
        assertThatIllegalArgumentException().isThrownBy(() -> Cookie.of("a", "b").domain(""));
        assertThatIllegalArgumentException().isThrownBy(() -> Cookie.of("a", "b").maxAge(Duration.ofSeconds(-1)));
        for (Cookie cookie : List.of(
                Cookie.of("a", "b").sameSite(Cookie.SameSite.NONE),
                Cookie.of("__Secure-a", "b"),
                Cookie.of("__Host-a", "b").path("/"),
                Cookie.of("__host-a", "b").path("/").secure().domain("example.com"),
                Cookie.of("__Host-a", "b").path("/x").secure())) {
            assertThatIllegalArgumentException().isThrownBy(cookie::field);
        }
    }
}
