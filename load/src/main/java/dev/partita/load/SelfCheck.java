package dev.partita.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Whether a result says something about the server, or about the generator that should have measured it.
final class SelfCheck {
    /// Beyond this share of its time on a processor, a thread of the load has none left for being on time.
    static final double BUSY_MAX = 0.95;
    /// How much of the asked rate may be missing.
    static final double RATE_MISSING_MAX = 0.005;

    private SelfCheck() {}

    /// @param busy the share of its time that the busiest thread was on a processor
    /// @param sharing whether the server has the same processors: then being busy is no reason, only being late is
    /// @param due requests that were due in the measured time; 0 for a closed loop
    /// @param inTime those of them that the generator turned to within it
    /// @param replies how many came
    /// @param unanswered requests of a load that was stopped of which nobody knows how they would have ended
    /// @return why the result is void, or null if it is not
    static @Nullable String whyVoid(double busy, boolean sharing, long due, long inTime, long replies,
            long unanswered) {
        List<String> reasons = new ArrayList<>();
        if (replies == 0) {
            reasons.add("nothing was answered");
        }
        if (busy > BUSY_MAX && !sharing) {
            reasons.add(String.format(Locale.ROOT,
                    "a thread of the generator was busy for %.1f %% of the time, more than %.0f %%: ask for less, or give it"
                            + " more threads and processors",
                    100 * busy, 100 * BUSY_MAX));
        }
        long missing = due - inTime;
        if (due > 0 && missing > RATE_MISSING_MAX * due) {
            reasons.add(String.format(Locale.ROOT,
                    "the generator fell behind: %.1f %% of the requests were not begun in time, more than %.1f %%",
                    100.0 * missing / due, 100 * RATE_MISSING_MAX));
        }
        if (unanswered > RATE_MISSING_MAX * (replies + unanswered)) {
            reasons.add(String.format(Locale.ROOT,
                    "it was stopped while %d requests were not answered, more than %.1f %%: their latencies are missing",
                    unanswered, 100 * RATE_MISSING_MAX));
        }
        return reasons.isEmpty() ? null : String.join("; ", reasons);
    }
}
