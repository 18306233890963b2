package dev.partita.http;

import static dev.partita.http.Conversation.DATE;
import static dev.partita.http.Conversation.reply;
import static dev.partita.http.Conversation.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.Buffer;
import dev.partita.connection.Close;
import dev.partita.connection.Connection;
import dev.partita.connection.Session;
import dev.partita.connection.Step;
import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import dev.partita.limits.Phase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A connection that goes on in another protocol.
class UpgradeTest {
    private static final String[] OFFER = {"Connection: keep-alive, Upgrade", "Upgrade: other/1, ECHO"};
    private static final String SWITCHED =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n"
                    + "Date: " + DATE + "\r\n\r\n";

    private int closed;

    private final Handler upgrading = (request, response) -> {
        if (request.offersUpgrade("echo")) {
            response.upgrade("echo", Echo::new);
        } else {
            response.text("HTTP");
        }
    };

    /// Says every byte again; fails at an exclamation mark, and says goodbye at a full stop.
    private class Echo implements Session {
        private final Connection connection;
        private final Buffer in;

        Echo(Connection connection) {
            this.connection = connection;
            in = connection.inbound();
        }

        @Override
        public Step next() {
            if (in.isEmpty() || !connection.outbound().isDrained()) {
                return connection.outbound().isDrained() ? Step.READ : Step.WRITE;
            }
            return in.at(0) == '.' ? Step.CLOSE : Step.WORK;
        }

        @Override
        public void work() {
            if (in.at(0) == '!') {
                throw new IllegalStateException("that was loud");
            }
            connection.outbound().bytes().put(in.at(0));
            in.skip(1);
        }

        @Override
        public Phase phase() {
            return Phase.IDLE;
        }

        @Override
        public boolean reset() {
            closed++;
            return true;
        }
    }

    @Test
    void whatFollowsTheRequestIsTheOtherProtocols() {
        byte[] all = (request("GET /a") + request("GET /b", OFFER) + "GET /c HTTP/1.1.")
                .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        for (int first = 1; first < all.length; first++) {
            try (var conversation = new Conversation(upgrading)) {
                conversation.sayInTwo(all, first);
                assertThat(conversation.heard()).isEqualTo(reply("HTTP") + SWITCHED + "GET /c HTTP/1");
                conversation.say("1.");
                assertThat(conversation.count(Counter.REQUESTS_ENDED)).isEqualTo(2);
            }
        }
        assertThat(closed).isEqualTo(all.length - 1);
    }

    @Test
    void theNextConnectionOfTheSlotSpeaksHttpAgain() {
        try (var conversation = new Conversation(upgrading)) {
            conversation.say(request("GET /", OFFER), "hello.");
            assertThat(conversation.heard()).isEqualTo(SWITCHED + "hello");
            assertThat(conversation.closed()).isEqualTo(Close.NORMAL);
            assertThat(conversation.again().say(request("GET /")).heard()).isEqualTo(reply("HTTP"));
        }
    }

    @Test
    void itsFailureEndsTheConnectionWithoutAWordOfHttp() {
        try (var conversation = new Conversation(upgrading)) {
            conversation.say(request("GET /", OFFER), "hey!");
            assertThat(conversation.heard()).isEqualTo(SWITCHED + "hey");
            assertThat(conversation.closed()).isEqualTo(Close.ABORT);
            assertThat(conversation.count(Counter.FAILURES)).isOne();
        }
    }

    @Test
    void itsDeadlinesAreThoseOfItsOwnPhases() {
        try (var conversation = new Conversation(upgrading)) {
            conversation.say(request("GET /", OFFER), "hello");
            conversation.pass(Limits.defaults().headMillisMax() * 2L);
            assertThat(conversation.isOpen()).isTrue();
            conversation.pass(Limits.defaults().idleMillisMax());
            assertThat(conversation.heard()).isEqualTo(SWITCHED + "hello");
            assertThat(conversation.isOpen()).isFalse();
        }
    }

    @Test
    void aSessionThatListensWhileItWaitsIsHeardHereToo() {
        Handler waiting = (request, response) -> response.upgrade("echo", connection -> new Echo(connection) {
            @Override
            public Step next() {
                Step next = super.next();
                return next == Step.READ ? Step.WAIT : next;
            }

            @Override
            public boolean listensWhileWaiting() {
                return true;
            }
        });
        try (var conversation = new Conversation(waiting)) {
            conversation.say(request("GET /", OFFER)).say("hello").say(".");
            assertThat(conversation.heard()).isEqualTo(SWITCHED + "hello");
            assertThat(conversation.closed()).isEqualTo(Close.NORMAL);
        }
    }

    @Test
    void headersOfTheHandlersAreInTheAnswer() {
        Handler dressed = (request, response) -> response.header("X", "y").upgrade("echo", Echo::new);
        try (var conversation = new Conversation(dressed)) {
            conversation.say(request("GET /", OFFER), "hello");
            assertThat(conversation.heard())
                    .isEqualTo(SWITCHED.replace("Connection", "X: y\r\nConnection") + "hello");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"X: y", "Upgrade: echo", "Connection: upgrade", "Connection: upgrade\r\nUpgrade: echo/1",
        "Connection: upgrade-insecure\r\nUpgrade: echo", "Connection: upgrade\r\nUpgrade: ech, o"})
    void whatWasNotOfferedIsNotTaken(String fields) {
        try (var conversation = new Conversation(upgrading)) {
            assertThat(conversation.say(request("GET /", fields)).heard()).isEqualTo(reply("HTTP"));
        }
        try (var conversation = new Conversation((request, response) -> response.upgrade("echo", Echo::new))) {
            assertThat(conversation.say(request("GET /", fields)).heard()).startsWith("HTTP/1.1 500 ");
            assertThat(conversation.count(Counter.FAILURES)).isOne();
        }
    }

    @Test
    void http10HasNoUpgrade() {
        try (var conversation = new Conversation(upgrading)) {
            conversation.say("GET / HTTP/1.0\r\nConnection: upgrade, keep-alive\r\nUpgrade: echo\r\n\r\n");
            assertThat(conversation.heard()).startsWith("HTTP/1.1 200 ").endsWith("HTTP");
        }
    }

    @Test
    void aBodyIsTakenFirst() {
        try (var conversation = new Conversation(upgrading)) {
            conversation.say(request("POST /", OFFER[0], OFFER[1], "Content-Length: 3") + "abcdef");
            assertThat(conversation.heard()).isEqualTo(SWITCHED + "def");
        }
        Handler ignoring = new Handler() {
            @Override
            public void handle(Request request, Response response) {
                response.upgrade("echo", Echo::new);
            }

            @Override
            public long bodyBytesMax(Request request) {
                return BODY_IGNORED;
            }
        };
        try (var conversation = new Conversation(ignoring)) {
            conversation.say(request("POST /", OFFER[0], OFFER[1], "Content-Length: 3") + "abc");
            assertThat(conversation.heard()).startsWith("HTTP/1.1 500 ");
        }
    }

    @Test
    void aReplyThatWasPutOffMayBeAnUpgrade() {
        Handler later = (request, response) -> response.later().complete(reply -> reply.upgrade("echo", Echo::new));
        try (var conversation = new Conversation(later)) {
            assertThat(conversation.say(request("GET /", OFFER), "hello").heard()).isEqualTo(SWITCHED + "hello");
        }
    }
}
