package dev.partita.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.limits.Counter;
import dev.partita.limits.Counters;
import dev.partita.limits.Limits;
import dev.partita.limits.Phase;
import dev.partita.limits.Refusal;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConnectionTest {
    private final Counters counters = Counters.confined();
    private final List<Connection> comeHome = new ArrayList<>();
    private final List<ScriptedEndpoint> endpoints = new ArrayList<>();
    private final Script script = new Script();
    private final ConnectionTable table = new ConnectionTable(
            connection -> script, Limits.defaults().withConnectionsMax(1), ConnectionTest::noFiles,
            this::endpoint);
    private final BufferPool pool = new BufferPool(
            Arena.ofAuto().allocate(BufferPool.bytesNeeded(1024, 2, 4096, 2)), 1024, 2, 4096, 2, false);

    @Test
    void asksForNoMoreBytesOnceThePeerHasEnded() {
        Connection connection = begin();
        script.step = Step.READ;
        assertThat(connection.next()).isEqualTo(Step.READ);
        endpoints.getFirst().ended = true;

        assertThat(connection.receive()).isTrue();
        assertThat(connection.next()).isEqualTo(Step.CLOSE);
    }

    @Test
    void closesAtOnceWhenThePeerHasReset() {
        Connection connection = begin();
        script.step = Step.WORK;
        endpoints.getFirst().broken = true;

        assertThat(connection.receive()).isTrue();
        assertThat(connection.next()).isEqualTo(Step.CLOSE);
        assertThat(counters.get(Counter.BROKEN)).isEqualTo(1);
    }

    @Test
    void letsNoReplyWaitForWorkThatMayBlock() {
        Connection connection = begin();
        script.step = Step.WORK;
        connection.next();
        connection.work();
        assertThat(endpoints.getFirst().flushes).as("before work that does not block").isZero();
        script.step = Step.BLOCKING;
        connection.next();
        connection.work();
        assertThat(endpoints.getFirst().flushes).isEqualTo(1);
    }

    @Test
    void endsOnceTheLastOfItsReplyHasBeenSentButAnAbortAtOnce() {
        for (Close how : Close.values()) {
            Connection connection = begin();
            ScriptedEndpoint endpoint = endpoints.getFirst();
            int closings = endpoint.closings;
            connection.closing(how);
            endpoint.flushable = false;
            if (how != Close.ABORT) {
                assertThat(connection.close()).isFalse();
                assertThat(endpoint.closings).isEqualTo(closings);
                assertThat(connection.remainingNanos()).as("under the deadline of a write")
                        .isPositive().isLessThanOrEqualTo(30_000_000_000L);
                endpoint.flushable = true;
            }
            assertThat(connection.close()).isTrue();
            assertThat(endpoint.closings).isEqualTo(closings + 1);
        }
        assertThat(counters.get(Counter.CLOSED)).isEqualTo(3);
    }

    @Test
    void turnsWhatASessionThrowsIntoAResetOfThisConnection() {
        Connection connection = begin();
        script.step = Step.WORK;
        script.failure = new IllegalStateException("planted");
        connection.work();

        assertThat(connection.next()).isEqualTo(Step.CLOSE);
        connection.close();
        assertThat(endpoints.getFirst().closed).isEqualTo(Close.ABORT);
        assertThat(counters.get(Counter.FAILURES)).isEqualTo(1);
        assertThat(counters.get(Counter.CLOSED)).isEqualTo(1);
    }

    @Test
    void lingersUntilThePeerHasClosedToo() {
        Connection connection = begin();
        connection.closing(Close.LINGER);
        script.step = Step.CLOSE;

        assertThat(connection.next()).as("our side is shut, the peer's is read").isEqualTo(Step.READ);
        assertThat(endpoints.getFirst().outputShut).isTrue();
        endpoints.getFirst().arriving.add("what nobody reads");
        assertThat(connection.receive()).isTrue();
        assertThat(connection.next()).isEqualTo(Step.READ);
        assertThat(connection.inbound().isEmpty()).isTrue();
        endpoints.getFirst().ended = true;
        assertThat(connection.receive()).isTrue();
        assertThat(connection.next()).isEqualTo(Step.CLOSE);
        connection.close();
        assertThat(endpoints.getFirst().closed).isEqualTo(Close.NORMAL);
    }

    @Test
    void lingersForAsLongAsThePeerSendsButNotForEver() {
        Connection connection = linger();
        long millis = 0;
        do {
            pass(4_900);
            millis += 4_900;
            assertThat(connection.isLate()).as("it has sent %d ms ago", 4_900).isFalse();
            endpoints.getFirst().arriving.add("x");
            connection.receive();
        } while (connection.next() == Step.READ && millis + 4_900 < 30_000);
        assertThat(millis).isEqualTo(29_400);
        pass(599);
        assertThat(connection.isLate()).isFalse();
        pass(1);
        endpoints.getFirst().arriving.add("x");
        connection.receive();
        assertThat(connection.next()).as("30 s are over").isEqualTo(Step.CLOSE);
        connection.close();
        assertThat(endpoints.getFirst().closed).isEqualTo(Close.NORMAL);
    }

    @Test
    void lingersForFiveSecondsWhileThePeerSendsNothing() {
        Connection connection = linger();
        pass(4_999);
        assertThat(connection.isLate()).isFalse();
        pass(1);
        assertThat(connection.isLate()).isTrue();
        connection.expire();
        assertThat(connection.next()).isEqualTo(Step.CLOSE);
    }

    @Test
    void lingersForLessWhileSomebodyWaitsForASlotOrTheServerEnds() {
        Connection connection = linger();
        assertThat(table.reserve()).as("it was the last one").isNull();
        assertThat(connection.remainingNanos()).isEqualTo(500_000_000);
        table.drain();
        assertThat(connection.remainingNanos()).isEqualTo(1_000_000_000);
    }

    private Connection linger() {
        Connection connection = begin();
        connection.closing(Close.LINGER);
        script.step = Step.CLOSE;
        assertThat(connection.next()).isEqualTo(Step.READ);
        return connection;
    }

    @Test
    void holdsNoBufferWhileNothingIsThere() {
        Connection connection = begin();
        endpoints.getFirst().arriving.add("abc");
        connection.receive();
        assertThat(connection.inbound().isAttached()).isTrue();
        connection.inbound().skip(3);
        connection.work();
        assertThat(connection.outbound().bytes().isAttached()).isTrue();
        connection.rest();

        assertThat(connection.inbound().isAttached()).isFalse();
        assertThat(connection.outbound().bytes().isAttached()).isFalse();
    }

    @Test
    void endsASessionThatWantsMoreThanTheLargestBuffer() {
        Connection connection = begin();
        script.step = Step.READ;
        endpoints.getFirst().arriving.add("x".repeat(5000));
        while (connection.next() == Step.READ) {
            connection.receive();
        }

        assertThat(connection.inbound().length()).isEqualTo(4096);
        assertThat(connection.next()).isEqualTo(Step.CLOSE);
    }

    @Test
    void sendsAnArrayThroughASmallBufferCompletelyAndInOrder() {
        Connection connection = begin();
        byte[] array = "0123456789".repeat(700).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        connection.prepare();
        connection.outbound().bytes().putLatin1("head ");
        connection.outbound().follow(array, 0, array.length);
        endpoints.getFirst().roomPerSend = 333;

        assertThat(connection.send()).isTrue();
        assertThat(endpoints.getFirst().sent.toString()).isEqualTo("head " + "0123456789".repeat(700));
        assertThat(connection.outbound().isSealed()).isFalse();
    }

    @Test
    void letsOthersHaveTheirTurnBeforeALargeReplyIsSent() {
        Connection connection = begin();
        byte[] array = new byte[1 << 20];
        connection.prepare();
        connection.outbound().follow(array, 0, array.length);
        int turns = 0;
        while (!connection.outbound().isDrained()) {
            assertThat(connection.send()).isTrue();
            turns++;
        }

        assertThat(turns).isBetween(4, 5);
        assertThat(endpoints.getFirst().sent.length()).isEqualTo(array.length);
    }

    @Test
    void comesHomeOnceWhenItIsResumedWhileItWaits() {
        Connection connection = begin();
        long ticket = connection.ticket();
        assertThat(connection.await()).isFalse();
        connection.resume(ticket);
        connection.resume(ticket);

        assertThat(comeHome).containsExactly(connection);
        assertThat(connection.isResumed()).isTrue();
    }

    @Test
    void doesNotWaitWhenItWasResumedBefore() {
        Connection connection = begin();
        connection.resume(connection.ticket());

        assertThat(connection.await()).isTrue();
        assertThat(comeHome).isEmpty();
    }

    @Test
    void ignoresATicketOfAnEarlierWaitOrAnEarlierConversation() {
        Connection connection = begin();
        long early = connection.ticket();
        long late = connection.ticket();
        connection.resume(early);
        assertThat(connection.await()).isFalse();
        assertThat(connection.stopAwaiting()).isTrue();
        connection.resume(late);
        connection.close();
        assertThat(begin()).isSameAs(connection);
        connection.resume(late);

        assertThat(connection.isResumed()).isFalse();
        assertThat(comeHome).isEmpty();
    }

    @Test
    void hasOneSlotAndCallsForTheNextOneWhenItIsGivenBack() {
        List<String> calls = new ArrayList<>();
        table.whenRoom(() -> calls.add("room"));
        Connection connection = begin();
        assertThat(table.reserve()).isNull();
        connection.close();

        assertThat(calls).containsExactly("room");
        assertThat(table.reserve()).isSameAs(connection);
    }

    @Test
    void staysOpenForOneMoreRequestWhenTheServerDrains() {
        Connection connection = begin();
        connection.place(Place.HOME);
        script.step = Step.READ;
        table.drain();

        assertThat(connection.isDraining()).isTrue();
        assertThat(connection.isToEnd()).isFalse();
        assertThat(connection.next()).isEqualTo(Step.READ);
        assertThat(connection.receive()).as("nothing has come, and it waits on").isFalse();
        assertThat(connection.next()).isEqualTo(Step.READ);
    }

    @Test
    void closesItsSideFirstForAPeerThatMayBeSending() {
        Connection connection = begin();
        connection.place(Place.HOME);
        script.step = Step.READ;
        table.closeIdle(Close.LINGER);

        assertThat(connection.next()).isEqualTo(Step.READ);
        assertThat(connection.receive()).isTrue();
        assertThat(connection.next()).as("it reads to the peer's end").isEqualTo(Step.READ);
        assertThat(endpoints.getFirst().outputShut).isTrue();
        assertThat(connection.isToEnd()).isFalse();
        assertThat(connection.remainingNanos()).isPositive().isLessThanOrEqualTo(1_000_000_000L);
    }

    @Test
    void closesBetweenTwoRequestsWhenADrainHasWaitedAndNothingHasBeenSentMeanwhile() {
        Connection connection = begin();
        connection.place(Place.HOME);
        script.step = Step.READ;
        table.closeIdle(Close.NORMAL);

        assertThat(connection.isToEnd()).isTrue();
        assertThat(connection.next()).isEqualTo(Step.READ);
        assertThat(connection.receive()).as("the last look found nothing, which is news").isTrue();
        assertThat(connection.next()).isEqualTo(Step.CLOSE);
    }

    @Test
    void losesNoRequestThatWasSentBeforeTheServerDrained() {
        Connection connection = begin();
        connection.place(Place.HOME);
        script.step = Step.READ;
        endpoints.getFirst().arriving.add("a request");
        table.closeIdle(Close.NORMAL);

        assertThat(connection.next()).isEqualTo(Step.READ);
        assertThat(connection.receive()).isTrue();
        assertThat(connection.inbound().length()).isEqualTo(9);
    }

    @Test
    void countsARefusalThatHasAnAnswerAndChangesNothingWithoutOne() {
        Connection connection = begin();
        assertThat(connection.refuse(Refusal.QUEUE_FULL)).isFalse();
        script.refuses = true;
        assertThat(connection.refuse(Refusal.QUEUE_FULL)).isTrue();

        assertThat(counters.get(Counter.SHED)).isEqualTo(1);
    }

    @Test
    void isClosedWhenItIsIdleForTooLongAndATenthOfThatWhileSomebodyWaitsForASlot() {
        Connection connection = begin();
        script.step = Step.READ;
        connection.next();
        pass(Limits.defaults().idleMillisMax() / 10);
        assertThat(connection.isLate()).isFalse();
        assertThat(table.reserve()).isNull();
        assertThat(connection.isLate()).as("a crowded table").isTrue();
        connection.expire();

        assertThat(connection.next()).isEqualTo(Step.CLOSE);
        connection.close();
        assertThat(endpoints.getFirst().closed).isEqualTo(Close.NORMAL);
        assertThat(counters.get(Counter.LATE_IDLE)).isEqualTo(1);
    }

    @Test
    void refusesAHeadThatTakesTooLongFromItsFirstByteOnHoweverOftenBytesCome() {
        Connection connection = begin();
        script.step = Step.READ;
        connection.next();
        pass(20_000);
        script.phase = Phase.HEAD;
        for (int i = 0; i < 9; i++) {
            endpoints.getFirst().arriving.add("x");
            connection.receive();
            connection.next();
            assertThat(connection.isLate()).isFalse();
            pass(1_000);
        }
        pass(1_000);
        assertThat(connection.isLate()).isTrue();
        script.refuses = true;
        connection.expire();

        assertThat(script.refused).isEqualTo(Refusal.DEADLINE);
        assertThat(connection.isLate()).as("the refusal has time to leave").isFalse();
        assertThat(counters.get(Counter.LATE_HEADS)).isEqualTo(1);
    }

    @Test
    void letsABodyGoOnThatKeepsUpItsRateAndResetsOneThatDoesNotWithoutAnAnswer() {
        Connection connection = begin();
        script.step = Step.READ;
        script.phase = Phase.BODY;
        connection.next();
        for (int second = 0; second < 60; second++) {
            endpoints.getFirst().arriving.add("x".repeat(500));
            connection.receive();
            connection.inbound().clear();
            connection.next();
            pass(1_000);
            assertThat(connection.isLate()).isFalse();
        }
        pass(5_000);
        assertThat(connection.isLate()).isTrue();
        connection.expire();

        assertThat(connection.next()).isEqualTo(Step.CLOSE);
        connection.close();
        assertThat(endpoints.getFirst().closed).isEqualTo(Close.ABORT);
    }

    @Test
    void resetsAPeerThatTakesNothingForTooLongAndNoneThatTakesALittle() {
        Connection connection = begin();
        script.step = Step.WRITE;
        connection.prepare();
        connection.outbound().bytes().putLatin1("x".repeat(100));
        endpoints.getFirst().roomPerSend = 1;
        endpoints.getFirst().sendsUntilFull = 1;
        connection.next();
        for (int i = 0; i < 10; i++) {
            pass(29_000);
            assertThat(connection.isLate()).isFalse();
            connection.send();
            endpoints.getFirst().sendsUntilFull = 1;
            connection.next();
        }
        pass(30_000);
        assertThat(connection.isLate()).isTrue();
        connection.expire();

        assertThat(connection.next()).isEqualTo(Step.CLOSE);
        assertThat(counters.get(Counter.LATE_WRITES)).isEqualTo(1);
    }

    private void pass(long millis) {
        table.tick(table.now() + millis * 1_000_000);
    }

    private Connection begin() {
        Connection connection = Objects.requireNonNull(table.reserve());
        connection.begin(comeHome::add, pool, counters);
        return connection;
    }

    private Endpoint endpoint() {
        endpoints.add(new ScriptedEndpoint());
        return endpoints.getLast();
    }

    private static FileTree noFiles(java.nio.file.Path root, Symlinks symlinks) throws IOException {
        throw new IOException("no files here");
    }

    /// A session that names what the test says.
    private static final class Script implements Session {
        Step step = Step.READ;
        @Nullable RuntimeException failure;
        boolean refuses;
        @Nullable Refusal refused;
        Phase phase = Phase.IDLE;

        @Override
        public Step next() {
            return step;
        }

        @Override
        public void work() {
            if (failure != null) {
                throw failure;
            }
        }

        @Override
        public boolean refuse(Refusal why) {
            refused = why;
            return refuses;
        }

        @Override
        public Phase phase() {
            return phase;
        }

        @Override
        public boolean reset() {
            return true;
        }
    }
}
