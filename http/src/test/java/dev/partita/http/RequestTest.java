package dev.partita.http;

import static dev.partita.http.Conversation.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class RequestTest {
    private static void look(String input, Consumer<Request> at) {
        Throwable[] failed = {new AssertionError("the handler was not called: " + input)};
        Handler handler = (request, response) -> {
            failed[0] = null;
            try {
                at.accept(request);
            } catch (AssertionError failure) {
                failed[0] = failure;
            }
        };
        try (var conversation = new Conversation(handler)) {
            conversation.say(input);
        }
        assertThat(failed[0]).isNull();
    }

    @Test
    void targetPathAndQueryAreAsTheyWereSent() {
        look(request("GET /a%20b/?c=d&e#".replace("#", "")), request -> {
            assertThat(request.target()).isEqualTo("/a%20b/?c=d&e");
            assertThat(request.path()).isEqualTo("/a%20b/");
            assertThat(request.query()).isEqualTo("c=d&e");
            assertThat(request.rest()).isEqualTo("a%20b/");
        });
        look(request("GET /?a?b"), request -> assertThat(request.query()).isEqualTo("a?b"));
        look(request("GET /"), request -> assertThat(request.query()).isEmpty());
        look(request("GET /?"), request -> assertThat(request.query()).isEmpty());
    }

    @Test
    void pathsAreComparedWithoutAString() {
        look(request("GET /plaintext?x"), request -> {
            assertThat(request.pathEquals("/plaintext")).isTrue();
            assertThat(request.pathEquals("/plaintex")).isFalse();
            assertThat(request.pathEquals("/plaintext?")).isFalse();
            assertThat(request.pathStartsWith("/plain")).isTrue();
            assertThat(request.pathStartsWith("/plaintext?x")).isFalse();
            assertThat(request.pathStartsWith("/x")).isFalse();
        });
        look(request("GET http://h"), request -> {
            assertThat(request.path()).isEqualTo("/");
            assertThat(request.pathEquals("/")).isTrue();
            assertThat(request.pathStartsWith("/")).isTrue();
            assertThat(request.rest()).isEmpty();
        });
    }

    @Test
    void headersAreFoundInWhateverCase() {
        look(request("GET /", "Accept: a", "X-Long-Name:  two words \t", "accept:b", "Empty:", "Tab: a\tb",
                "Accepted: no"), request -> {
                    assertThat(request.header("accept")).isEqualTo("a");
                    assertThat(request.header("ACCEPT")).isEqualTo("a");
                    assertThat(request.headers("Accept")).containsExactly("a", "b");
                    assertThat(request.header("x-long-name")).isEqualTo("two words");
                    assertThat(request.header("empty")).isEmpty();
                    assertThat(request.header("tab")).isEqualTo("a\tb");
                    assertThat(request.header("none")).isNull();
                    assertThat(request.header("a")).isNull();
                    assertThat(request.headers("none")).isEmpty();
                    assertThat(request.headerEquals("accept", "A")).isTrue();
                    assertThat(request.headerEquals("accept", "b")).isFalse();
                    assertThat(request.headerEquals("none", "b")).isFalse();
                    assertThat(request.header("host")).isEqualTo("example.com");
                });
    }

    @Test
    void anAbsoluteTargetOverridesHost() {
        look("GET http://Target.example:81/a?b HTTP/1.1\r\nHost: header.example\r\n\r\n", request -> {
            assertThat(request.host()).isEqualTo("Target.example:81");
            assertThat(request.path()).isEqualTo("/a");
            assertThat(request.query()).isEqualTo("b");
        });
        look("GET HTTPS://h HTTP/1.1\r\nHost: x\r\n\r\n", request -> assertThat(request.host()).isEqualTo("h"));
        look(request("GET /"), request -> assertThat(request.host()).isEqualTo("example.com"));
        look("GET / HTTP/1.0\r\n\r\n", request -> {
            assertThat(request.host()).isNull();
            assertThat(request.isHttp10()).isTrue();
        });
    }

    @Test
    void parametersAreDecodedAndNumbersRead() {
        look(request("GET /?a=1&name=J%C3%B6rg+B&flag&n=123&big=1234567890123456789&neg=-1&e=&a=2&bad=%zz&nn=5"),
                request -> {
                    assertThat(request.parameter("a")).isEqualTo("1");
                    assertThat(request.parameter("name")).isEqualTo("J\u00f6rg B");
                    assertThat(request.parameter("flag")).isEmpty();
                    assertThat(request.parameter("none")).isNull();
                    assertThat(request.parameter("fla")).isNull();
                    assertThatThrownBy(() -> request.parameter("bad")).isInstanceOf(StatusException.class);
                    assertThat(request.number("n", 7)).isEqualTo(123);
                    assertThat(request.number("none", 7)).isEqualTo(7);
                    assertThat(request.number("big", 7)).isEqualTo(-1);
                    assertThat(request.number("neg", 7)).isEqualTo(-1);
                    assertThat(request.number("e", 7)).isEqualTo(-1);
                    assertThat(request.number("flag", 7)).isEqualTo(-1);
                    assertThat(request.number("nn", 7)).isEqualTo(5);
                });
        look(request("GET /"), request -> assertThat(request.number("n", 7)).isEqualTo(7));
    }

    @Test
    void parametersMayBeRepeatedAndAreDecodedByNameAndValue() {
        String query = "/?a=1&b=2&a=3+4&&a&c%5B%5D=x%26y&%C3%A4=%C3%B6&=empty&d=e=f&+=g";
        look(request("GET " + query), request -> {
            assertThat(request.parameters("a")).containsExactly("1", "3 4", "");
            assertThat(request.parameter("c[]")).isEqualTo("x&y");
            assertThat(request.parameter("\u00e4")).isEqualTo("\u00f6");
            assertThat(request.parameter("")).isEqualTo("empty");
            assertThat(request.parameter("d")).isEqualTo("e=f");
            assertThat(request.parameter(" ")).isEqualTo("g");
            assertThat(request.parameters("none")).isEmpty();
            assertThat(request.parameters()).containsOnlyKeys("a", "b", "c[]", "\u00e4", "", "d", " ")
                    .containsEntry("a", List.of("1", "3 4", ""));
        });
        look(request("GET /"), request -> {
            assertThat(request.parameters()).isEmpty();
            assertThat(request.parameters("a")).isEmpty();
        });
        look(request("GET /?%41=%ff"), request -> assertThat(request.parameter("A")).isEqualTo("\uFFFD"));
    }

    @Test
    void headersHaveTypes() {
        look(request("GET /", "X-Count: 17", "X-Date: Sun, 06 Nov 1994 08:49:37 GMT", "X-Bad: 1994",
                "Content-Type: Text/HTML ; charset=utf-8"), request -> {
                    assertThat(request.headerNumber("x-count", -7)).isEqualTo(17);
                    assertThat(request.headerNumber("x-none", -7)).isEqualTo(-7);
                    assertThat(request.headerNumber("x-date", -7)).isEqualTo(-1);
                    assertThat(request.headerDate("X-Date")).isEqualTo(Instant.ofEpochSecond(Conversation.NOW));
                    assertThat(request.headerDate("X-Bad")).isNull();
                    assertThat(request.headerDate("X-None")).isNull();
                    assertThat(request.mediaType()).isEqualTo("text/html");
                });
        look(request("GET /"), request -> assertThat(request.mediaType()).isNull());
    }

    @Test
    void cookiesAreReadAsBrowsersWriteThem() {
        look(request("GET /", "Cookie: a=1; b=\"two words\"; a=2;c=x=y;; nameless ;d = 4 ;e=", "Cookie: f=6"),
                request -> {
                    assertThat(request.cookie("a")).isEqualTo("1");
                    assertThat(request.cookie("b")).isEqualTo("\"two words\"");
                    assertThat(request.cookie("c")).isEqualTo("x=y");
                    assertThat(request.cookie("")).isEqualTo("nameless");
                    assertThat(request.cookie("d")).isEqualTo("4");
                    assertThat(request.cookie("e")).isEmpty();
                    assertThat(request.cookie("f")).isEqualTo("6");
                    assertThat(request.cookie("A")).isNull();
                    assertThat(request.cookies().keySet()).containsExactly("a", "b", "c", "", "d", "e", "f");
                });
        look(request("GET /"), request -> assertThat(request.cookies()).isEmpty());
    }
}
