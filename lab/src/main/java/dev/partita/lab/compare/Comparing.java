package dev.partita.lab.compare;

import dev.partita.lab.claims.Claims;
import dev.partita.lab.machine.Probe;
import dev.partita.lab.results.Advice;
import dev.partita.lab.results.Cell;
import dev.partita.lab.results.Claim;
import dev.partita.lab.results.Comparison;
import dev.partita.lab.results.MachineCard;
import dev.partita.lab.results.Metric;
import dev.partita.lab.results.Results;
import dev.partita.lab.results.Results.Mode;
import dev.partita.lab.results.Results.Strength;
import dev.partita.lab.results.Trial;
import dev.partita.lab.results.Trial.Protocol;
import dev.partita.lab.results.Trial.Purpose;
import dev.partita.lab.results.WorkloadCard;
import dev.partita.lab.statistics.Interval;
import dev.partita.lab.statistics.Quantile;
import dev.partita.lab.trial.Bench;
import dev.partita.lab.trial.Case;
import dev.partita.lab.trial.Contestant;
import dev.partita.lab.trial.Folder;
import dev.partita.lab.trial.Pins;
import dev.partita.lab.workload.Workload;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One run of the lab. For each transport and workload: every model is tuned over its grid, then tried in rounds until the
/// intervals are narrow or the time is over. What follows from the trials is worked out at the end, by [Assembly] and
/// [Advisor]; so a run that is interrupted has an answer too.
public final class Comparing {
    /// Once the intervals of paired ratios are this narrow, more rounds would not change an answer.
    private static final double NARROW = 0.05;
    private static final List<Double> CURVE = List.of(0.2, 0.6, 0.8);
    private static final List<Integer> CONNECTIONS = List.of(4, 16, 256, 1_024);
    /// A start, a warm-up and three trials.
    private static final double MODEL_SECONDS_MIN = 7;
    /// Where one server's time goes, and its system calls.
    private static final double DESCRIBE_SECONDS = 4;
    private static final double SURGE_SECONDS = 8;
    /// Where a request's time goes, and its system calls, are looked at until so little time is left.
    private static final double DESCRIBE_SECONDS_MIN = 6;
    /// The share of a full run that is kept for that.
    private static final double DESCRIBE_SHARE = 0.15;
    /// Requests a second at which a handler is looked at, if they are not too many for it.
    private static final double CALM_RATE = 1_000;
    /// Work that takes less makes nobody wait for it who would notice.
    private static final double LONG_MICROS = 500;
    private static final double BUSY_BEFORE_MAX = 0.1;
    /// What most claims take: servers, warm-up, and a dozen trials.
    private static final double CLAIM_SECONDS = 45;

    private final Settings settings;
    private final Bench bench;
    private final MachineCard machine;
    private final Optional<Results> before;
    private final Instant began = Instant.now();
    private final long beganNanos = System.nanoTime();
    private final List<Chosen> chosen = new ArrayList<>();
    private final List<Claim> claims = new ArrayList<>();
    private final Map<String, WorkloadCard> cards = new LinkedHashMap<>();
    private final List<String> leftOut = new ArrayList<>();
    private boolean stopped;

    /// @param before what an earlier run has found, to go on with it; empty for a new run
    public Comparing(Settings settings, Bench bench, MachineCard machine, Optional<Results> before) {
        this.settings = settings;
        this.bench = bench;
        this.machine = machine;
        this.before = before;
        before.ifPresent(results -> {
            bench.resume(results.trials());
            claims.addAll(results.claims().stream()
                    .filter(each -> each.verdict() != Claim.Verdict.NOT_MEASURED
                            && each.verdict() != Claim.Verdict.UNDECIDED)
                    .toList());
        });
    }

    /// How long a run is going to take, in seconds: a guess, since servers get warm when they do and a full run ends a workload
    /// when its intervals are narrow.
    public static double expectedSeconds(Settings settings) {
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
            double rounds = (settings.rounds() + settings.roundsMax()) / 2.0 + (isFull ? CURVE.size() : 0);
            sum += servers * (warm + (each.tuned() ? trial : 0)) + contestants * (rounds * trial + DESCRIBE_SECONDS)
                    + (isFull && !each.overload().isEmpty() ? contestants * SURGE_SECONDS : 0);
            if (settings.slo() != null && each.share() > 0) {
                sum += objectiveSeconds(settings, trial);
            }
        }
        return Math.min(sum, settings.secondsMax());
    }

    /// Does it. An interrupt ends it with what was measured until then.
    ///
    /// @throws IOException if the system refuses what the lab itself needs
    public Results run() throws IOException {
        try {
            examineClaims();
            int left = settings.workloads().size();
            for (Workload each : settings.workloads()) {
                compare(each, Math.max(0, bench.secondsLeft() - reservedSeconds()) / left--);
            }
            describe();
        } catch (InterruptedException interrupted) {
            stopped = true;
        } catch (IOException failure) {
            if (!Thread.interrupted()) { // reading a file is interrupted in its own way
                throw failure;
            }
            stopped = true;
        }
        if (stopped) {
            leftOut.addFirst("The run was stopped before its end.");
        }
        return results();
    }

    private void examineClaims() throws IOException, InterruptedException {
        List<Integer> missing = settings.claims().stream()
                .filter(number -> claims.stream().noneMatch(each -> each.number() == number))
                .toList();
        Claims.examine(missing, bench, settings.transports().getFirst(), settings.rounds(), strength(),
                settings.plant(), machine.openFilesMax(), claims::add);
    }

    private Strength strength() {
        return settings.mode() == Mode.FULL ? Strength.SIGNIFICANT : Strength.INDICATIVE;
    }

    /// What has to be left once the workloads are compared.
    private double reservedSeconds() {
        double describe = settings.mode() == Mode.FULL ? DESCRIBE_SHARE * settings.secondsMax() : DESCRIBE_SECONDS_MIN;
        long open = settings.workloads().stream().filter(each -> each.share() > 0).count();
        return settings.slo() == null ? describe : describe + open * objectiveSeconds(settings, bench.trialSeconds());
    }

    private static double objectiveSeconds(Settings settings, double trialSeconds) {
        return Objective.steps(settings.mode()) * settings.models().size() * settings.transports().size()
                * trialSeconds;
    }

    /// @param seconds that are for this one
    private void compare(Workload named, double seconds) throws IOException, InterruptedException {
        double until = bench.secondsLeft() - seconds;
        Workload workload = adapted(Folder.withFiles(named));
        if (workload == null) {
            return;
        }
        if (bench.secondsLeft() < MODEL_SECONDS_MIN * settings.models().size()) {
            leftOut.add(workload.title() + ": there was no time for it.");
            return;
        }
        cards.put(workload.name(), named.idle(workload.idle()).card(settings.app()));
        Chosen on = new Tuning(settings, bench, workload, leftOut::add).tune(rateBefore(workload));
        chosen.add(on);
        if (on.contestants.isEmpty()) {
            leftOut.add(workload.title() + ": no model served it.");
            return;
        }
        for (int rounds = Math.min(3, settings.rounds()); rounds <= settings.roundsMax(); rounds++) {
            bench.rounds(on.cases(), rounds, Purpose.MEASURE);
            if (rounds >= settings.rounds() && (bench.secondsLeft() < until || isNarrow(on))) {
                break;
            }
        }
        find(on);
        if (settings.mode() == Mode.FULL) {
            curves(on);
        }
    }

    /// The workload as it can be run here; null if it cannot.
    private @Nullable Workload adapted(Workload workload) {
        Workload here = workload;
        if (workload.protocol() == Protocol.P1) {
            String why = Pins.unavailable();
            if (!why.isEmpty()) {
                leftOut.add(workload.title() + ": " + why + ".");
                return null;
            }
        }
        if (workload.idle() > 0) {
            int idle = (int) Math.min(workload.idle(), machine.openFilesMax() - 1_000);
            if (idle < 1_000) {
                leftOut.add(workload.title() + ": a process may open " + machine.openFilesMax()
                        + " files only; raise that with ulimit -n 20000.");
                return null;
            }
            if (idle < workload.idle()) {
                leftOut.add(workload.title() + ": " + idle + " connections instead of " + workload.idle()
                        + ", since a process may open " + machine.openFilesMax() + " files (ulimit -n).");
            }
            if (settings.models().stream().anyMatch(each -> each.name().equals("mp"))) {
                leftOut.add(workload.title() + ": MP had " + Chosen.MP_IDLE
                        + " idle connections, since its threads are bounded (--workers 2048).");
            }
            here = workload.idle(idle);
        }
        return here;
    }

    /// What a resumed run asked for, so that its trials can be used again.
    private Optional<Double> rateBefore(Workload workload) {
        return before.flatMap(results -> results.trials().stream()
                .filter(each -> each.purpose() == Purpose.MEASURE && each.workload().equals(workload.name())
                        && each.load().rate() != null)
                .map(each -> each.load().rate())
                .findFirst());
    }

    private boolean isNarrow(Chosen on) {
        var assembly = new Assembly(on, bench.trials());
        Metric metric = on.rate == null ? Metric.CPU : Metric.P99;
        List<Trial> first = assembly.measured.values().iterator().next();
        return assembly.measured.values().stream().skip(1).allMatch(each -> Pairs
                .of(each, first, metric, on.workload.shortClass())
                .interval()
                .map(interval -> interval.width() < NARROW || isFar(interval))
                .orElse(true));
    }

    /// Where models differ by half, the second digit of the ratio does not matter.
    private static boolean isFar(Interval interval) {
        return interval.low() > 1.5 || interval.high() < 1 / 1.5;
    }

    /// What the handler is like, by the stamps of a server that has a thread for each connection, if there is one: no queue
    /// and no loop is in between.
    private void find(Chosen on) throws IOException, InterruptedException {
        Contestant plain = on.contestants.values().stream()
                .filter(each -> each.model().equals("mp"))
                .findFirst()
                .orElse(on.contestants.values().iterator().next());
        if (bench.secondsLeft() < 10) {
            leftOut.add(on.workload.title() + ": what the handler is like.");
            return;
        }
        Double rate = on.rate;
        Case calm = on.with(plain).rate(rate == null ? CALM_RATE : Math.min(rate, Math.max(CALM_RATE, rate / 4)));
        Optional<Bench.Times> times = bench.times(calm);
        if (times.isEmpty() || times.get().workMicros().isEmpty()) {
            return;
        }
        List<Double> work = times.get().workMicros();
        double mean = work.stream().mapToDouble(Double::doubleValue).average().orElse(0);
        // Waiting for a processor is the machine's doing, and so is what makes a request of a few microseconds last some more.
        Double ran = times.get().ranMicros();
        Double blocking = ran == null || mean <= 0 ? null : (Double) Math.max(0, 1 - ran / mean);
        double longest = Quantile.of(0.999, work);
        // Its log tells whole microseconds.
        Double spread = longest < LONG_MICROS ? null : (Double) (longest / Math.max(1, Quantile.median(work)));
        on.causes = new Chosen.Causes(mean, blocking, spread);
    }

    /// Latency against rate, where the loop is open; rate against connections, where it is closed; recovery, where there is
    /// overload.
    private void curves(Chosen on) throws IOException, InterruptedException {
        Double rate = on.rate;
        if (rate != null) {
            double capacity = rate / on.workload.share();
            List<Double> overload = on.workload.overload();
            for (double step : overload.isEmpty() ? CURVE : overload) {
                bench.rounds(on.cases().stream().map(each -> each.rate(step * capacity)).toList(), 1, Purpose.CURVE);
            }
            for (Case each : overload.isEmpty() ? List.<Case>of() : on.cases()) {
                bench.surge(each, overload.getLast() * capacity);
            }
        } else if (on.workload.name().equals("short")) {
            for (int connections : CONNECTIONS) {
                bench.rounds(on.cases().stream()
                        .map(each -> Case.closed(each.contestant(), on.workload.connections(connections), Protocol.P1))
                        .toList(), 1, Purpose.CURVE);
            }
        }
    }

    /// What takes a server of its own: the rates under an objective, queue waits, system calls. As long as there is time.
    private void describe() throws IOException, InterruptedException {
        findObjective();
        int splits = 0;
        int traces = 0;
        int missing = 0;
        for (Chosen on : chosen) {
            for (Contestant each : on.contestants.values()) {
                Double rate = on.rate;
                if (bench.secondsLeft() < (settings.mode() == Mode.QUICK ? DESCRIBE_SECONDS_MIN : 15)) {
                    missing++;
                } else {
                    if (rate != null) {
                        bench.times(Case.open(each, on.workload, rate));
                        splits++;
                    }
                    if (rate == null || settings.mode() == Mode.FULL) {
                        bench.systemCalls(Case.closed(each, on.workload, Protocol.P2));
                        traces++;
                    }
                }
            }
        }
        if (missing > 0) {
            leftOut.add("Queue waits and system calls were looked at for " + (splits + traces)
                    + " servers; for " + missing + " there was no time.");
        }
    }

    private void findObjective() throws IOException, InterruptedException {
        Settings.Slo slo = settings.slo();
        List<Chosen> open = chosen.stream().filter(each -> each.rate != null && !each.contestants.isEmpty()).toList();
        if (slo == null) {
            return;
        }
        if (open.isEmpty()) {
            leftOut.add("The objective " + slo.words() + ": closed loops have no rate that could be the highest.");
        }
        var objective = new Objective(bench, slo, settings.mode());
        double left = bench.secondsLeft() - DESCRIBE_SECONDS_MIN;
        for (int i = 0; i < open.size(); i++) {
            Chosen on = open.get(i);
            int gone = objective.find(on, DESCRIBE_SECONDS_MIN + left * (open.size() - 1 - i) / open.size());
            if (gone < Objective.steps(settings.mode())) {
                leftOut.add(on.workload.title() + ": the highest rate under " + slo.words() + (gone == 0
                        ? ", since there was no time for it."
                        : " is known to 1 part in " + (1 << gone) + " of the best capacity only; for more there was no"
                                + " time."));
            }
        }
    }

    private Results results() {
        List<Cell> cells = new ArrayList<>();
        List<Comparison> comparisons = new ArrayList<>();
        List<Advice> advice = new ArrayList<>();
        for (Chosen on : chosen) {
            if (!on.contestants.isEmpty()) {
                var assembly = new Assembly(on, bench.trials());
                cells.addAll(assembly.cells());
                Optional<Advice> answer = Advisor.advise(assembly, settings, machine);
                answer.ifPresent(advice::add);
                String to = answer.map(each -> settings.name(each.model(), each.transport()))
                        .orElse(on.contestants.keySet().iterator().next());
                Strength strength = assembly.strength(settings);
                comparisons.addAll(assembly.comparisons(to, strength));
                comparisons.addAll(assembly.siblings(strength));
            }
        }
        for (Trial each : bench.trials()) {
            cards.computeIfAbsent(each.workload(), name -> new WorkloadCard(name, name, "Of a claim.", List.of(),
                    each.load().connections(), each.load().requestsPerConnection(), each.load().idle(), ""));
        }
        Settings.Slo slo = settings.slo();
        List<Comparison> different = comparisons.stream().distinct().toList();
        return new Results(Results.SCHEMA, settings.mode(), settings.command(), settings.version(), began.toString(),
                (System.nanoTime() - beganNanos) / 1e9, stopped, slo == null ? null : slo.words(), machine,
                settings.models(),
                List.copyOf(cards.values()), advice, cells, bench.trials(), different, claims, left());
    }

    private List<String> left() {
        List<String> left = new ArrayList<>(leftOut);
        Double busy = machine.busyBefore();
        if (busy != null && busy > BUSY_BEFORE_MAX) {
            left.addFirst(
                    String.format(Locale.ROOT, "A quiet machine: its processors were %.0f %% busy with something else"
                            + " before the run began.", 100 * busy));
        }
        if (settings.hasMpInProcesses()) {
            left.add("MP beyond " + Chosen.MP_PROCESSES + " connections: with processes each of them is a JVM.");
        }
        List<String> other = Workload.NAMES.stream().filter(name -> !cards.containsKey(name)).toList();
        if (settings.app().isEmpty() && !other.isEmpty()) {
            left.add("Workloads that were not run: " + String.join(", ", other) + ".");
        }
        if (settings.mode() != Mode.FULL) {
            left.add(
                    "Few rounds and short trials: every verdict is indicative. Only the full lab (partita compare) may say"
                            + " significant.");
        }
        if (settings.claims().isEmpty()) {
            left.add("The article's claims: partita compare --article examines them.");
        }
        left.add(
                "A network: everything ran over the loopback device, which has no delay, no loss and no bandwidth to share.");
        return left;
    }

    /// The machine, measured.
    public static MachineCard machine(List<String> jvmOptions) throws InterruptedException {
        return Probe.card(jvmOptions);
    }
}
