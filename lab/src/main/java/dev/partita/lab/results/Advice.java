package dev.partita.lab.results;

import dev.partita.lab.results.Results.Strength;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answer for one handler on this machine.
///
/// @param workload the name of a [WorkloadCard]
/// @param model the one to choose
/// @param transport to choose
/// @param server its options, one string each
/// @param sentence the answer in one sentence
/// @param reasons why, a sentence each, with the figures that say so; the most important first
/// @param margins by how much it is better than each other model in what decided; the nearest first
/// @param equals others, named in the same way, that this run cannot tell from it in what decided
/// @param avoid the one to avoid, named in the same way; null if none stands out
/// @param whyAvoid why; an empty string if there is none
/// @param commandLine how to start it
/// @param code to paste
/// @param causes the measured causes
/// @param strength how sure it is
public record Advice(
        String workload,
        String model,
        String transport,
        List<String> server,
        String sentence,
        List<String> reasons,
        List<Margin> margins,
        List<String> equals,
        @Nullable String avoid,
        String whyAvoid,
        String commandLine,
        String code,
        Causes causes,
        Strength strength) {

    /// How another model compares to the chosen one.
    ///
    /// @param to the other model, with the transport behind it where there are several
    /// @param metric what decided between the two
    /// @param ratio the other's figure in proportion to the chosen one's
    /// @param low of the interval
    /// @param high of the interval
    public record Margin(String to, Metric metric, double ratio, double low, double high) {}

    /// What the handler is like, as it was measured.
    ///
    /// @param meanWorkMicros the mean time in the handler; null if unknown
    /// @param blockingShare the part of it that the handler's thread had no use for a processor; null if unknown
    /// @param spread the 99.9th percentile of the time in the handler in proportion to its median; null if unknown, or if who comes
    ///     in the middle of it waits less than half a millisecond for its end, on average
    /// @param handOffMicros what giving a request to another thread costs here: half a wake-up and back
    public record Causes(
            @Nullable Double meanWorkMicros,
            @Nullable Double blockingShare,
            @Nullable Double spread,
            @Nullable Double handOffMicros) {}
}
