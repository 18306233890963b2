package dev.partita.lab.report;

import dev.partita.lab.results.Advice;
import dev.partita.lab.results.Claim;
import dev.partita.lab.results.Comparison;
import dev.partita.lab.results.Metric;
import dev.partita.lab.results.Results.Mode;
import dev.partita.lab.results.Results.Strength;
import dev.partita.lab.results.Trial.Purpose;
import java.util.List;
import java.util.Locale;

/// The constants of the records in words, the same on the page and in the terminal.
final class Words {
    private Words() {}

    static String of(Claim.Verdict verdict) {
        return switch (verdict) {
            case CONFIRMED -> "confirmed";
            case REFUTED -> "refuted";
            case DEPENDS -> "depends";
            case UNDECIDED -> "undecided";
            case NOT_MEASURED -> "not measured";
        };
    }

    /// Before the word, so that nobody has to tell verdicts by their colours.
    static String mark(Claim.Verdict verdict) {
        return switch (verdict) {
            case CONFIRMED -> "✓";
            case REFUTED -> "✗";
            case DEPENDS -> "±";
            case UNDECIDED -> "?";
            case NOT_MEASURED -> "·";
        };
    }

    static String of(Comparison.Verdict verdict) {
        return switch (verdict) {
            case BETTER -> "better";
            case WORSE -> "worse";
            case NO_SIGNIFICANT_DIFFERENCE -> "no significant difference";
        };
    }

    static String of(Strength strength) {
        return strength.name().toLowerCase(Locale.ROOT);
    }

    static String of(Mode mode) {
        return switch (mode) {
            case QUICK -> "a quick run";
            case ARTICLE -> "a run for the article’s claims";
            case FULL -> "the full lab";
        };
    }

    static String of(Purpose purpose) {
        return switch (purpose) {
            case TUNE -> "tuning";
            case MEASURE -> "comparison";
            case CURVE -> "curve";
            case SURGE -> "surge";
            case SPLIT -> "time split";
            case TRACE -> "system calls";
        };
    }

    /// How another model compares with the advised one in what decided, such as "2.1 (1.9 to 2.3) times the CPU per request".
    static String of(Advice.Margin margin) {
        return margin.metric() == Metric.OBJECTIVE && margin.ratio() == 0
                ? "the objective at none of the rates"
                : Figures.interval(margin.ratio(), margin.low(), margin.high()) + " times the "
                        + margin.metric().title();
    }

    /// Why a model is as good as the advised one.
    static String alike(Advice.Margin margin) {
        return margin.low() <= 1 && margin.high() >= 1 ? "no significant difference" : "as good, within 5 %";
    }

    /// A server's options as one.
    static String options(List<String> server) {
        return server.isEmpty() ? "nothing to tune" : String.join(" ", server);
    }

    /// Names in a sentence.
    static String list(List<String> names) {
        return names.size() < 2
                ? String.join("", names)
                : String.join(", ", names.subList(0, names.size() - 1)) + " and " + names.getLast();
    }
}
