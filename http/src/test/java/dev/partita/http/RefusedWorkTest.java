package dev.partita.http;

import static dev.partita.http.Conversation.DATE;
import static dev.partita.http.Conversation.reply;
import static dev.partita.http.Conversation.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.limits.Counter;
import dev.partita.limits.Refusal;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// Work that a model had no room for.
class RefusedWorkTest {
    private static final String BUSY =
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Type: text/plain\r\n"
                    + "Content-Length: 24\r\nDate: " + DATE + "\r\n\r\n503 Service Unavailable\n";
    private static final Handler LENGTH = (request, response) -> response.text(request.body().length() + "");

    @Test
    void isAnsweredWith503AndTheConnectionIsKept() {
        try (var conversation = new Conversation(LENGTH)) {
            conversation.refusals = 1;
            conversation.say(request("GET /") + BodyTest.sized("abc"));
            assertThat(conversation.heard()).isEqualTo(BUSY + reply("3"));
            conversation.refusals = 1;
            conversation.say(BodyTest.sized("abc") + request("HEAD /"));
            assertThat(conversation.heard()).startsWith(BUSY + reply("3") + BUSY + "HTTP/1.1 200 OK\r\n");
            assertThat(conversation.count(Counter.SHED)).isEqualTo(2);
            assertThat(conversation.count(Counter.REQUESTS)).isEqualTo(2);
        }
    }

    @Test
    void inTheMiddleOfALargeBodyTheRestIsDropped() {
        for (int pass = 1; pass <= 3; pass++) {
            try (var conversation = new Conversation(LENGTH)) {
                conversation.refuseAt(pass);
                String body = BodyTest.text(180_000);
                conversation.say(BodyTest.sized(body) + BodyTest.sized("abc"));
                assertThat(conversation.heard()).isEqualTo(BUSY + reply("3"));
                conversation.refuseAt(pass);
                conversation.say(BodyTest.chunked("2bf20\r\n" + body + "\r\n0\r\n\r\n")
                        + BodyTest.chunked("1\r\na\r\n0\r\n\r\n"));
                assertThat(conversation.heard()).isEqualTo(BUSY + reply("3") + BUSY + reply("1"));
            }
        }
    }

    @Test
    void aWrongBodyBehindARefusalEndsTheConnection() {
        try (var conversation = new Conversation(LENGTH)) {
            conversation.refuseAt(1);
            conversation.say(BodyTest.chunked("10001\r\n" + BodyTest.text(0x10001)), "\r\nnonsense" + request("GET /"))
                    .finish();
            assertThat(conversation.heard()).isEqualTo(BUSY);
            assertThat(conversation.isOpen()).isFalse();
        }
    }

    @Test
    void forAnotherReasonTheConnectionCloses() {
        try (var conversation = new Conversation(LENGTH)) {
            conversation.arrive(request("GET /") + request("GET /"));
            conversation.connection().next();
            conversation.connection().receive();
            conversation.connection().next();
            assertThat(conversation.connection().refuse(Refusal.DRAINING)).isTrue();
            conversation.run().finish();
            assertThat(conversation.heard()).isEqualTo(BUSY.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
        }
    }

    @Test
    void aReplyThatIsOnItsWayIsNotRefused() {
        String text = BodyTest.text(30_000);
        int[] position = {0};
        Handler stream = (request, response) -> response.stream("text/plain", 30_000, into -> {
            int part = Math.min(into.room(), text.length() - position[0]);
            into.putLatin1(text.substring(position[0], position[0] + part));
            position[0] += part;
            return position[0] < text.length();
        });
        try (var conversation = new Conversation(stream)) {
            conversation.refuseAt(2);
            conversation.say(request("GET /"));
            assertThat(conversation.heard()).isEqualTo(reply(text));
            assertThat(conversation.count(Counter.SHED)).isZero();
        }
    }

    /// Without a body, since the request that it answers may be a HEAD.
    @Test
    void theLateReplyIsACompleteOne() {
        String late = new String(Http.serving(LENGTH).lateReply(), StandardCharsets.ISO_8859_1);
        assertThat(late).startsWith("HTTP/1.1 503 ").contains("\r\nContent-Length: 0\r\n", "\r\nConnection: close\r\n")
                .endsWith("\r\n\r\n");
    }
}
