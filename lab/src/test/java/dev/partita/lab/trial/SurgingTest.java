package dev.partita.lab.trial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.lab.trial.Surging.Look;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SurgingTest {
    private static final long LOOK_NANOS = 100_000_000;
    private static final double CALM = 2e6;
    private static final double LATE = 80e6;

    /// A look each tenth of a second; the surge ends with the second one.
    private static @Nullable Double recoverySeconds(double... p90) {
        List<Look> looks = new ArrayList<>();
        for (double each : p90) {
            looks.add(new Look((looks.size() + 1) * LOOK_NANOS, each));
        }
        return Surging.recoverySeconds(looks, 2 * LOOK_NANOS, CALM);
    }

    @Test
    void aServerThatIsCalmAtOnceNeedsNoTime() {
        assertThat(recoverySeconds(CALM, LATE, CALM, CALM, CALM, CALM, CALM)).isZero();
    }

    @Test
    void itHasRecoveredWithTheLastLookThatWasNotCalm() {
        assertThat(recoverySeconds(CALM, LATE, LATE, CALM, LATE, CALM, CALM, CALM, CALM, CALM)).isEqualTo(0.3);
    }

    @Test
    void aFewCalmLooksAreNoRecovery() {
        assertThat(recoverySeconds(CALM, LATE, CALM, CALM, CALM, CALM, Double.POSITIVE_INFINITY, CALM)).isNull();
    }
}
