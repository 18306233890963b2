package dev.partita.lab.compare;

import dev.partita.lab.results.Metric;
import dev.partita.lab.results.Trial;
import dev.partita.lab.trial.Contestant;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// The model for one workload, by this rule:
///
/// 1. It holds the load: it serves 98 % of what was asked, with less than 1 % failed. With an objective: it holds that at a rate
///    of at least 0.9 of the best one's.
/// 2. Of those, it is quick. It is not where its median, p90, p99 or p99.9 is more than 1.25 times the lowest and 1 ms above it,
///    unless the interval of the paired ratios reaches to what two starts of one server differ by ([Metric#unlike]), or another
///    one stays that has a higher one. (Where one request in two hundred keeps the only
///    loop for 5 ms, p99 is 5 ms whoever serves it, and the median or p90 tells who makes all the others wait; where one in fifty
///    sleeps for 20 ms, p99.9 does.) In a closed loop all are quick.
/// 3. Of those, it takes the least CPU for a request; whoever's interval of paired ratios reaches to 1.05 is its equal.
/// 4. Of equals, those that are not late by their medians either, whatever the intervals say; of them those with the highest
///    capacity (0.9 of the best), and of them the simplest.
///
/// @param model the one to take
/// @param equals those that do as well, without the chosen one
/// @param holding those that hold the load
/// @param late those that hold it and are not quick, each with the percentile that says so
/// @param quick the rest of those that hold it
record Choice(String model, List<String> equals, List<String> holding, Map<String, Metric> late, List<String> quick) {
    /// From where on one model is called dearer than another.
    static final double CPU_RATIO = 1 + Metric.CPU.unlike();
    private static final double FAILED_MAX = 0.01;
    private static final double LATE_RATIO = 1.25;
    private static final double LATE_SECONDS = 0.001;
    private static final List<Metric> PERCENTILES = List.of(Metric.P50, Metric.P90, Metric.P99, Metric.P999);
    private static final double CAPACITY = 0.9;
    /// What each adds to the one before: more loops; a thread for each connection; queues; more queues.
    private static final List<String> SIMPLEST = List.of("sped", "symped", "vt", "mp", "amped", "seda");

    /// Empty if no model can be chosen, or there is nothing to choose from.
    ///
    /// @param transport the one that was named first
    static Optional<Choice> of(Standings on, String transport) {
        List<String> holding = on.models().stream().filter(each -> holds(on, each)).toList();
        if (holding.isEmpty() || on.models().size() < 2) {
            return Optional.empty();
        }
        Map<String, Metric> late = on.isClosed() ? Map.of() : late(on, holding);
        List<String> quick = without(holding, late.keySet()::contains);
        String cheapest = quick.stream().min(Comparator.comparingDouble(on::cpu)).orElseThrow();
        List<String> equals = quick.stream().filter(each -> isAsCheap(on, each, cheapest)).toList();
        List<String> prompt = on.isClosed() ? equals : prompt(on, equals);
        double capacity = prompt.stream().mapToDouble(on::capacity).max().orElse(0);
        String model = prompt.stream()
                .filter(each -> on.capacity(each) >= CAPACITY * capacity)
                .min(Comparator.comparingInt(each -> difficulty(on.contestant(each), transport)))
                .orElse(cheapest);
        return Optional.of(new Choice(model, without(equals, model::equals), holding, late, quick));
    }

    private static List<String> without(List<String> models, Predicate<String> these) {
        return models.stream().filter(each -> !these.test(each)).toList();
    }

    private static boolean holds(Standings on, String model) {
        if (on.hasObjective()) {
            double best = on.models().stream().mapToDouble(on::objectiveRate).max().orElse(0);
            return on.objectiveRate(model) > 0 && on.objectiveRate(model) >= CAPACITY * best;
        }
        return on.of(model).failedShare() <= FAILED_MAX && on.held(model) >= Trial.HELD;
    }

    /// One percentile after the other, each among those that are still quick: the quickest of each stays, so somebody does.
    private static Map<String, Metric> late(Standings on, List<String> holding) {
        Map<String, Metric> late = new LinkedHashMap<>();
        for (Metric percentile : PERCENTILES) {
            List<String> left = without(holding, late.keySet()::contains);
            String quickest = left.stream()
                    .min(Comparator.comparingDouble(each -> on.latency(each, percentile)))
                    .orElseThrow();
            List<String> behind =
                    left.stream().filter(each -> isLate(on, each, quickest, percentile)).toList();
            double highest = without(left, behind::contains).stream()
                    .mapToDouble(each -> on.latency(each, percentile))
                    .max()
                    .orElseThrow();
            // Whoever is as quick as one that may be late by chance is no later than that one.
            behind.stream().filter(each -> on.latency(each, percentile) > highest)
                    .forEach(each -> late.put(each, percentile));
        }
        return Collections.unmodifiableMap(late);
    }

    private static boolean isLate(Standings on, String model, String quickest, Metric percentile) {
        return isBehind(on.latency(model, percentile), on.latency(quickest, percentile))
                && on.ratio(model, quickest, percentile).map(each -> each.low() > 1 + percentile.unlike())
                        .orElse(false);
    }

    private static boolean isBehind(double seconds, double least) {
        return seconds > LATE_RATIO * least && seconds > least + LATE_SECONDS;
    }

    /// Those that are behind in no percentile; all of them, if each is in some.
    private static List<String> prompt(Standings on, List<String> models) {
        List<String> prompt = models;
        for (Metric percentile : PERCENTILES) {
            double least = models.stream().mapToDouble(each -> on.latency(each, percentile)).min().orElse(0);
            prompt = without(prompt, each -> isBehind(on.latency(each, percentile), least));
        }
        return prompt.isEmpty() ? models : prompt;
    }

    private static boolean isAsCheap(Standings on, String model, String cheapest) {
        return model.equals(cheapest) || on.ratio(model, cheapest, Metric.CPU)
                .map(each -> each.low() <= CPU_RATIO)
                .orElse(on.cpu(model) < Double.MAX_VALUE); // too few pairs to tell
    }

    /// Processes are one more thing to know about than threads, and so is a transport that was not the first choice.
    private static int difficulty(Contestant model, String transport) {
        return 4 * SIMPLEST.indexOf(model.base()) + (model.isInProcesses() ? 2 : 0)
                + (model.transport().equals(transport) ? 0 : 1);
    }

    /// What decided between the chosen model and another one.
    ///
    /// @param load what those lack that do not hold the load
    Metric decisive(String other, Metric load) {
        return holding.contains(other) ? late.getOrDefault(other, Metric.CPU) : load;
    }
}
