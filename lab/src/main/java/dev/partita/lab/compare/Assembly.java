package dev.partita.lab.compare;

import dev.partita.lab.results.Cell;
import dev.partita.lab.results.Cell.Medians;
import dev.partita.lab.results.Comparison;
import dev.partita.lab.results.Metric;
import dev.partita.lab.results.Results.Mode;
import dev.partita.lab.results.Results.Strength;
import dev.partita.lab.results.Trial;
import dev.partita.lab.results.Trial.Cost;
import dev.partita.lab.results.Trial.Memory;
import dev.partita.lab.results.Trial.Protocol;
import dev.partita.lab.results.Trial.Purpose;
import dev.partita.lab.statistics.Quantile;
import dev.partita.lab.trial.Contestant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What follows from the trials of one workload on one transport. Pure: it can be done at any moment of a run.
final class Assembly {
    private static final List<Metric> METRICS = List.of(Metric.THROUGHPUT, Metric.CPU, Metric.P50, Metric.P99,
            Metric.P999, Metric.SHORT_P99, Metric.SHORT_P999, Metric.SWITCHES, Metric.RESIDENT);

    final Chosen chosen;
    /// By the names of those that take part: the trials that are compared.
    final Map<String, List<Trial>> measured = new LinkedHashMap<>();
    private final List<Trial> all;

    Assembly(Chosen chosen, List<Trial> trials) {
        this.chosen = chosen;
        all = trials.stream()
                .filter(each -> each.workload().equals(chosen.workload.name()))
                .toList();
        chosen.contestants.forEach((name, contestant) -> measured.put(name, all.stream()
                .filter(each -> each.purpose() == Purpose.MEASURE && chosen.with(contestant).isTriedBy(each))
                .toList()));
    }

    List<Cell> cells() {
        List<Cell> cells = new ArrayList<>();
        chosen.contestants.forEach((name, contestant) -> {
            List<Trial> trials = measured.getOrDefault(name, List.of());
            List<Trial> valid = trials.stream().filter(Trial::isValid).toList();
            Protocol protocol = chosen.cases().getFirst().protocol();
            Medians medians = valid.isEmpty() ? null : medians(valid, calls(contestant), fairness(valid));
            cells.add(new Cell(chosen.workload.name(), contestant.model(), contestant.transport(),
                    contestant.server(), chosen.grids.getOrDefault(name, List.of()),
                    trials.stream().map(Trial::id).toList(), protocol == Protocol.P1 ? medians : null,
                    protocol == Protocol.P2 ? medians : null, chosen.capacities.get(name),
                    chosen.sloRates.get(name)));
        });
        return cells;
    }

    /// Whether one of them was tried.
    boolean isTried() {
        return measured.values().stream().anyMatch(each -> !each.isEmpty());
    }

    private static boolean isOf(Contestant contestant, Trial trial) {
        return trial.model().equals(contestant.model()) && trial.transport().equals(contestant.transport());
    }

    /// Only where connections are not alike does it say something.
    private @Nullable Double fairness(List<Trial> trials) {
        List<Double> values = trials.stream().map(Trial::fairness).flatMap(Stream::ofNullable).toList();
        return values.isEmpty() || !chosen.workload.skewed() ? null : (Double) Quantile.median(values);
    }

    /// System calls, from a trial of its own. None at all were seen by nobody: an earlier version wrote that where strace was refused.
    private @Nullable Double calls(Contestant of) {
        for (Trial each : all) {
            Cost cost = each.cost();
            Double calls = cost == null ? null : cost.systemCalls();
            if (each.purpose() == Purpose.TRACE && isOf(of, each) && calls != null && calls > 0) {
                return calls;
            }
        }
        return null;
    }

    static Medians medians(List<Trial> trials, @Nullable Double calls, @Nullable Double fairness) {
        Trial any = trials.getFirst();
        return new Medians(
                trials.size(),
                any.load().rate(),
                median(trials, Trial::rate),
                median(trials, trial -> (trial.requests() - trial.served()) / (double) Math.max(1, trial.requests())),
                median(trials, trial -> trial.latency().p50()),
                median(trials, trial -> trial.latency().p90()),
                median(trials, trial -> trial.latency().p99()),
                median(trials, trial -> trial.latency().p999()),
                cost(trials, Cost::cpuMicros),
                cost(trials, cost -> cost.cpuMicros() == 0 ? 0 : cost.systemMicros() / cost.cpuMicros()),
                cost(trials, cost -> cost.voluntarySwitches() == null || cost.involuntarySwitches() == null
                        ? null
                        : (Double) (cost.voluntarySwitches() + cost.involuntarySwitches())),
                cost(trials, Cost::runQueueMicros),
                calls,
                fairness,
                (int) median(trials, trial -> memory(trial).threads()),
                (long) median(trials, trial -> memory(trial).residentBytes()));
    }

    private static Memory memory(Trial trial) {
        Memory memory = trial.memory();
        return memory == null ? new Memory(0, 0, null) : memory;
    }

    private static double median(List<Trial> trials, Function<Trial, Number> value) {
        return Quantile.median(trials.stream().map(each -> value.apply(each).doubleValue()).toList());
    }

    private static @Nullable Double cost(List<Trial> trials, Function<Cost, @Nullable Double> value) {
        List<Double> values = new ArrayList<>();
        for (Trial each : trials) {
            Cost cost = each.cost();
            Double one = cost == null ? null : value.apply(cost);
            if (one != null) {
                values.add(one);
            }
        }
        return values.isEmpty() ? null : (Double) Quantile.median(values);
    }

    /// As sure as a verdict of this run may be: a full one may say more than which way things lie.
    Strength strength(Settings settings) {
        return settings.mode() == Mode.FULL ? Strength.SIGNIFICANT : Strength.INDICATIVE;
    }

    /// How sure it is that this model is the one: as sure as the least of what it was compared by. An objective is found by single
    /// trials.
    Strength strength(Settings settings, String model) {
        Strength most = strength(settings);
        List<Trial> own = measured.getOrDefault(model, List.of());
        boolean isSure = chosen.sloRates.isEmpty() && measured.values().stream()
                .filter(each -> each.stream().anyMatch(Trial::isValid))
                .allMatch(each -> Pairs.of(each, own, Metric.CPU, chosen.workload.shortClass()).strength(most) == most);
        return isSure ? most : Strength.INDICATIVE;
    }

    /// Every one against one.
    ///
    /// @param most as sure as they may be in this run
    List<Comparison> comparisons(String to, Strength most) {
        List<Comparison> comparisons = new ArrayList<>();
        chosen.contestants.keySet().stream().filter(each -> !each.equals(to))
                .forEach(each -> compare(each, to, most, comparisons));
        return comparisons;
    }

    /// What a model's other transports and its processes change: each against the model on the first transport with threads.
    List<Comparison> siblings(Strength most) {
        List<Comparison> comparisons = new ArrayList<>();
        chosen.contestants.forEach((name, contestant) -> chosen.contestants.entrySet().stream()
                .filter(each -> each.getValue().base().equals(contestant.base()))
                .min(Comparator.comparing(each -> each.getValue().isInProcesses()))
                .map(Map.Entry::getKey)
                .filter(first -> !first.equals(name))
                .ifPresent(first -> compare(name, first, most, comparisons)));
        return comparisons;
    }

    private void compare(String name, String to, Strength most, List<Comparison> comparisons) {
        List<Trial> above = measured.getOrDefault(name, List.of());
        List<Trial> below = measured.getOrDefault(to, List.of());
        if (!above.isEmpty() && !below.isEmpty()) {
            for (Metric metric : METRICS) {
                Pairs.compare(chosen, above, below, metric, most).ifPresent(comparisons::add);
            }
        }
    }
}
