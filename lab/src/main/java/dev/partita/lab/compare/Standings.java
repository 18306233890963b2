package dev.partita.lab.compare;

import dev.partita.lab.results.Cell.Medians;
import dev.partita.lab.results.Metric;
import dev.partita.lab.results.Trial;
import dev.partita.lab.statistics.Interval;
import dev.partita.lab.statistics.Quantile;
import dev.partita.lab.trial.Contestant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// How the models stand in one workload: the medians of each, and the paired ratios of any two. Those with fewer than three valid
/// trials are not among them: chance would decide. Models go by the name under which they take part ([Chosen]).
final class Standings {
    private final Assembly on;
    private final Map<String, Medians> medians = new LinkedHashMap<>();
    private final Map<String, Double> held = new HashMap<>();

    Standings(Assembly on) {
        this.on = on;
        on.measured.forEach((model, trials) -> {
            List<Trial> valid = trials.stream().filter(Trial::isValid).toList();
            if (valid.size() >= Pairs.PAIRS_MIN) {
                medians.put(model, Assembly.medians(valid, null, null));
                held.put(model, Quantile.median(valid.stream().map(Trial::heldShare).toList()));
            }
        });
    }

    Set<String> models() {
        return medians.keySet();
    }

    Chosen chosen() {
        return on.chosen;
    }

    /// A closed loop asks as fast as it is answered, and so has no latency that a user would see.
    boolean isClosed() {
        return on.chosen.rate == null;
    }

    Medians of(String model) {
        Medians found = medians.get(model);
        if (found == null) {
            throw new IllegalArgumentException("there are too few trials of " + model);
        }
        return found;
    }

    /// How much of the rate that was asked for it serves, 1 at most.
    double held(String model) {
        return held.getOrDefault(model, 0.0);
    }

    Contestant contestant(String model) {
        Contestant found = on.chosen.contestants.get(model);
        if (found == null) {
            throw new IllegalArgumentException(model + " does not take part");
        }
        return found;
    }

    /// The median of its trials, in seconds; not of a closed loop.
    ///
    /// @param percentile one of the percentiles of the latency
    double latency(String model, Metric percentile) {
        List<Double> seconds = on.measured.getOrDefault(model, List.of()).stream()
                .filter(Trial::isValid)
                .map(each -> percentile.of(each, ""))
                .filter(Objects::nonNull)
                .toList();
        return seconds.isEmpty() ? 0 : Quantile.median(seconds);
    }

    /// Microseconds a request; the largest number where the machine does not tell.
    double cpu(String model) {
        Double micros = of(model).cpuMicros();
        return micros == null ? Double.MAX_VALUE : micros;
    }

    /// Requests a second, closed loop; 0 if it was not asked.
    double capacity(String model) {
        return on.chosen.capacities.getOrDefault(model, 0.0);
    }

    boolean hasObjective() {
        return !on.chosen.sloRates.isEmpty();
    }

    /// The highest rate that was seen to hold the objective; 0 if none.
    double objectiveRate(String model) {
        return on.chosen.sloRates.getOrDefault(model, 0.0);
    }

    /// The ratio of one model's trials to another's of the same rounds; empty if they have fewer than three in common.
    Optional<Interval> ratio(String model, String to, Metric metric) {
        Pairs.Ratios ratios =
                Pairs.of(on.measured.getOrDefault(model, List.of()), on.measured.getOrDefault(to, List.of()), metric,
                        on.chosen.workload.shortClass());
        return ratios.ratios().size() < Pairs.PAIRS_MIN ? Optional.empty() : ratios.interval();
    }
}
