package dev.partita.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.limits.Limits;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Times are in milliseconds from the beginning, when the queue is empty.
class QueueDelayTest {
    private static final long MILLI = 1_000_000;

    private final QueueDelay delay = new QueueDelay(
            Limits.defaults().with(Map.of("queueMillisTarget", 5L, "queueMillisInterval", 100L)), 0);
    private long now;

    @Test
    void aBurstMayWaitForTheInterval() {
        assertThat(isShed(0, 60)).isFalse();
        assertThat(isShed(0, 99)).isFalse();
        delay.empty(100 * MILLI);
        assertThat(isShed(99, 199)).as("100 without the 1 that the last one took").isFalse();
        assertThat(isShed(97, 199)).isTrue();
    }

    @Test
    void aStandingQueueMayWaitForTheTarget() {
        assertThat(isShed(196, 201)).isFalse();
        assertThat(isShed(195, 201)).isTrue();
        delay.empty(250 * MILLI);
        assertThat(isShed(254, 260)).as("it was empty since").isFalse();
        assertThat(isShed(354, 360)).isTrue();
    }

    @Test
    void workThatTakesLongMayWaitForTwiceAsLong() {
        delay.served(300 * MILLI);
        assertThat(isShed(400, 1_000)).isFalse();
        assertThat(isShed(399, 1_000)).isTrue();
        for (int i = 0; i < 100; i++) {
            delay.served(MILLI);
        }
        assertThat(isShed(994, 1_000)).as("that was long ago").isTrue();
    }

    @Test
    void whatWaitedWhileNobodyTookAnythingIsServed() {
        serveUntil(50);
        stall(400);
        assertThat(isShed(55, 400)).as("before the stall and in it").isFalse();
        assertThat(isShed(60, 449)).as("50 before and 49 after: no standing queue yet").isFalse();
        assertThat(isShed(445, 455)).as("a standing queue").isTrue();
    }

    @Test
    void whoSleptTooLongSinceTheQueueWasEmptyFindsABurst() {
        delay.empty(10 * MILLI);
        stall(300);
        assertThat(isShed(10, 300)).isFalse();
        assertThat(isShed(20, 390)).isFalse();
        assertThat(isShed(300, 402)).isTrue();
    }

    @Test
    void workThatIsNowAndThenLongIsNoExcuseForever() {
        stall(150);
        stall(300);
        assertThat(isShed(0, 300)).as("waited for two of them").isTrue();
        stall(450);
        assertThat(isShed(300, 450)).as("no longer one than before").isTrue();
    }

    @Test
    void aStallIsForgottenWithTheQueueEmpty() {
        stall(400);
        delay.empty(400 * MILLI);
        now = 400;
        assertThat(isShed(505, 511)).isTrue();
        delay.empty(511 * MILLI);
        stall(700);
        assertThat(isShed(512, 700)).as("another one, shorter than the first").isFalse();
    }

    @Test
    void withoutATargetItIsOff() {
        assertThat(delay.isOn()).isTrue();
        assertThat(new QueueDelay(Limits.defaults().with("queueMillisTarget", 0), 0).isOn()).isFalse();
    }

    /// Whether what was queued at `queuedAt` is shed at `until`, when something was taken in every millisecond up to then.
    private boolean isShed(long queuedAt, long until) {
        serveUntil(until);
        return delay.isTooLate(queuedAt * MILLI, until * MILLI);
    }

    private void serveUntil(long until) {
        while (now < until) {
            delay.taken(++now * MILLI);
        }
    }

    /// Nothing is taken until then.
    private void stall(long until) {
        now = until;
        delay.taken(until * MILLI);
    }
}
