package dev.partita.lab.compare;

import dev.partita.lab.results.Results.Mode;
import dev.partita.lab.results.Trial.Protocol;
import dev.partita.lab.results.Trial.Purpose;
import dev.partita.lab.statistics.Quantile;
import dev.partita.lab.trial.Bench;
import dev.partita.lab.trial.Case;
import dev.partita.lab.trial.Contestant;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What takes trials of its own beside those that are compared, and is done as long as there is time: what the handler is like,
/// the highest rate under an objective, where the time of a request goes, and what the system is called for.
final class Inspection {
    /// Looking at a server goes on until so little time is left.
    static final double QUICK_SECONDS_MIN = 6;
    private static final double SECONDS_MIN = 15;
    private static final double FIND_SECONDS_MIN = 10;
    /// Requests a second at which a handler is looked at, if they are not too many for it.
    private static final double CALM_RATE = 1_000;
    /// Who waits less than that for the work of others does not notice.
    private static final double LONG_MICROS = 500;

    private static final double KEPT = 0.9975;

    private final Settings settings;
    private final Bench bench;
    private final LeftOut leftOut;

    Inspection(Settings settings, Bench bench, LeftOut leftOut) {
        this.settings = settings;
        this.bench = bench;
        this.leftOut = leftOut;
    }

    /// What the handler is like, by the stamps of a server that has a thread for each connection, if there is one: no queue
    /// and no loop is in between.
    void handler(Chosen on) throws IOException, InterruptedException {
        Contestant plain = on.contestants.values().stream()
                .filter(each -> each.model().equals("mp"))
                .findFirst()
                .orElse(on.contestants.values().iterator().next());
        Double rate = on.rate;
        Case calm = on.with(plain).rate(rate == null ? CALM_RATE : Math.min(rate, Math.max(CALM_RATE, rate / 4)));
        if (bench.isTried(calm, Purpose.SPLIT)) {
            return; // an earlier run has looked, and could not tell
        }
        if (bench.secondsLeft() < FIND_SECONDS_MIN) {
            leftOut.add(on.workload, "what the handler is like.");
            return;
        }
        Optional<Bench.Times> times = bench.times(calm);
        if (times.isEmpty() || times.get().workMicros().isEmpty()) {
            return;
        }
        List<Double> work = times.get().workMicros();
        double mean = work.stream().mapToDouble(Double::doubleValue).average().orElse(0);
        // Waiting for a processor is the machine's doing, and so is what makes a request of a few microseconds last some more.
        Double ran = times.get().ranMicros();
        Double blocking = ran == null || mean <= 0 ? null : (Double) Math.max(0, 1 - ran / mean);
        // Its log tells whole microseconds.
        Double spread = waitForAnother(work) < LONG_MICROS
                ? null
                : (Double) (Quantile.of(0.999, work) / Math.max(1, Quantile.median(work)));
        on.causes = new Chosen.Causes(mean, blocking, spread);
    }

    /// How long somebody waits on average who comes in the middle of another one's work: its mean residual time, in which
    /// long work counts as often as it is long (the waiting time paradox; Feller, An Introduction to Probability Theory II, I.4).
    /// Those few that took longest are left out: the machine holds some requests up for milliseconds, and among hundreds one or two
    /// are enough to make work of microseconds look uneven.
    static double waitForAnother(List<Double> micros) {
        double sum = 0;
        double squares = 0;
        for (double each : micros.stream().sorted().limit((long) (KEPT * micros.size())).toList()) {
            sum += each;
            squares += each * each;
        }
        return sum == 0 ? 0 : squares / (2 * sum);
    }

    /// All that is left to look at once the workloads are compared.
    void rest(List<Chosen> chosen) throws IOException, InterruptedException {
        objective(chosen);
        servers(chosen);
    }

    private void objective(List<Chosen> chosen) throws IOException, InterruptedException {
        Settings.Slo slo = settings.slo();
        List<Chosen> open = chosen.stream().filter(each -> each.rate != null && !each.contestants.isEmpty()).toList();
        if (slo == null) {
            return;
        }
        chosen.stream()
                .filter(each -> each.rate == null && !each.contestants.isEmpty())
                .forEach(each -> leftOut.add(each.workload, "the highest rate under " + slo.words()
                        + ": it is a closed loop, for which no rate is asked."));
        var objective = new Objective(bench, slo, settings.mode());
        double left = bench.secondsLeft() - QUICK_SECONDS_MIN;
        for (int i = 0; i < open.size(); i++) {
            Chosen on = open.get(i);
            int gone = objective.find(on, QUICK_SECONDS_MIN + left * (open.size() - 1 - i) / open.size());
            boolean isKnown = gone == 0 && !on.sloRates.isEmpty(); // by an earlier run
            if (gone < Objective.steps(settings.mode()) && !isKnown) {
                leftOut.add(on.workload, "the highest rate under " + slo.words() + (gone == 0
                        ? ", since there was no time for it."
                        : " is known to 1 part in " + (1 << gone) + " of the best capacity only; for more there was no"
                                + " time."));
            }
        }
    }

    /// Where the time of a request goes, and what the system is called for.
    private void servers(List<Chosen> chosen) throws IOException, InterruptedException {
        int looked = 0;
        int missing = 0;
        Map<String, Integer> uncounted = new LinkedHashMap<>();
        for (Chosen on : chosen) {
            for (Contestant each : on.contestants.values()) {
                Double rate = on.rate;
                Case traced = Case.closed(each, on.workload, Protocol.P2);
                boolean isSplit = rate == null || bench.isTried(Case.open(each, on.workload, rate), Purpose.SPLIT);
                boolean isTraced = rate != null && settings.mode() != Mode.FULL || bench.isTried(traced, Purpose.TRACE);
                boolean isOver =
                        bench.secondsLeft() < (settings.mode() == Mode.QUICK ? QUICK_SECONDS_MIN : SECONDS_MIN);
                if (isOver && !(isSplit && isTraced)) {
                    missing++;
                } else {
                    boolean isKnown = rate != null
                            && (isSplit || bench.times(Case.open(each, on.workload, rate)).isPresent());
                    if (isTraced) {
                        isKnown |= rate == null || settings.mode() == Mode.FULL;
                    } else {
                        String why = bench.systemCalls(traced);
                        if (!why.isEmpty()) {
                            uncounted.merge(why, 1, Integer::sum);
                        }
                        isKnown |= why.isEmpty();
                    }
                    looked += isKnown ? 1 : 0;
                }
            }
        }
        if (missing > 0) {
            leftOut.add("Queue waits and system calls were looked at for " + looked + " servers; for " + missing
                    + " there was no time.");
        }
        uncounted.forEach((why, servers) -> leftOut.add("System calls for a request were not counted for " + servers
                + (servers == 1 ? " server: " : " servers: ") + why + "."));
    }
}
