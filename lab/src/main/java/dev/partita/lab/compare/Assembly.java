package dev.partita.lab.compare;

import dev.partita.lab.results.Cell;
import dev.partita.lab.results.Cell.Medians;
import dev.partita.lab.results.Comparison;
import dev.partita.lab.results.Metric;
import dev.partita.lab.results.Results.Strength;
import dev.partita.lab.results.Trial;
import dev.partita.lab.results.Trial.Cost;
import dev.partita.lab.results.Trial.Memory;
import dev.partita.lab.results.Trial.Protocol;
import dev.partita.lab.results.Trial.Purpose;
import dev.partita.lab.statistics.Quantile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What follows from the trials of one workload on one transport. Pure: it can be done at any moment of a run.
final class Assembly {
    private static final List<Metric> METRICS = List.of(Metric.THROUGHPUT, Metric.CPU, Metric.P50, Metric.P99,
            Metric.P999, Metric.SHORT_P99, Metric.SHORT_P999, Metric.SWITCHES);

    final Chosen chosen;
    /// By the names of the models: the trials that are compared.
    final Map<String, List<Trial>> measured = new LinkedHashMap<>();
    private final List<Trial> all;

    Assembly(Chosen chosen, List<Trial> trials) {
        this.chosen = chosen;
        all = trials.stream()
                .filter(each -> each.workload().equals(chosen.workload.name())
                        && each.transport().equals(chosen.transport))
                .toList();
        chosen.contestants.forEach((model, contestant) -> measured.put(model, all.stream()
                .filter(each -> each.purpose() == Purpose.MEASURE && each.model().equals(model)
                        && each.server().equals(contestant.server())
                        && Objects.equals(each.load().rate(), chosen.rate)
                        && each.protocol() == chosen.cases().getFirst().protocol())
                .toList()));
    }

    List<Cell> cells() {
        List<Cell> cells = new ArrayList<>();
        chosen.contestants.forEach((model, contestant) -> {
            List<Trial> trials = measured.getOrDefault(model, List.of());
            List<Trial> valid = trials.stream().filter(Trial::isValid).toList();
            Protocol protocol = chosen.cases().getFirst().protocol();
            Medians medians = valid.isEmpty() ? null : medians(valid, calls(model));
            cells.add(new Cell(chosen.workload.name(), model, chosen.transport,
                    contestant.server(), chosen.grids.getOrDefault(model, List.of()),
                    trials.stream().map(Trial::id).toList(), protocol == Protocol.P1 ? medians : null,
                    protocol == Protocol.P2 ? medians : null, chosen.capacities.get(model),
                    chosen.sloRates.get(model)));
        });
        return cells;
    }

    /// System calls, from a trial of its own.
    private @Nullable Double calls(String model) {
        for (Trial each : all) {
            Cost cost = each.cost();
            if (each.purpose() == Purpose.TRACE && each.model().equals(model) && cost != null) {
                return cost.systemCalls();
            }
        }
        return null;
    }

    static Medians medians(List<Trial> trials, @Nullable Double calls) {
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

    /// Every model against one.
    List<Comparison> comparisons(String to, Strength strength) {
        List<Comparison> comparisons = new ArrayList<>();
        List<Trial> below = measured.getOrDefault(to, List.of());
        measured.forEach((model, above) -> {
            if (!model.equals(to) && !above.isEmpty() && !below.isEmpty()) {
                for (Metric metric : METRICS) {
                    Pairs.compare(chosen, model, above, to, below, metric, strength).ifPresent(comparisons::add);
                }
            }
        });
        return comparisons;
    }
}
