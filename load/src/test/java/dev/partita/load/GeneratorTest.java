package dev.partita.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.transport.Connecting;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a generator asks when, and what it writes down, with the test's clock and the test's server.
class GeneratorTest {
    @Test
    void latencyCountsFromWhenARequestWasDueAlsoWhileItStoodInLine() {
        Plan plan = Rig.plan(10, 1, 1, 0, 100);
        Rig rig = Rig.of(plan).begin(plan);
        assertThat(rig.asked(0)).as("the first is due at once").isEqualTo(1);

        rig.passSlowly(550); // the server says nothing; five more are due, at 100, 200 ... 500 ms
        rig.answerAll();

        assertThat(rig.latencies()).containsExactly(50L, 150L, 250L, 350L, 450L, 550L);
        assertThat(rig.ledger.get(Ledger.Count.WAITED)).isEqualTo(5);
        assertThat(rig.ledger.late().getMaxValue()).as("the generator was in time for each").isZero();
    }

    @Test
    void aGeneratorThatIsLateSaysHowMuch() {
        Plan plan = Rig.plan(10, 4, 1, 0, 100);
        Rig rig = Rig.of(plan).begin(plan);

        rig.passMillis(130); // it should have looked at 100
        rig.answerAll();

        assertThat(rig.ledger.late().getMaxValue() / 1_000_000).isEqualTo(30);
        assertThat(rig.latencies()).as("from when it was due").containsExactly(30L, 130L);
    }

    @Test
    void alsoInLineTheTimeBeforeALateGeneratorLookedCounts() {
        Plan plan = Rig.plan(10, 1, 1, 0, 100);
        Rig rig = Rig.of(plan).begin(plan);

        rig.passMillis(130); // it should have looked at 100, and there is no connection free
        rig.passMillis(20);
        rig.answerAll();

        assertThat(rig.latencies()).containsExactly(50L, 150L);
    }

    @Test
    void asManyRequestsAsTheRateAsksForAreDueAndAllInTime() {
        Plan plan = Rig.plan(250, 8, 1, 0, 100);
        Rig rig = Rig.of(plan).begin(plan);
        for (int i = 0; i < 1_100; i++) {
            rig.answerAll();
            rig.passMillis(1);
        }
        assertThat(rig.ledger.get(Ledger.Count.SERVED)).isEqualTo(250);
        assertThat(rig.ledger.get(Ledger.Count.DUE)).isEqualTo(250);
        assertThat(rig.ledger.get(Ledger.Count.IN_TIME)).isEqualTo(250);
    }

    @Test
    void whatIsTurnedToAfterTheEndIsNotInTime() {
        Plan plan = Rig.plan(100, 8, 1, 0, 1_000);
        Rig rig = Rig.of(plan).begin(plan);
        rig.passSlowly(500);
        rig.answerAll();
        rig.passMillis(700); // stopped from 500 to 1200 ms
        assertThat(rig.ledger.get(Ledger.Count.DUE)).isEqualTo(100);
        assertThat(rig.ledger.get(Ledger.Count.IN_TIME)).isEqualTo(51);
    }

    @Test
    void whatIsServedAfterTheEndIsInNoRate() {
        Plan plan = Rig.plan(10, 1, 1, 0, 100);
        Rig rig = Rig.of(plan).begin(plan);
        rig.passSlowly(550);
        rig.answerAll(); // due at 0, 100 ... 500
        rig.passSlowly(600);
        rig.answerAll(); // due at 600 ... 900, answered at 1150
        assertThat(rig.ledger.get(Ledger.Count.SERVED)).isEqualTo(10);
        assertThat(rig.ledger.get(Ledger.Count.SERVED_WITHIN)).isEqualTo(6);
        assertThat(rig.ledger.get(Ledger.Count.ANSWERED_WITHIN)).isEqualTo(6);
    }

    @Test
    void requestsAreSpreadOverTheConnections() {
        Plan plan = Rig.plan(100, 3, 1, 0, 100);
        Rig rig = Rig.of(plan).begin(plan);
        rig.passSlowly(25);
        assertThat(List.of(rig.asked(0), rig.asked(1), rig.asked(2))).containsOnly(1);
    }

    @Test
    void aConnectionTakesAsManyAsItsPipelineHasRoomFor() {
        Plan plan = Rig.plan(100, 1, 3, 0, 100);
        Rig rig = Rig.of(plan).begin(plan);
        rig.passSlowly(45);
        assertThat(rig.asked(0)).isEqualTo(3);
        assertThat(rig.ledger.get(Ledger.Count.WAITED)).isEqualTo(2);
        rig.reply(0, "yes\n");
        assertThat(rig.asked(0)).as("a place is free").isEqualTo(1);
        rig.reply(0, "yes\nyes\nyes\n");
        rig.answerAll();
        assertThat(rig.latencies()).hasSize(5);
    }

    @Test
    void whoFindsTheLineFullFails() {
        Plan plan = Rig.plan(100, 1, 1, 0, 2);
        Rig rig = Rig.of(plan).begin(plan);
        rig.passSlowly(55); // due at 0, 10 ... 50: one is sent, two stand in line
        assertThat(rig.errors(ErrorKind.UNSENT)).isEqualTo(3);
    }

    @Test
    void whoStandsInLineTooLongFails() {
        Plan plan = Rig.plan(5, 1, 1, 0, 100);
        Rig rig = Rig.of(plan).begin(plan);
        rig.passSlowly(850); // due at 0, 200 ... 800; the timeout is 600
        assertThat(rig.errors(ErrorKind.TIMEOUT)).as("the one that was due at 200").isEqualTo(1);
    }

    @Test
    void whatBelongsToTheWarmUpIsNotWrittenDown() {
        Plan plan = Rig.plan(10, 4, 1, 0, 100);
        Rig rig = Rig.of(plan);
        rig.generator.run();
        long second = 1_000_000_000L;
        rig.generator.run(new Generator.Span(0, second, 2 * second, new Timetable(
                Arrivals.CONSTANT, new java.util.SplittableRandom(1), 0, 0, second, 10, second, 10)));
        for (int i = 0; i < 2_100; i++) {
            rig.rounds();
            rig.answerAll();
            rig.passMillis(1);
        }
        assertThat(rig.ledger.get(Ledger.Count.REPLIES)).isEqualTo(20);
        assertThat(rig.ledger.get(Ledger.Count.SERVED)).isEqualTo(10);
        assertThat(rig.latencies()).hasSize(10);
    }

    @Test
    void aClosedLoopAsksWhenTheRequestBeforeHasEnded() {
        Plan plan = Rig.plan(0, 2, 2, 0, 100);
        Rig rig = Rig.of(plan).begin(plan);
        assertThat(List.of(rig.asked(0), rig.asked(1))).containsOnly(2);
        rig.passMillis(300);
        rig.reply(0, "yes\n");
        assertThat(rig.asked(0)).isEqualTo(1);
        rig.passMillis(100);
        rig.reply(0, "yes\nyes\n");
        assertThat(rig.latencies()).containsExactly(100L, 300L, 400L);
    }

    @Test
    void aConnectionThatHadItsShareIsClosedAndTheNextRequestOpensAnother() {
        Plan plan = Rig.plan(10, 1, 1, 2, 100);
        Rig rig = Rig.of(plan).begin(plan);
        rig.answerAll();
        rig.passSlowly(100);
        rig.answerAll();
        assertThat(rig.opened).hasSize(1);
        assertThat(rig.socket(0).open).as("closed after two").isFalse();
        rig.passSlowly(100);
        assertThat(rig.opened).hasSize(2);
        rig.answerAll();
        assertThat(rig.latencies()).containsExactly(0L, 0L, 0L);
        assertThat(rig.ledger.get(Ledger.Count.OPENED)).isEqualTo(2);
    }

    @Test
    void aConnectionThatWasIdleAndIsEndedByTheServerIsNobodysError() {
        Plan plan = Rig.plan(10, 1, 1, 0, 100);
        Rig rig = Rig.of(plan).begin(plan);
        rig.answerAll();
        rig.end(0);
        rig.passSlowly(100);
        rig.answerAll();
        assertThat(rig.latencies()).hasSize(2);
        assertThat(rig.opened).hasSize(2);
        assertNoErrorsBut(rig);
    }

    @Test
    void aResetFailsWhatWasSaidOnItsConnection() {
        Plan plan = Rig.plan(100, 1, 4, 0, 100);
        Rig rig = Rig.of(plan).begin(plan);
        rig.passSlowly(15);
        rig.reset(0);
        assertThat(rig.errors(ErrorKind.RESET)).isEqualTo(2);
        assertNoErrorsBut(rig, ErrorKind.RESET);
    }

    @Test
    void anEndBeforeTheReplyIsAReset() {
        Plan plan = Rig.plan(10, 1, 1, 0, 100);
        Rig rig = Rig.of(plan).begin(plan);
        rig.end(0);
        assertThat(rig.errors(ErrorKind.RESET)).isEqualTo(1);
        assertNoErrorsBut(rig, ErrorKind.RESET);
    }

    @Test
    void anEndWithinTheReplyIsAnErrorOfItsOwn() {
        Plan plan = Rig.plan(10, 1, 1, 0, 100);
        Rig rig = Rig.of(plan).begin(plan);
        rig.reply(0, "ye");
        rig.end(0);
        assertThat(rig.errors(ErrorKind.EARLY_END)).isEqualTo(1);
        assertNoErrorsBut(rig, ErrorKind.EARLY_END);
    }

    @Test
    void moreThanWasAskedForIsABadReply() {
        Plan plan = Rig.plan(10, 1, 1, 0, 100);
        Rig rig = Rig.of(plan).begin(plan);
        rig.reply(0, "yes\nand another thing\n");
        assertThat(rig.errors(ErrorKind.BAD_REPLY)).isEqualTo(1);
        assertThat(rig.socket(0).open).isFalse();
        assertNoErrorsBut(rig, ErrorKind.BAD_REPLY);
    }

    @Test
    void whatWasNotSaidWhenAConnectionEndsIsSaidOnAnother() {
        Plan plan = Rig.plan("x".repeat(7_500) + "\n", 100, 1, 8, 0, 100); // one fills outbound
        Rig rig = Rig.of(plan).begin(plan);
        rig.passSlowly(5);
        rig.reply(0, "yes\n");
        rig.socket(0).full = true;
        rig.passSlowly(20); // due at 10 and 20: the first one fills outbound, the second one is not said
        rig.reset(0);
        assertThat(rig.errors(ErrorKind.RESET)).isEqualTo(1);
        rig.socket(0).full = false;
        rig.passSlowly(1);
        rig.answerAll();
        assertThat(rig.latencies()).hasSize(2);
        assertNoErrorsBut(rig, ErrorKind.RESET);
    }

    @Test
    void whenPortsRunOutTheNextSourceAddressIsTaken() {
        Plan plan = Rig.plan(10, 3, 1, 0, 100);
        Rig rig = new Rig(plan, List.of(new Rig.Nowhere("a"), new Rig.Nowhere("b"), new Rig.Nowhere("c")));
        rig.server = to -> rig.opened.stream().filter(((Rig.Nowhere) to).from()::equals).count() >= 1
                ? Connecting.NO_PORT
                : Connecting.ESTABLISHED;
        rig.begin(plan);
        assertThat(rig.opened).as("a has one port, and so have b and c").containsExactly("a", "a", "b", "b", "c");
        assertThat(rig.generator.openNow()).isEqualTo(3);
    }

    @Test
    void whenNoSourceAddressHasAPortTheRequestFails() {
        Plan plan = Rig.plan(10, 1, 1, 1, 100);
        Rig rig = new Rig(plan, List.of(new Rig.Nowhere("a"), new Rig.Nowhere("b")));
        rig.begin(plan);
        rig.answerAll();
        rig.opened.clear();
        rig.server = to -> Connecting.NO_PORT;
        rig.passSlowly(100);
        assertThat(rig.errors(ErrorKind.CONNECT)).isEqualTo(1);
        assertThat(rig.opened).as("each was asked once").containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void eachRequestThatNoConnectionCouldBeOpenedForFails() {
        Plan plan = Rig.plan(10, 2, 1, 1, 100);
        Rig rig = Rig.of(plan).begin(plan);
        rig.server = to -> Connecting.REFUSED;
        rig.passSlowly(100);
        rig.answerAll();
        rig.passSlowly(850);
        assertThat(rig.latencies()).hasSize(2);
        assertThat(rig.errors(ErrorKind.CONNECT)).isEqualTo(8);
        assertNoErrorsBut(rig, ErrorKind.CONNECT);
    }

    @Test
    void aClosedLoopTriesToConnectTenTimesASecond() {
        Plan plan = Rig.plan(0, 1, 1, 1, 100);
        Rig rig = Rig.of(plan).begin(plan);
        rig.server = to -> Connecting.REFUSED;
        rig.answerAll();
        rig.opened.clear();
        rig.passSlowly(450);
        assertThat(rig.opened).hasSize(5);
    }

    private static void assertNoErrorsBut(Rig rig, ErrorKind... expected) {
        for (ErrorKind kind : ErrorKind.values()) {
            if (!List.of(expected).contains(kind)) {
                assertThat(rig.errors(kind)).as(kind.word()).isZero();
            }
        }
    }
}
