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
        return new Measured("a ratio", new Interval((low + high) / 2, low, high), values, open, few);
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
    void fewerThanThreeRoundsAreTooFewForAVerdict() {
        var two = ratio(2, 2, 2);
        assertThat(few).isEmpty();
        assertThat(two.atLeast(1.5)).isEqualTo(Answer.YES);
        assertThat(few).first().isEqualTo("only 2 valid rounds for: a ratio");
    }
}
