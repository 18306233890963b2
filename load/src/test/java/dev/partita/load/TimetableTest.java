package dev.partita.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/// When requests are due.
class TimetableTest {
    private static final long SECOND = 1_000_000_000L;

    private static long[] arrivals(Arrivals arrivals, long seed, long warmUp, long measured, int before, int count) {
        var timetable = new Timetable(arrivals, new SplittableRandom(seed), 0, 0, warmUp, before, measured, count);
        long[] all = new long[before + count];
        for (int i = 0; i < all.length; i++) {
            all[i] = timetable.next();
        }
        assertThat(timetable.next()).isEqualTo(Timetable.NEVER);
        assertThat(timetable.next()).isEqualTo(Timetable.NEVER);
        return all;
    }

    @Property(tries = 200)
    void eachSpanHasExactlyItsArrivalsInOrder(
            @ForAll Arrivals arrivals,
            @ForAll long seed,
            @ForAll @LongRange(min = 1, max = 100 * SECOND) long warmUp,
            @ForAll @LongRange(min = 1, max = 100 * SECOND) long measured,
            @ForAll @IntRange(max = 2_000) int before,
            @ForAll @IntRange(max = 2_000) int count) {
        long[] all = arrivals(arrivals, seed, warmUp, measured, before, count);
        assertThat(all).isSorted();
        assertThat(Arrays.stream(all, 0, before)).allMatch(at -> at >= 0 && at <= warmUp);
        assertThat(Arrays.stream(all, before, all.length)).allMatch(at -> at >= warmUp && at <= warmUp + measured);
    }

    @Test
    void theSameSeedMakesTheSameArrivalsAndAnotherOneOthers() {
        long[] some = arrivals(Arrivals.POISSON, 3, SECOND, SECOND, 10, 100);
        assertThat(arrivals(Arrivals.POISSON, 3, SECOND, SECOND, 10, 100)).isEqualTo(some);
        assertThat(arrivals(Arrivals.POISSON, 4, SECOND, SECOND, 10, 100)).isNotEqualTo(some);
    }

    /// Gaps of a Poisson process are exponential: of mean m, a part of e^-x of them is longer than x m.
    @Test
    void poissonGapsAreExponential() {
        int count = 200_000;
        long[] all = arrivals(Arrivals.POISSON, 1, 0, count * 1_000L, 0, count);
        double[] gaps = new double[count - 1];
        for (int i = 0; i < gaps.length; i++) {
            gaps[i] = all[i + 1] - all[i];
        }
        assertThat(Arrays.stream(gaps).average().orElseThrow()).isCloseTo(1_000, within(5.0));
        for (double x : new double[]{0.1, 0.5, 1, 2, 4}) {
            double longer = Arrays.stream(gaps).filter(gap -> gap > 1_000 * x).count() / (double) gaps.length;
            // Four standard deviations of a share of so many.
            assertThat(longer).as("longer than %s times the mean", x)
                    .isCloseTo(Math.exp(-x), within(4 * Math.sqrt(0.25 / gaps.length)));
        }
    }

    /// Numbers of arrivals in equal pieces of time vary as much as their mean.
    @Test
    void poissonArrivalsComeInBursts() {
        int count = 100_000;
        int pieces = 10_000;
        long[] all = arrivals(Arrivals.POISSON, 2, 0, SECOND, 0, count);
        double[] perPiece = new double[pieces];
        for (long at : all) {
            perPiece[(int) Math.min(pieces - 1, at / (SECOND / pieces))]++;
        }
        double mean = (double) count / pieces;
        double variance = Arrays.stream(perPiece).map(n -> (n - mean) * (n - mean)).sum() / pieces;
        assertThat(variance / mean).isCloseTo(1, within(0.1));
    }

    @Test
    void constantArrivalsAreEquallyFarApartAlsoAcrossTheEndOfTheWarmUp() {
        long[] all = arrivals(Arrivals.CONSTANT, 1, SECOND, 2 * SECOND, 100, 200);
        for (int i = 0; i < all.length; i++) {
            assertThat(all[i]).isCloseTo(i * (SECOND / 100), within(1L));
        }
    }

    @Test
    void theConstantArrivalsOfTwoThreadsAlternate() {
        var second = new Timetable(Arrivals.CONSTANT, new SplittableRandom(1), 0.5, 0, 0, 0, SECOND, 10);
        assertThat(second.next()).isEqualTo(SECOND / 20);
        assertThat(second.next()).isEqualTo(3 * SECOND / 20);
    }
}
