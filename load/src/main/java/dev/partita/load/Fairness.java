package dev.partita.load;

import java.util.stream.DoubleStream;

/// How evenly something is shared (Jain, Chiu, Hawe: "A quantitative measure of fairness", 1984).
final class Fairness {
    private Fairness() {}

    /// The square of the sum, divided by the number of the shares times the sum of their squares: 1 for equal shares, and of none.
    static double of(double... shares) {
        double sum = DoubleStream.of(shares).sum();
        double squares = DoubleStream.of(shares).map(each -> each * each).sum();
        return squares == 0 ? 1 : sum * sum / (shares.length * squares);
    }
}
