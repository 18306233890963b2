package dev.partita.lab.report;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What several trials of the same thing have given: of few values, the range says more than an estimate of it would.
///
/// @param median of the values
/// @param low the lowest
/// @param high the highest
/// @param count of values
record Spread(double median, double low, double high, int count) {
    /// Of the values that are there.
    static Optional<Spread> of(Stream<? extends @Nullable Double> values) {
        List<Double> sorted = values.filter(Objects::nonNull).map(Double::doubleValue).sorted().toList();
        if (sorted.isEmpty()) {
            return Optional.empty();
        }
        int middle = sorted.size() / 2;
        double median = sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        return Optional.of(new Spread(median, sorted.getFirst(), sorted.getLast(), sorted.size()));
    }

    /// As text: the range stands in brackets where there is one.
    String text() {
        return Figures.interval(median, low, high);
    }
}
