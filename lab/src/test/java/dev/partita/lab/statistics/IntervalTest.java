package dev.partita.lab.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class IntervalTest {
    @Test
    void quantilesAreThoseOfTheTextbook() {
        List<Double> values = List.of(40.0, 10.0, 30.0, 20.0); // type 7, as R: quantile(c(10, 20, 30, 40))
        assertThat(Quantile.of(0, values)).isEqualTo(10);
        assertThat(Quantile.of(0.25, values)).isEqualTo(17.5);
        assertThat(Quantile.median(values)).isEqualTo(25);
        assertThat(Quantile.of(1, values)).isEqualTo(40);
        assertThatThrownBy(() -> Quantile.median(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theIntervalOfEqualValuesIsAPoint() {
        assertThat(Interval.ofMedian(List.of(2.0, 2.0, 2.0))).isEqualTo(new Interval(2, 2, 2));
    }

    @Test
    void ofThreeValuesItIsTheirRange() {
        // The lowest of three is the median of a resample with a probability of 7 in 27, far more than 2.5 %.
        assertThat(Interval.ofMedian(List.of(3.0, 1.0, 2.0))).isEqualTo(new Interval(2, 1, 3));
    }

    @Test
    void itHoldsTheTrueMedianAboutAsOftenAsItPromises() {
        var random = new SplittableRandom(11);
        int held = 0;
        for (int i = 0; i < 200; i++) {
            List<Double> sample = new ArrayList<>();
            for (int j = 0; j < 15; j++) {
                sample.add(random.nextGaussian(5, 1));
            }
            held += Interval.ofMedian(sample).excludes(5) ? 0 : 1;
        }
        assertThat(held).as("of 200, by a seed that is fixed").isBetween(176, 200);
    }

    @Test
    void moreValuesMakeItNarrower() {
        var random = new SplittableRandom(3);
        List<Double> values = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            values.add(random.nextGaussian(10, 1));
        }
        assertThat(Interval.ofMedian(values).width()).isLessThan(Interval.ofMedian(values.subList(0, 8)).width());
        assertThat(Interval.ofMedian(values).median()).isCloseTo(10, within(0.3));
    }
}
