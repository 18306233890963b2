package dev.partita.lab.compare;

import dev.partita.lab.results.Results.Mode;
import dev.partita.lab.trial.Bench;
import dev.partita.lab.workload.Workload;

/// How long things are going to take: a guess, since servers get warm when they do, and a full run ends a workload when its
/// intervals are narrow.
public final class Forecast {
    /// Where one server's time goes, and its system calls.
    private static final double DESCRIBE_SECONDS = 4;
    private static final double SURGE_SECONDS = 8;
    /// What most claims take: servers, warm-up, and a dozen trials.
    private static final double CLAIM_SECONDS = 45;

    private Forecast() {}

    /// A whole run, in seconds; not more than it may take.
    public static double seconds(Settings settings) {
        Bench.Pace pace = Bench.Pace.of(settings.mode());
        double trial = (pace.settleMillis() + pace.measureMillis()) / 1e3 + 0.2;
        double warm = pace.warmMillis() / 1e3 * Math.min(3, pace.warmMax()) + 0.6;
        int contestants = settings.models().size() * settings.transports().size();
        boolean isFull = settings.mode() == Mode.FULL;
        double sum = 5 + settings.claims().size() * CLAIM_SECONDS;
        for (Workload each : settings.workloads()) {
            int servers = settings.transports().size() * settings.models().stream()
                    .mapToInt(model -> Grid.of(model.name(), "", each, settings.mode()).size())
                    .sum();
            double rounds = (settings.rounds() + settings.roundsMax()) / 2.0 + (isFull ? Comparing.CURVE.size() : 0);
            int startedAgain = isFull ? settings.rounds() / Comparing.ROUNDS_PER_START - 1 : 0;
            sum += servers * (warm + (each.tuned() ? Tuning.trialsMax(settings.mode()) * trial : 0))
                    + contestants * (startedAgain * warm + rounds * trial + DESCRIBE_SECONDS)
                    + (isFull && !each.overload().isEmpty() ? contestants * SURGE_SECONDS : 0);
            if (settings.slo() != null && each.share() > 0) {
                sum += objectiveSeconds(settings, trial);
            }
        }
        return Math.min(sum, settings.secondsMax());
    }

    /// The highest rates under an objective, in one workload.
    static double objectiveSeconds(Settings settings, double trialSeconds) {
        return Objective.steps(settings.mode()) * settings.models().size() * settings.transports().size()
                * trialSeconds;
    }
}
