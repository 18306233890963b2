package dev.partita.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.limits.Limits;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QueueDelayTest {
    private static final long MILLI = 1_000_000;

    private final QueueDelay delay = new QueueDelay(
            Limits.defaults().with(Map.of("queueMillisTarget", 5L, "queueMillisInterval", 100L)), 0);

    @Test
    void aBurstMayWaitForTheInterval() {
        assertThat(delay.isTooLate(60 * MILLI, 60 * MILLI)).isFalse();
        assertThat(delay.isTooLate(99 * MILLI, 99 * MILLI)).isFalse();
        delay.empty(100 * MILLI);
        assertThat(delay.isTooLate(100 * MILLI, 199 * MILLI)).isFalse();
        assertThat(delay.isTooLate(101 * MILLI, 199 * MILLI)).isTrue();
    }

    @Test
    void aStandingQueueMayWaitForTheTarget() {
        assertThat(delay.isTooLate(5 * MILLI, 100 * MILLI)).isFalse();
        assertThat(delay.isTooLate(5 * MILLI + 1, 100 * MILLI)).isTrue();
        delay.empty(150 * MILLI);
        assertThat(delay.isTooLate(6 * MILLI, 160 * MILLI)).as("it was empty since").isFalse();
        assertThat(delay.isTooLate(6 * MILLI, 250 * MILLI)).isTrue();
    }

    @Test
    void workThatTakesLongMayWaitForTwiceAsLong() {
        delay.served(300 * MILLI);
        assertThat(delay.isTooLate(600 * MILLI, 1_000 * MILLI)).isFalse();
        assertThat(delay.isTooLate(601 * MILLI, 1_000 * MILLI)).isTrue();
        for (int i = 0; i < 100; i++) {
            delay.served(MILLI);
        }
        assertThat(delay.isTooLate(6 * MILLI, 1_000 * MILLI)).as("that was long ago").isTrue();
    }

    @Test
    void withoutATargetItIsOff() {
        assertThat(delay.isOn()).isTrue();
        assertThat(new QueueDelay(Limits.defaults().with("queueMillisTarget", 0), 0).isOn()).isFalse();
    }
}
