package dev.partita.lab.claims;

import dev.partita.lab.statistics.Interval;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;

/// A figure that a verdict is made of. It is held against a threshold with its whole interval: if that lies on both sides, the
/// trials cannot tell. So they cannot where there are fewer than three: the interval of one is a point.
///
/// @param label what it is
/// @param interval its median and where 95 % of such medians lie
/// @param late so much less it may be, since the generator was late itself
/// @param values how many trials, or pairs of them, it is made of
/// @param open is told of thresholds that lie within the interval
/// @param few is told of figures that were asked for and are made of too few
record Measured(String label, Interval interval, double late, int values, List<String> open, List<String> few) {
    private static final int VALUES_MIN = 3;
    private static final MathContext DIGITS = new MathContext(3);

    /// For a verdict: what is only written down may be of fewer trials.
    @Override
    public Interval interval() {
        if (values < VALUES_MIN) {
            few.add(String.format(Locale.ROOT, "only %d valid round%s for: %s", values, values == 1 ? "" : "s", label));
        }
        return interval;
    }

    double median() {
        return interval().median();
    }

    Answer atLeast(double threshold) {
        return low() >= threshold ? Answer.YES : interval.high() < threshold ? Answer.NO : open(threshold);
    }

    Answer atMost(double threshold) {
        return interval().high() <= threshold ? Answer.YES : low() > threshold ? Answer.NO : open(threshold);
    }

    /// Whether it is above another one by so much at most.
    Answer risesAtMost(Measured base, double by) {
        return interval().high() <= base.low() + by
                ? Answer.YES
                : low() > base.interval.high() + by ? Answer.NO : open(base.interval.median() + by);
    }

    private double low() {
        return interval().low() - late;
    }

    /// Whether it is so far from 1, in either direction.
    Answer differsBy(double share) {
        Answer more = atLeast(1 + share);
        Answer less = more == Answer.YES ? Answer.NO : atMost(1 - share);
        return more.or(less);
    }

    private static String shown(double value) {
        return new BigDecimal(value).round(DIGITS).stripTrailingZeros().toPlainString();
    }

    private Answer open(double threshold) {
        open.add(String.format(Locale.ROOT, "\"%s\" is on both sides of %s", label, shown(threshold))
                + (late > 0 ? ": up to " + shown(late) + " of it may be the generator's own lateness" : ""));
        return Answer.OPEN;
    }
}
