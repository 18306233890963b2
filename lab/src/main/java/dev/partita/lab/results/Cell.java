package dev.partita.lab.results;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A model on one workload and transport: how it was tuned, and the medians of its trials.
///
/// @param workload the name of a [WorkloadCard]
/// @param model the name of a [ModelCard]
/// @param transport such as `epoll`
/// @param server the options that the tuning has chosen, one string each, such as `--workers 2`
/// @param grid what it has chosen from; one entry, or none, where there is nothing to tune
/// @param trials the ids of the trials that the medians are of
/// @param p1 medians of the valid trials by protocol 1; null if there are none
/// @param p2 medians of the valid trials by protocol 2 at the reference rate; null if there are none
/// @param capacity the highest rate that was served in a closed loop by protocol 2; null if unknown
/// @param sloRate the highest rate at which the `--slo` held; null if none was asked for, 0 if it held at none
public record Cell(
        String workload,
        String model,
        String transport,
        List<String> server,
        List<Candidate> grid,
        List<Integer> trials,
        @Nullable Medians p1,
        @Nullable Medians p2,
        @Nullable Double capacity,
        @Nullable Double sloRate) {

    /// A configuration that was tried.
    ///
    /// @param server its options
    /// @param score what it was judged by; of two, the lower one is better
    /// @param metric what the score is, in words with its unit
    /// @param chosen whether it is the one
    /// @param trials the ids of its trials
    public record Candidate(
            List<String> server, double score, String metric, boolean chosen, List<Integer> trials) {}

    /// Medians over trials; as in [Trial].
    ///
    /// @param asked the rate that was due; null for a closed loop
    /// @param rate served well in a second
    /// @param failedShare of all requests
    /// @param fairness of connections that are not alike; null where all are
    public record Medians(
            int trials,
            @Nullable Double asked,
            double rate,
            double failedShare,
            double p50,
            double p90,
            double p99,
            double p999,
            @Nullable Double cpuMicros,
            @Nullable Double systemShare,
            @Nullable Double switches,
            @Nullable Double runQueueMicros,
            @Nullable Double systemCalls,
            @Nullable Double fairness,
            int threads,
            long residentBytes) {}
}
