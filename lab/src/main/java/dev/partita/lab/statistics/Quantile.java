package dev.partita.lab.statistics;

import java.util.Arrays;
import java.util.Collection;

/// Quantiles of a few values.
public final class Quantile {
    private Quantile() {}

    /// The middle one, or the mean of the two in the middle.
    ///
    /// @throws IllegalArgumentException if there is no value
    public static double median(Collection<Double> values) {
        return of(0.5, values);
    }

    /// The quantile with linear interpolation between the two values next to it (Hyndman and Fan's type 7).
    ///
    /// @param share from 0 to 1
    /// @throws IllegalArgumentException if there is no value
    public static double of(double share, Collection<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return ofSorted(share, sorted);
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return ofSorted(0.5, sorted);
    }

    static double ofSorted(double share, double[] sorted) {
        if (sorted.length == 0) {
            throw new IllegalArgumentException("a quantile needs one value at least");
        }
        double place = share * (sorted.length - 1);
        int below = (int) Math.floor(place);
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
