package dev.partita.http;

import static dev.partita.http.Conversation.refusal;
import static dev.partita.http.Conversation.reply;
import static dev.partita.http.Conversation.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.Close;
import dev.partita.limits.Counter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a client hears that keeps a server waiting. Time is the table's clock.
class DeadlineTest {
    private final Handler ok = (request, response) -> response.text("ok");

    @Test
    void aHeadThatTakesTooLongIs408AfterTheRepliesInFrontOfIt() {
        try (var conversation = new Conversation(ok)) {
            conversation.say(request("GET /a") + "GET /b HTTP/1.1\r\nHo");
            conversation.pass(9_999);
            assertThat(conversation.heard()).isEqualTo(reply("ok"));
            conversation.pass(1);
            assertThat(conversation.heard()).isEqualTo(reply("ok") + refusal("408 Request Timeout"));
            assertThat(conversation.count(Counter.LATE_HEADS)).isEqualTo(1);
        }
    }

    @Test
    void aBodyThatDoesNotComeIs408() {
        try (var conversation = new Conversation(ok)) {
            conversation.say(request("POST /a", "Content-Length: 10") + "12345");
            conversation.pass(4_999);
            assertThat(conversation.heard()).isEmpty();
            conversation.pass(1_000);
            assertThat(conversation.heard()).isEqualTo(refusal("408 Request Timeout"));
            assertThat(conversation.count(Counter.LATE_BODIES)).isEqualTo(1);
        }
    }

    @Test
    void aBurstBuysABodyAPauseButNotALongOne() {
        try (var conversation = new Conversation(ok)) {
            conversation.say(request("POST /a", "Content-Length: 65000")).say("x".repeat(64_000));
            conversation.pass(19_999);
            assertThat(conversation.heard()).isEmpty();
            conversation.pass(1);
            assertThat(conversation.heard()).isEqualTo(refusal("408 Request Timeout"));
            assertThat(conversation.count(Counter.LATE_BODIES)).isEqualTo(1);
        }
    }

    @Test
    void aBodyThatNobodyWantsHasToGoOnArrivingTooHoweverMuchHasCome() {
        try (var conversation = new Conversation(new Routes())) {
            conversation.say(request("POST /nowhere", "Content-Length: 1000000")).say("x".repeat(899_999));
            for (int i = 0; i < 20; i++) {
                conversation.pass(10_000).say("x".repeat(5_000)); // 500 bytes a second
            }
            conversation.pass(19_999);
            assertThat(conversation.count(Counter.LATE_BODIES)).isZero();
            conversation.pass(1);
            assertThat(conversation.count(Counter.LATE_BODIES)).isEqualTo(1);
            assertThat(conversation.finish().closed()).isEqualTo(Close.LINGER);
        }
    }

    @Test
    void ofRequestsThatWereSentTogetherEachHasItsOwnTime() {
        List<Boolean> late = new ArrayList<>();
        var conversations = new ArrayList<Conversation>();
        try (var conversation = new Conversation(Handler.neverBlocking((request, response) -> {
            Conversation own = conversations.getFirst();
            own.letTimePass(20_000);
            late.add(own.connection().isWorkLate());
            response.text("ok");
        }))) {
            conversations.add(conversation);
            conversation.say(request("GET /a").repeat(3));
            assertThat(conversation.heard()).isEqualTo(reply("ok").repeat(3));
            assertThat(late).containsExactly(false, false, false);
        }
    }

    @Test
    void anIdleConnectionIsClosedWithoutAWord() {
        try (var conversation = new Conversation(ok)) {
            conversation.say(request("GET /a"));
            conversation.pass(74_999);
            assertThat(conversation.closed()).isNull();
            conversation.pass(1);
            assertThat(conversation.heard()).isEqualTo(reply("ok"));
            assertThat(conversation.closed()).isEqualTo(Close.NORMAL);
        }
    }

    @Test
    void aReplyThatWasPutOffAndDoesNotComeIs503AndMayComeAfterwardsInVain() {
        List<Later> laters = new ArrayList<>();
        try (var conversation = new Conversation((request, response) -> laters.add(response.later()))) {
            conversation.say(request("GET /a"));
            conversation.pass(30_000);
            assertThat(laters.getFirst().isOver()).isTrue();
            assertThat(laters.getFirst().complete(response -> response.text("too late"))).isFalse();
            conversation.run();
            assertThat(conversation.heard()).startsWith("HTTP/1.1 503 ").contains("Connection: close")
                    .doesNotContain("late");
            assertThat(conversation.count(Counter.LATE_WORK)).isEqualTo(1);
        }
    }
}
