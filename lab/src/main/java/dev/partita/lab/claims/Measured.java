package dev.partita.lab.claims;

import dev.partita.lab.statistics.Interval;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;

/// A figure that a verdict is made of. It is held against a threshold with its whole interval: if that lies on both sides, the
/// trials cannot tell.
///
/// @param label what it is
/// @param interval its median and where 95 % of such medians lie
/// @param open is told of thresholds that lie within the interval
record Measured(String label, Interval interval, List<String> open) {
    private static final MathContext DIGITS = new MathContext(3);

    double median() {
        return interval.median();
    }

    Answer atLeast(double threshold) {
        return interval.low() >= threshold ? Answer.YES : interval.high() < threshold ? Answer.NO : open(threshold);
    }

    Answer atMost(double threshold) {
        return interval.high() <= threshold ? Answer.YES : interval.low() > threshold ? Answer.NO : open(threshold);
    }

    private Answer open(double threshold) {
        open.add(String.format(Locale.ROOT, "\"%s\" is on both sides of %s", label,
                new BigDecimal(threshold).round(DIGITS).stripTrailingZeros().toPlainString()));
        return Answer.OPEN;
    }
}
