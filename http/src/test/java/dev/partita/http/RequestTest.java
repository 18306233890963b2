package dev.partita.http;

import static dev.partita.http.Conversation.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
                    assertThatThrownBy(() -> request.parameter("bad")).isInstanceOf(IllegalArgumentException.class);
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
}
