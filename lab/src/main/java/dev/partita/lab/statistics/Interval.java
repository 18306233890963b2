package dev.partita.lab.statistics;

import java.util.Arrays;
import java.util.Collection;
import java.util.SplittableRandom;

/// A median and how far it can be trusted.
///
/// @param median of the sample
/// @param low the lower end of its 95 % interval
/// @param high the upper end
public record Interval(double median, double low, double high) {
    private static final int RESAMPLES = 4_000;
    private static final double TAIL = 0.025;
    /// The same sample has the same interval, in every run.
    private static final long SEED = 0x5EED;

    /// By the percentile bootstrap (Efron 1979): the sample is drawn again and again, with replacement, and the interval holds
    /// the middle 95 % of the medians. Of few values it is their range at most, and a little too narrow.
    ///
    /// @throws IllegalArgumentException if there is no value
    public static Interval ofMedian(Collection<Double> sample) {
        double[] values = sample.stream().mapToDouble(Double::doubleValue).toArray();
        double median = Quantile.median(values);
        var random = new SplittableRandom(SEED);
        double[] drawn = new double[values.length];
        double[] medians = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            for (int j = 0; j < drawn.length; j++) {
                drawn[j] = values[random.nextInt(values.length)];
            }
            medians[i] = Quantile.median(drawn);
        }
        Arrays.sort(medians);
        return new Interval(median, Quantile.ofSorted(TAIL, medians), Quantile.ofSorted(1 - TAIL, medians));
    }

    /// Whether it says that the value is another one.
    public boolean excludes(double value) {
        return value < low || value > high;
    }

    /// How wide it is in proportion to the median; infinite around zero.
    public double width() {
        return median == 0 ? Double.POSITIVE_INFINITY : (high - low) / Math.abs(median);
    }
}
