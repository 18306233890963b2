package dev.partita.lab.claims;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.lab.statistics.Interval;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a figure says of a threshold.
class MeasuredTest {
    private final List<String> open = new ArrayList<>();
    private final List<String> few = new ArrayList<>();

    private Measured ratio(double low, double high, int values) {
        return new Measured("a ratio", new Interval((low + high) / 2, low, high), 0, values, open, few);
    }

    @Test
    void aRatioDiffersAsAWholeOrNotAtAllOrItIsOpen() {
        assertThat(ratio(1.06, 1.2, 5).differsBy(0.05)).isEqualTo(Answer.YES);
        assertThat(ratio(0.8, 0.94, 5).differsBy(0.05)).isEqualTo(Answer.YES);
        assertThat(ratio(0.97, 1.04, 5).differsBy(0.05)).isEqualTo(Answer.NO);
        assertThat(open).isEmpty();
        assertThat(ratio(0.97, 1.2, 5).differsBy(0.05)).isEqualTo(Answer.OPEN);
        assertThat(ratio(0.9, 1.02, 5).differsBy(0.05)).isEqualTo(Answer.OPEN);
        assertThat(open).containsExactly("\"a ratio\" is on both sides of 1.05",
                "\"a ratio\" is on both sides of 0.95");
        assertThat(few).isEmpty();
    }

    @Test
    void aLatencyIsHighOnlyIfItIsSoWithoutTheGeneratorsOwnLateness() {
        var p99 = new Measured("p99", new Interval(3, 2.8, 3.2), 2.5, 5, open, few);

        assertThat(p99.atLeast(1)).isEqualTo(Answer.OPEN);
        assertThat(p99.atLeast(0.2)).isEqualTo(Answer.YES);
        assertThat(p99.atMost(4)).isEqualTo(Answer.YES);
        assertThat(p99.atMost(1)).isEqualTo(Answer.OPEN);
        assertThat(p99.risesAtMost(ratio(0.4, 0.6, 5), 1)).isEqualTo(Answer.OPEN);
        assertThat(new Measured("p99", new Interval(9, 8, 9), 2.5, 5, open, few).risesAtMost(ratio(0.4, 0.6, 5), 1))
                .isEqualTo(Answer.NO);
    }

    @Test
    void fewerThanThreeRoundsAreTooFewForAVerdict() {
        var two = ratio(2, 2, 2);
        assertThat(few).isEmpty();
        assertThat(two.atLeast(1.5)).isEqualTo(Answer.YES);
        assertThat(few).first().isEqualTo("only 2 valid rounds for: a ratio");
    }
}
