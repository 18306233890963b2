package dev.partita.http;

import static dev.partita.http.Conversation.reply;
import static dev.partita.http.Conversation.request;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.Buffer;
import dev.partita.connection.Step;
import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import dev.partita.limits.Phase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LaterTest {
    private final List<Later> laters = new ArrayList<>();
    private final Handler putsOff = (request, response) -> {
        if (request.pathEquals("/now")) {
            response.text("now");
        } else {
            laters.add(response.later());
        }
    };

    @Test
    void aReplyMayComeLater() {
        try (var conversation = new Conversation(putsOff)) {
            conversation.say(request("GET /a") + request("GET /now"));
            assertThat(conversation.heard()).isEmpty();
            assertThat(conversation.steps).endsWith(Step.WAIT);
            assertThat(conversation.session().phase()).isNotEqualTo(Phase.IDLE);
            assertThat(laters.getFirst().complete(response -> response.text("a"))).isTrue();
            conversation.run();
            assertThat(conversation.heard()).isEqualTo(reply("a") + reply("now"));
            assertThat(conversation.count(Counter.REQUESTS)).isEqualTo(2);
        }
    }

    @Test
    void aReplyThatComesBeforeTheHandlerReturnsIsNotMissed() {
        Handler atOnce = (request, response) -> {
            Later later = response.later();
            later.complete(reply -> reply.text(request.path()));
        };
        try (var conversation = new Conversation(atOnce)) {
            conversation.say(request("GET /a") + request("GET /b"));
            assertThat(conversation.heard()).isEqualTo(reply("/a") + reply("/b"));
        }
    }

    @Test
    void aReplyThatWaitsInABufferOfItsOwnHasThatOfOneBefore() {
        int bytes = Limits.defaults().bufferBytes();
        List<Buffer> meanwhile = new ArrayList<>();
        var http = new Http[1];
        http[0] = Http.serving((request, response) -> {
            Later later = response.header("X", "y").later();
            meanwhile.add(http[0].buffer(bytes));
            later.complete(reply -> reply.text("ok"));
        });
        Buffer kept = http[0].buffer(bytes);
        http[0].giveBack(kept);
        try (var conversation = new Conversation(http[0], Limits.defaults())) {
            conversation.say(request("GET /") + request("GET /"));
            assertThat(conversation.heard()).containsPattern("(?s)X: y.*ok.*X: y.*ok");
        }
        assertThat(meanwhile).hasSize(2).doesNotContain(kept);
        assertThat(http[0].buffer(bytes)).isSameAs(kept);
    }

    @Test
    void theRepliesInFrontOfItLeaveMeanwhile() {
        Handler handler = Handler.neverBlocking((request, response) -> {
            if (request.pathEquals("/later")) {
                response.status(201).header("X", "y");
            }
            putsOff.handle(request, response);
        });
        try (var conversation = new Conversation(handler)) {
            conversation.say(request("GET /now") + request("GET /later") + request("GET /now"));
            assertThat(conversation.heard()).isEqualTo(reply("now"));
            laters.getFirst().complete(response -> response.text("later"));
            conversation.run();
            assertThat(conversation.heard()).isEqualTo(reply("now")
                    + reply("later").replace("200 OK\r\n", "201 Created\r\nX: y\r\n") + reply("now"));
        }
    }

    @Test
    void onlyTheFirstCompletionCounts() {
        try (var conversation = new Conversation(putsOff)) {
            conversation.say(request("GET /a"));
            Later later = laters.getFirst();
            assertThat(later.complete(response -> response.text("first"))).isTrue();
            assertThat(later.complete(response -> response.text("second"))).isFalse();
            assertThat(later.fail(new IOException("third"))).isFalse();
            conversation.run();
            assertThat(conversation.heard()).isEqualTo(reply("first"));
        }
    }

    @Test
    void aFailureIs500() {
        try (var conversation = new Conversation(putsOff)) {
            conversation.say(request("GET /a"));
            laters.getFirst().fail(new IOException("a test"));
            conversation.run();
            conversation.say(request("GET /b"));
            laters.getLast().fail(new StackOverflowError());
            conversation.run();
            conversation.say(request("GET /c"));
            laters.getLast().complete(response -> {
                response.text("taken back");
                throw new IOException("a test");
            });
            conversation.run();
            assertThat(conversation.heard().split("HTTP/1.1 500 ")).hasSize(4);
            assertThat(conversation.heard()).doesNotContain("taken back");
            assertThat(conversation.count(Counter.FAILURES)).isEqualTo(3);
        }
    }

    @Test
    void aCompletionForAConnectionThatHasEndedIsDropped() {
        try (var conversation = new Conversation(putsOff)) {
            conversation.say(request("GET /a"));
            conversation.again().say(request("GET /b"));
            assertThat(laters.getFirst().complete(response -> response.text("a"))).isFalse();
            conversation.run();
            assertThat(conversation.heard()).isEmpty();
            laters.getLast().complete(response -> response.text("b"));
            conversation.run();
            assertThat(conversation.heard()).isEqualTo(reply("b"));
        }
    }

    /// Counts what becomes of it.
    private static final class Counted implements Reply {
        private int written;
        private int dropped;

        @Override
        public void write(Response response) {
            written++;
            response.text("written");
        }

        @Override
        public void dropped() {
            dropped++;
            throw new IllegalStateException("a test: logged, and nothing else");
        }
    }

    @Test
    void aReplyThatIsWrittenIsNotDropped() {
        var reply = new Counted();
        try (var conversation = new Conversation(putsOff)) {
            conversation.say(request("GET /a"));
            assertThat(laters.getFirst().isOver()).isFalse();
            assertThat(laters.getFirst().complete(reply)).isTrue();
            assertThat(laters.getFirst().isOver()).isTrue();
            conversation.run();
            assertThat(laters.getFirst().complete(reply)).isFalse();
            assertThat(conversation.heard()).isEqualTo(reply("written"));
        }
        assertThat(reply.written).isOne();
        assertThat(reply.dropped).isZero();
    }

    @Test
    void aReplyThatIsSetAndNeverWrittenIsDroppedOnce() {
        var reply = new Counted();
        Handler fails = (request, response) -> {
            response.later().complete(reply);
            throw new IllegalStateException("a test");
        };
        Handler takesBack = (request, response) -> {
            response.later().complete(reply);
            response.reset();
            response.text("another");
        };
        try (var conversation = new Conversation(fails)) {
            assertThat(conversation.say(request("GET /")).heard()).startsWith("HTTP/1.1 500 ");
            assertThat(reply.dropped).isOne();
        }
        try (var conversation = new Conversation(takesBack)) {
            assertThat(conversation.say(request("GET /")).heard()).isEqualTo(reply("another"));
            assertThat(reply.dropped).isEqualTo(2);
        }
        try (var conversation = new Conversation(putsOff)) {
            conversation.say(request("GET /"));
            laters.getFirst().complete(reply);
            assertThat(conversation.again().say(request("GET /now")).heard()).isEqualTo(reply("now"));
            assertThat(reply.dropped).isEqualTo(3);
        }
        assertThat(reply.written).isZero();
    }

    @Test
    void ofACompletionAndTheEndOfTheConnectionOneIsFirst() throws Exception {
        int rounds = 2_000;
        var start = new CyclicBarrier(2);
        try (var conversation = new Conversation(putsOff); var other = Executors.newSingleThreadExecutor()) {
            for (int i = 0; i < rounds; i++) {
                conversation.say(request("GET /a"));
                Later later = laters.removeFirst();
                var dropped = new AtomicInteger();
                Reply counted = new Reply() {
                    @Override
                    public void write(Response response) {
                        throw new AssertionError("its connection has ended");
                    }

                    @Override
                    public void dropped() {
                        dropped.incrementAndGet();
                    }
                };
                Future<Boolean> set = other.submit(() -> {
                    start.await();
                    return later.complete(counted);
                });
                start.await();
                conversation.again();
                assertThat(dropped).as("round %s", i).hasValue(set.get() ? 1 : 0);
            }
        }
    }

    @Test
    void aReplyMayBePutOffAgain() {
        try (var conversation = new Conversation(putsOff)) {
            conversation.say(request("GET /a"));
            laters.getFirst().complete(response -> laters.add(response.later()));
            conversation.run();
            assertThat(conversation.heard()).isEmpty();
            laters.getLast().complete(response -> response.text("at last"));
            conversation.run();
            assertThat(conversation.heard()).isEqualTo(reply("at last"));
        }
    }

    @Test
    void aReplyThatWasPutOffMayBeAStream() {
        String text = BodyTest.text(20_000);
        try (var conversation = new Conversation(putsOff)) {
            conversation.say(request("GET /a"));
            laters.getFirst().complete(response -> response.text(text));
            conversation.run();
            assertThat(conversation.heard()).isEqualTo(reply(text));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 20_000})
    void aStreamThatWasPutOffIsReadByPassesThatMayBlockIfTheHandlerMay(int length) {
        byte[] bytes = BodyTest.text(20_000).getBytes(ISO_8859_1);
        for (boolean mayBlock : new boolean[]{true, false}) {
            List<Step> passes = new ArrayList<>();
            try (var conversation = new Conversation(mayBlock ? putsOff : Handler.neverBlocking(putsOff))) {
                conversation.say(request("GET /a"));
                InputStream in = new ByteArrayInputStream(bytes) {
                    @Override
                    public synchronized int read(byte[] into, int at, int count) {
                        passes.add(conversation.steps.getLast());
                        return super.read(into, at, count);
                    }
                };
                laters.getLast().complete(response -> response.stream("text/plain", length, in));
                conversation.run();
                assertThat(passes).isNotEmpty().containsOnly(mayBlock ? Step.BLOCKING : Step.WORK);
                assertThat(conversation.heard()).isEqualTo(streamedAtOnce(length, bytes));
            }
        }
    }

    private static String streamedAtOnce(int length, byte[] bytes) {
        Handler handler = (request, response) -> response.stream("text/plain", length, new ByteArrayInputStream(bytes));
        try (var conversation = new Conversation(handler)) {
            return conversation.say(request("GET /a")).heard();
        }
    }

    @Test
    void aStreamThatWasPutOffAndFailsAtOnceIs500() {
        try (var conversation = new Conversation(putsOff)) {
            conversation.say(request("GET /a") + request("GET /now"));
            laters.getFirst().complete(response -> response.header("X", "y").stream("a/b", -1, into -> {
                throw new IOException("a test");
            }));
            conversation.run();
            assertThat(conversation.heard()).startsWith("HTTP/1.1 500 ").doesNotContain("X: y").endsWith(reply("now"));
        }
    }

    @Test
    void workThatWasPutOffIsNotRefused() {
        try (var conversation = new Conversation(putsOff)) {
            conversation.say(request("GET /a"));
            conversation.refusals = 1;
            laters.getFirst().complete(response -> response.text("done"));
            conversation.run();
            assertThat(conversation.heard()).isEqualTo(reply("done"));
        }
    }
}
