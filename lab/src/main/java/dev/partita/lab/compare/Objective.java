package dev.partita.lab.compare;

import dev.partita.lab.results.Results.Mode;
import dev.partita.lab.results.Trial;
import dev.partita.lab.results.Trial.Purpose;
import dev.partita.lab.trial.Bench;
import dev.partita.lab.trial.Case;
import dev.partita.lab.trial.Contestant;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The highest rate at which each model holds an objective: halving between none and the best capacity. All are a step further
/// before one goes on, so that one who runs out of time has rates that are less exact, and not fewer of them.
final class Objective {
    private static final int STEPS_QUICK = 4;
    private static final int STEPS_FULL = 6;
    /// A trial that was disturbed is tried again so often.
    private static final int TRIES = 2;

    private final Bench bench;
    private final Settings.Slo slo;
    private final int steps;

    Objective(Bench bench, Settings.Slo slo, Mode mode) {
        this.bench = bench;
        this.slo = slo;
        steps = mode == Mode.FULL ? STEPS_FULL : STEPS_QUICK;
    }

    /// Most trials for each model.
    static int steps(Mode mode) {
        return mode == Mode.FULL ? STEPS_FULL : STEPS_QUICK;
    }

    /// Finds the rates, as far as there is time.
    ///
    /// @param untilSecondsLeft of the run's, when it has to be over
    /// @return how many steps of how many were gone
    int find(Chosen on, double untilSecondsLeft) throws IOException, InterruptedException {
        Map<String, Double> holds = new HashMap<>();
        Map<String, Double> fails = new HashMap<>();
        double best = on.capacities.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
        int gone = 0;
        while (gone < steps && bench.secondsLeft() - untilSecondsLeft > on.contestants.size() * bench.trialSeconds()) {
            for (Map.Entry<String, Contestant> each : on.contestants.entrySet()) {
                String name = each.getKey();
                double held = holds.getOrDefault(name, 0.0);
                double failed = fails.getOrDefault(name, best);
                double rate = (held + failed) / 2;
                boolean isHeld = holds(on.with(each.getValue()).rate(rate));
                (isHeld ? holds : fails).put(name, rate);
            }
            gone++;
        }
        if (gone > 0) {
            on.contestants.keySet().forEach(name -> on.sloRates.put(name, holds.getOrDefault(name, 0.0)));
        }
        return gone;
    }

    private boolean holds(Case asked) throws IOException, InterruptedException {
        for (int round = 1; round <= TRIES; round++) {
            List<Trial> trials = bench.rounds(List.of(asked), round, Purpose.CURVE).getFirst();
            if (trials.isEmpty()) {
                return false;
            }
            if (trials.getLast().isValid()) {
                return holds(trials.getLast());
            }
        }
        return false; // a machine on which the generator finds no time any more is full
    }

    private boolean holds(Trial trial) {
        double latency = slo.percentile() >= 99.9
                ? trial.latency().p999()
                : slo.percentile() >= 99
                        ? trial.latency().p99()
                        : slo.percentile() >= 90 ? trial.latency().p90() : trial.latency().p50();
        return trial.heldShare() >= Trial.HELD && latency <= slo.seconds();
    }
}
