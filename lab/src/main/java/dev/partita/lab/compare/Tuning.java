package dev.partita.lab.compare;

import dev.partita.lab.results.Cell.Candidate;
import dev.partita.lab.results.Metric;
import dev.partita.lab.results.ModelCard;
import dev.partita.lab.results.Results.Mode;
import dev.partita.lab.results.Trial;
import dev.partita.lab.results.Trial.Protocol;
import dev.partita.lab.results.Trial.Purpose;
import dev.partita.lab.trial.Bench;
import dev.partita.lab.trial.Case;
import dev.partita.lab.trial.Contestant;
import dev.partita.lab.workload.Workload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Chooses a configuration of each model for one workload: the smallest of its grid that is near the best at the reference rate, which
/// is a share of what the best of all can serve. Those that the first trials do not tell apart have more of them.
final class Tuning {
    /// A trial that says nothing is not chosen while another one does.
    private static final double NOT_KNOWN = Double.MAX_VALUE / 2;
    /// In the score of an open loop a request that was not served counts as this many seconds.
    private static final double LOST_SECONDS = 10;
    private static final double LOST_FREE = 0.01;
    /// What is better by less than that is no reason for more loops or threads, and may be chance: the grid begins with the fewest, and
    /// two runs should choose the same.
    private static final double ALIKE_RATIO = 1.5;
    private static final double ALIKE_SECONDS = 0.001;
    /// Two trials of one configuration differ by so much now and then: whoever is within it may be the best.
    private static final double NEAR_RATIO = 2;
    private static final Effort QUICK = new Effort(1, 2);
    /// In the two runs of docs/compare the best of six trials differed by a tenth, by a third at most, and one trial by half and more.
    private static final Effort FULL = new Effort(2, 6);

    private final Settings settings;
    private final Bench bench;
    private final Workload workload;
    private final Consumer<String> leftOut;
    private final Map<String, List<Contestant>> grids = new LinkedHashMap<>();
    private final Map<Contestant, Double> capacities = new LinkedHashMap<>();

    /// How many trials a configuration has.
    ///
    /// @param first all of them
    /// @param near those that are near the best of their grid then
    private record Effort(int first, int near) {}

    /// @param leftOut is told who cannot take part
    Tuning(Settings settings, Bench bench, Workload workload, Consumer<String> leftOut) {
        this.settings = settings;
        this.bench = bench;
        this.workload = workload;
        this.leftOut = leftOut;
    }

    /// Most trials of one configuration.
    static int trialsMax(Mode mode) {
        return effort(mode).near;
    }

    private static Effort effort(Mode mode) {
        return mode == Mode.FULL ? FULL : QUICK;
    }

    /// @param before the rate that an earlier run had, so that its trials can be used again
    Chosen tune(Optional<Double> before) throws IOException, InterruptedException {
        for (String transport : settings.transports()) {
            for (ModelCard model : settings.models()) {
                grids.put(settings.name(model.name(), transport),
                        Grid.of(model.name(), transport, workload, settings.mode()).stream().map(this::planted)
                                .toList());
            }
        }
        measureCapacities();
        double best = capacities.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
        Double rate = workload.share() == 0 ? null : before.orElse(workload.share() * best);
        var on = new Chosen(workload, rate, settings.hasMpInProcesses());
        List<Contestant> rivals =
                grids.values().stream().filter(grid -> grid.size() > 1).flatMap(List::stream).toList();
        Map<Contestant, List<Trial>> trials = new LinkedHashMap<>();
        Effort effort = effort(settings.mode());
        tryOut(on, rivals, effort.first, trials);
        tryOut(on, grids.values().stream().flatMap(grid -> near(grid, trials).stream()).toList(), effort.near, trials);
        grids.forEach((name, grid) -> choose(on, name, grid, trials));
        bench.forget(rivals.stream().filter(each -> !on.contestants.containsValue(each)).toList());
        return on;
    }

    private void tryOut(Chosen on, List<Contestant> rivals, int rounds, Map<Contestant, List<Trial>> trials)
            throws IOException, InterruptedException {
        List<List<Trial>> tried = bench.rounds(rivals.stream().map(on::with).toList(), rounds, Purpose.TUNE);
        for (int i = 0; i < rivals.size(); i++) {
            if (!tried.get(i).isEmpty()) {
                trials.put(rivals.get(i), tried.get(i));
            }
        }
    }

    /// Those of a grid between which more trials have to decide; none if it is decided.
    private static List<Contestant> near(List<Contestant> grid, Map<Contestant, List<Trial>> trials) {
        double least = least(grid, trials);
        List<Contestant> near = grid.stream()
                .filter(trials::containsKey)
                .filter(each -> score(trials, each) <= NEAR_RATIO * least)
                .toList();
        return near.size() > 1 ? near : List.of();
    }

    private void measureCapacities() throws IOException, InterruptedException {
        bench.prepare(grids.values().stream().flatMap(List::stream).map(this::closed).toList());
        for (Map.Entry<String, List<Contestant>> grid : grids.entrySet()) {
            List<Contestant> serving = new ArrayList<>();
            for (Contestant each : grid.getValue()) {
                double capacity = bench.capacity(each, closed(each).workload());
                capacities.put(each, capacity);
                if (capacity > 0) {
                    serving.add(each);
                } else {
                    leftOut.accept(workload.title() + ": " + (bench.secondsLeft() > 0
                            ? unserved(each.model(), each.server(), why(each))
                            : each.model() + " " + String.join(" ", each.server()) + "; there was no time for it."));
                }
            }
            grid.setValue(serving);
        }
    }

    /// The rest of a sentence that begins with the workload.
    ///
    /// @param why empty if that is not known
    static String unserved(String model, List<String> server, String why) {
        return model + " " + String.join(" ", server) + " did not serve it" + (why.isEmpty() ? "" : ": " + why) + ".";
    }

    private String why(Contestant contestant) {
        return bench.refusal(contestant, closed(contestant).workload());
    }

    private Case closed(Contestant contestant) {
        return Case.closed(contestant, Chosen.own(contestant, workload, settings.hasMpInProcesses()), Protocol.P2);
    }

    private Contestant planted(Contestant contestant) {
        return settings.plant() == null ? contestant : settings.plant().in(contestant);
    }

    private void choose(Chosen on, String name, List<Contestant> grid, Map<Contestant, List<Trial>> trials) {
        if (grid.isEmpty()) {
            return;
        }
        List<Contestant> scored = grid.stream().filter(trials::containsKey).toList();
        double least = least(scored, trials);
        Contestant chosen = scored.stream()
                .filter(each -> score(trials, each) <= Math.max(ALIKE_RATIO * least, least + ALIKE_SECONDS))
                .findFirst()
                .orElse(grid.getFirst());
        on.contestants.put(name, chosen);
        on.capacities.put(name, capacities.getOrDefault(chosen, 0.0));
        on.grids.put(name, scored.stream()
                .map(each -> new Candidate(each.server(), score(trials, each), scoreName(on), each.equals(chosen),
                        trials.getOrDefault(each, List.of()).stream().map(Trial::id).toList()))
                .toList());
    }

    private static String scoreName(Chosen on) {
        return on.rate == null
                ? "µs of CPU for a request"
                : "p99 in seconds, and 10 for all requests that were not served";
    }

    private static double least(List<Contestant> grid, Map<Contestant, List<Trial>> trials) {
        return grid.stream().mapToDouble(each -> score(trials, each)).min().orElse(0);
    }

    /// Of its trials the best one's: whatever disturbs a trial makes it worse.
    private static double score(Map<Contestant, List<Trial>> trials, Contestant of) {
        return trials.getOrDefault(of, List.of()).stream().mapToDouble(Tuning::score).min().orElse(NOT_KNOWN);
    }

    private static double score(Trial trial) {
        if (!trial.isValid()) {
            return NOT_KNOWN;
        }
        Double asked = trial.load().rate();
        Double cpu = Metric.CPU.of(trial, "");
        return asked == null
                ? cpu == null ? NOT_KNOWN : cpu
                : trial.latency().p99() + LOST_SECONDS * Math.max(0, 1 - trial.heldShare() - LOST_FREE);
    }
}
