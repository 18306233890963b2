package dev.partita.lab.report;

import dev.partita.lab.results.Advice.Margin;

/// By how much the advised model is better than another, whichever way its measure counts: above 1 is better.
///
/// @param middle the median
/// @param low of its interval
/// @param high of its interval
record Factor(double middle, double low, double high) {
    static Factor of(Margin margin) {
        return margin.metric().lowerIsBetter()
                ? new Factor(margin.ratio(), margin.low(), margin.high())
                : new Factor(1 / margin.ratio(), 1 / margin.high(), 1 / margin.low());
    }

    /// Not where the other one managed nothing at all.
    boolean isFinite() {
        return Double.isFinite(middle) && Double.isFinite(low) && Double.isFinite(high);
    }
}
