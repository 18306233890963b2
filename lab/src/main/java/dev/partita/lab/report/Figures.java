package dev.partita.lab.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Figures as people read them: three digits, which is more than any of these measurements is good for, and a unit.
final class Figures {
    /// Stands where there is no figure.
    static final String NONE = "–";

    private static final MathContext THREE_DIGITS = new MathContext(3);
    private static final double KIB = 1_024;
    /// Between thousands, and between a number and its unit: a line does not break there.
    private static final char SPACE = '\u00a0';

    private Figures() {}

    /// A number of three digits without an exponent.
    static String number(@Nullable Double value) {
        if (value == null || !Double.isFinite(value)) {
            return NONE;
        }
        BigDecimal rounded = new BigDecimal(value).round(THREE_DIGITS);
        return rounded.signum() == 0 ? "0" : plain(rounded);
    }

    /// All digits of a count.
    static String count(long value) {
        return plain(BigDecimal.valueOf(value));
    }

    private static String plain(BigDecimal value) {
        if (value.abs().compareTo(BigDecimal.valueOf(10_000)) < 0) {
            return value.stripTrailingZeros().toPlainString();
        }
        return String.format(Locale.ROOT, "%,d", value.toBigInteger()).replace(',', SPACE);
    }

    static String seconds(@Nullable Double value) {
        return value == null ? NONE : micros(value * 1e6);
    }

    static String nanos(@Nullable Double value) {
        return value == null ? NONE : value < 1_000 ? with(value, "ns") : micros(value / 1e3);
    }

    static String micros(@Nullable Double value) {
        if (value == null || value == 0) {
            return value == null ? NONE : "0";
        }
        return value < 1_000 ? with(value, "µs") : value < 1e6 ? with(value / 1e3, "ms") : with(value / 1e6, "s");
    }

    static String bytes(@Nullable Double value) {
        if (value == null) {
            return NONE;
        }
        return value < KIB
                ? with(value, "B")
                : value < KIB * KIB
                        ? with(value / KIB, "KiB")
                        : value < KIB * KIB * KIB
                                ? with(value / KIB / KIB, "MiB")
                                : with(value / KIB / KIB / KIB, "GiB");
    }

    static String percent(@Nullable Double share) {
        return share == null ? NONE : with(100 * share, "%");
    }

    /// How long something took, for people who wait for it.
    static String duration(double seconds) {
        long whole = Math.round(seconds);
        return whole < 120
                ? whole + " s"
                : whole < 7_200
                        ? whole / 60 + " min " + whole % 60 + " s"
                        : whole / 3_600 + " h " + whole % 3_600 / 60 + " min";
    }

    /// A value with its interval, if it has one.
    static String interval(double value, @Nullable Double low, @Nullable Double high) {
        String range =
                low == null || high == null || low.equals(high) ? "" : " (" + number(low) + " to " + number(high) + ")";
        return number(value) + range;
    }

    static String with(double value, String unit) {
        return unit.isEmpty() ? number(value) : number(value) + SPACE + unit;
    }

    static String plural(long count, String one) {
        return count(count) + " " + one + (count == 1 ? "" : "s");
    }
}
