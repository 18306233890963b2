package dev.partita.lab.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What counts as uneven work.
class InspectionTest {
    private static List<Double> work(double micros, int every, double longMicros) {
        List<Double> work = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            work.add(i % every == 0 ? longMicros : micros);
        }
        return work;
    }

    @Test
    void whoComesInTheMiddleOfEvenWorkWaitsForHalfOfIt() {
        assertThat(Inspection.waitForAnother(work(600, 1, 600))).isEqualTo(300);
        assertThat(Inspection.waitForAnother(List.of())).isZero();
    }

    @Test
    void aFewRequestsThatTheMachineHasHeldUpDoNotMakeWorkUneven() {
        assertThat(Inspection.waitForAnother(work(2, 1_000, 700))).isLessThan(200);
        assertThat(Inspection.waitForAnother(work(7, 500, 1_800))).isLessThan(200);
        assertThat(Inspection.waitForAnother(work(2, 200, 5_000))).isGreaterThan(2_000);
    }
}
