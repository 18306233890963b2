package dev.partita.lab.compare;

import dev.partita.lab.results.Comparison;
import dev.partita.lab.results.Comparison.Verdict;
import dev.partita.lab.results.Metric;
import dev.partita.lab.results.Results.Mode;
import dev.partita.lab.results.Results.Strength;
import dev.partita.lab.results.Trial;
import dev.partita.lab.statistics.Interval;
import dev.partita.lab.trial.Bench;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Compares trials of the same round with each other, since a machine is never the same for long.
public final class Pairs {
    /// Fewer pairs say nothing: the interval of one is a point.
    static final int PAIRS_MIN = 3;
    /// Two starts of every server. What shows in fewer rounds may be a property of one start.
    public static final int ROUNDS_SIGNIFICANT = 2 * Comparing.ROUNDS_PER_START;
    private static final double SECONDS_SIGNIFICANT = Bench.Pace.of(Mode.FULL).measureMillis() / 1e3;

    private Pairs() {}

    /// The ratios of one model's trials to another's.
    ///
    /// @param ratios one for each round in which both are valid
    /// @param trials their ids, alternating
    /// @param fullRounds in how many rounds both were measured for as long as a full run does
    public record Ratios(List<Double> ratios, List<Integer> trials, int fullRounds) {
        /// Empty if there is no pair.
        public Optional<Interval> interval() {
            return ratios.isEmpty() ? Optional.empty() : Optional.of(Interval.ofMedian(ratios));
        }

        /// How sure a verdict on them is.
        ///
        /// @param most as it may be in this run
        Strength strength(Strength most) {
            return fullRounds >= ROUNDS_SIGNIFICANT ? most : Strength.INDICATIVE;
        }
    }

    /// @param above those above the line
    /// @param below those below it
    /// @param shortClass as in [Metric#of]
    public static Ratios of(List<Trial> above, List<Trial> below, Metric metric, String shortClass) {
        List<Double> ratios = new ArrayList<>();
        List<Integer> ids = new ArrayList<>();
        Set<Integer> fullRounds = new HashSet<>();
        for (Trial one : above) {
            for (Trial other : below) {
                if (one.round() == other.round() && one.isValid() && other.isValid()) {
                    Double value = metric.of(one, shortClass);
                    Double to = metric.of(other, shortClass);
                    if (value != null && to != null && to > 0) {
                        ratios.add(value / to);
                        ids.add(one.id());
                        ids.add(other.id());
                        if (isFull(one) && isFull(other)) {
                            fullRounds.add(one.round());
                        }
                    }
                }
            }
        }
        return new Ratios(ratios, ids, fullRounds.size());
    }

    private static boolean isFull(Trial trial) {
        return trial.load().seconds() >= SECONDS_SIGNIFICANT;
    }

    /// Empty if there is no pair.
    ///
    /// @param most as sure as it may be in this run
    static Optional<Comparison> compare(
            Chosen on, List<Trial> above, List<Trial> below, Metric metric, Strength most) {
        Trial one = above.getFirst();
        Trial to = below.getFirst();
        Ratios ratios = of(above, below, metric, on.workload.shortClass());
        return ratios.interval().map(interval -> new Comparison(on.workload.name(), one.transport(), one.protocol(),
                metric, one.model(), to.model(), to.transport(), ratios.ratios, interval.median(), interval.low(),
                interval.high(), verdict(interval, ratios.ratios.size(), metric),
                ratios.strength(most), ratios.trials));
    }

    static Verdict verdict(Interval interval, int pairs, Metric metric) {
        double unlike = 1 + metric.unlike();
        if (pairs < PAIRS_MIN || interval.low() <= unlike && interval.high() >= 1 / unlike) {
            return Verdict.NO_SIGNIFICANT_DIFFERENCE;
        }
        return interval.median() < 1 == metric.lowerIsBetter() ? Verdict.BETTER : Verdict.WORSE;
    }
}
