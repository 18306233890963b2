package dev.partita.lab.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.partita.lab.results.Trial.Cost;
import dev.partita.lab.trial.ProcessSample.ThreadSample;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProcessSampleTest {
    private static final long SECOND = 1_000_000_000;

    private static ProcessSample sample(long at, long ticks, Map<Integer, ThreadSample> threads) {
        return new ProcessSample(at, ticks / 4, ticks - ticks / 4, 1 << 20, threads.size(), threads);
    }

    @Test
    void timeAndSwitchesOfThreadsAreThoseOfARequest() {
        ProcessSample before = sample(0, 0, Map.of(
                1, new ThreadSample(false, 100, 10, 5, 1), 2, new ThreadSample(true, 0, 0, 0, 0)));
        ProcessSample after = sample(2 * SECOND, 160, Map.of(
                1, new ThreadSample(false, 100 + SECOND, 10 + SECOND / 10, 5 + 2_000, 1 + 1_000),
                2, new ThreadSample(true, SECOND / 5, 0, 9_999, 0)));

        Cost cost = after.since(before, 5_000);

        assertThat(cost.cpuMicros()).as("1 s for 10,000 requests, the compiler left out").isEqualTo(100);
        assertThat(cost.userMicros()).isEqualTo(25);
        assertThat(cost.systemMicros()).isEqualTo(75);
        assertThat(cost.processors()).isEqualTo(0.5);
        assertThat(cost.voluntarySwitches()).isEqualTo(0.2);
        assertThat(cost.involuntarySwitches()).isEqualTo(0.1);
        assertThat(cost.runQueueMicros()).isEqualTo(10);
        assertThat(after.compilingSince(before)).isCloseTo(0.1, within(1e-9));
    }

    @Test
    void whereThreadsHaveEndedTheTimeIsThatOfTheProcessAndSwitchesAreUnknown() {
        Map<Integer, ThreadSample> many = new HashMap<>();
        for (int i = 0; i < 64; i++) {
            many.put(i, new ThreadSample(false, SECOND, 0, 100, 100));
        }
        ProcessSample before = sample(0, 0, many);
        ProcessSample after = sample(SECOND, 150, Map.of(99, new ThreadSample(false, SECOND / 10, 0, 1, 1)));

        Cost cost = after.since(before, 1_000);

        assertThat(cost.cpuMicros()).as("150 ticks of 10 ms for 1,000 requests").isEqualTo(1_500);
        assertThat(cost.voluntarySwitches()).isNull();
        assertThat(cost.runQueueMicros()).isNull();
    }

    @Test
    void thisProcessCanBeRead() throws IOException {
        ProcessSample sample = ProcessSample.of(ProcessHandle.current().pid());
        assertThat(sample.size()).isPositive();
        assertThat(sample.residentBytes()).isGreaterThan(1 << 20);
        assertThat(sample.threads().values()).anyMatch(each -> each.nanos() > 0 && each.voluntary() > 0);
    }
}
