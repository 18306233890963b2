package dev.partita.lab.results;

import dev.partita.lab.results.Results.Strength;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Two models on one workload by one measure: the ratios of trials that stood next to each other in time.
///
/// @param workload the name of a [WorkloadCard]
/// @param transport such as `epoll`
/// @param protocol of the trials
/// @param metric what is compared
/// @param model the one above the line of the ratio
/// @param to the one below it
/// @param toTransport its transport; null if that is the same
/// @param ratios one for each round
/// @param median of the ratios
/// @param low the lower end of the median's interval: 95 %, by bootstrap over the rounds
/// @param high its upper end
/// @param verdict what the interval says
/// @param strength how sure it is
/// @param trials the ids of the trials, model and other alternating
public record Comparison(
        String workload,
        String transport,
        Trial.Protocol protocol,
        Metric metric,
        String model,
        String to,
        @Nullable String toTransport,
        List<Double> ratios,
        double median,
        double low,
        double high,
        Verdict verdict,
        Strength strength,
        List<Integer> trials) {

    /// What a comparison says of its first model.
    public enum Verdict {
        /// The whole interval is on its side of 1, by more than two starts of one server may differ ([Metric#unlike]).
        BETTER,
        /// The whole interval is on the other side.
        WORSE,
        /// The interval reaches to what two starts of one server may differ by, or the rounds are too few to tell.
        NO_SIGNIFICANT_DIFFERENCE
    }
}
