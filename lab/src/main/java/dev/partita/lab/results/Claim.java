package dev.partita.lab.results;

import dev.partita.lab.results.Results.Strength;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One of the article's claims, and what became of it.
///
/// @param number as in docs/lab.md, from 1
/// @param words the article's own
/// @param title a few words, such as `MP: few connections`
/// @param experiment what was done, in sentences: load, protocol, and what the verdict depends on
/// @param findings what was measured
/// @param verdict what follows
/// @param on what it depends on, or why it is refuted, undecided or was not measured; an empty string otherwise
/// @param strength how sure the verdict is
/// @param trials the ids of the trials behind it; other claims may share them
public record Claim(
        int number,
        String words,
        String title,
        String experiment,
        List<Finding> findings,
        Verdict verdict,
        String on,
        Strength strength,
        List<Integer> trials) {

    /// What became of a claim.
    public enum Verdict {
        /// It holds here.
        CONFIRMED,
        /// It does not hold here.
        REFUTED,
        /// It holds in some cases; the claim says in which.
        DEPENDS,
        /// The interval of a figure that decides lies on both sides of its threshold; the claim says which.
        UNDECIDED,
        /// It could not be measured here, and the claim says why.
        NOT_MEASURED
    }

    /// A figure.
    ///
    /// @param label what it is
    /// @param value its value; a median where there were several trials
    /// @param low of its interval, null if it has none
    /// @param high of its interval, null if it has none
    /// @param unit such as `µs`, `1/s`, `x` for a ratio; an empty string for a count
    public record Finding(String label, double value, @Nullable Double low, @Nullable Double high, String unit) {}
}
