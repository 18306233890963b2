package dev.partita.lab.compare;

import dev.partita.lab.claims.Claims;
import dev.partita.lab.machine.Probe;
import dev.partita.lab.results.Advice;
import dev.partita.lab.results.Cell;
import dev.partita.lab.results.Cell.Candidate;
import dev.partita.lab.results.Claim;
import dev.partita.lab.results.Comparison;
import dev.partita.lab.results.MachineCard;
import dev.partita.lab.results.Metric;
import dev.partita.lab.results.ModelCard;
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
import java.util.HashMap;
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
    private static final int SLO_STEPS = 4;
    private static final double BUSY_BEFORE_MAX = 0.1;
    /// What most claims take: servers, warm-up, and a dozen trials.
    private static final double CLAIM_SECONDS = 35;

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

    /// How long a run is going to take, in seconds.
    public static double expectedSeconds(Settings settings) {
        Bench.Pace pace = Bench.Pace.of(settings.mode());
        double trial = (pace.settleMillis() + pace.measureMillis()) / 1e3 + 0.2;
        double warm = pace.warmMillis() / 1e3 * Math.min(3, pace.warmMax()) + 0.6;
        double sum = 5;
        for (Workload each : settings.workloads()) {
            int servers = settings.models().stream()
                    .mapToInt(model -> Grid.of(model.name(), "", each, settings.mode()).size())
                    .sum();
            sum += settings.transports().size() * (servers * (warm + (each.tuned() ? trial : 0))
                    + settings.models().size() * settings.rounds() * trial);
        }
        sum += settings.claims().size() * CLAIM_SECONDS;
        return Math.min(sum * 1.1, settings.secondsMax());
    }

    /// Does it. An interrupt ends it with what was measured until then.
    ///
    /// @throws IOException if the system refuses what the lab itself needs
    public Results run() throws IOException {
        try {
            examineClaims();
            int left = settings.transports().size() * settings.workloads().size();
            for (String transport : settings.transports()) {
                for (Workload each : settings.workloads()) {
                    compare(transport, each, bench.secondsLeft() / left--);
                }
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

    /// @param seconds that are for this one
    private void compare(String transport, Workload named, double seconds) throws IOException, InterruptedException {
        double until = bench.secondsLeft() - seconds;
        Workload workload = adapted(Folder.withFiles(named));
        if (workload == null) {
            return;
        }
        cards.put(workload.name(), named.idle(workload.idle()).card(settings.app()));
        Chosen on = tune(transport, workload);
        chosen.add(on);
        if (on.contestants.isEmpty()) {
            leftOut.add(workload.title() + " with " + transport + ": no model served it.");
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

    /// The reference rate is a share of the best model's capacity; each model's configuration is the best of its grid there.
    private Chosen tune(String transport, Workload workload) throws IOException, InterruptedException {
        Map<String, List<Contestant>> grids = new LinkedHashMap<>();
        Map<Contestant, Double> capacities = new LinkedHashMap<>();
        bench.prepare(settings.models().stream()
                .flatMap(model -> Grid.of(model.name(), transport, workload, settings.mode()).stream())
                .map(each -> Case.closed(planted(each), workload, Protocol.P2))
                .toList());
        for (ModelCard model : settings.models()) {
            List<Contestant> grid = new ArrayList<>();
            for (Contestant each : Grid.of(model.name(), transport, workload, settings.mode())) {
                double capacity = bench.capacity(planted(each), workload);
                capacities.put(planted(each), capacity);
                if (capacity > 0) {
                    grid.add(planted(each));
                } else {
                    leftOut.add(workload.title() + ": " + model.name() + " " + String.join(" ", each.server())
                            + " did not serve it.");
                }
            }
            grids.put(model.name(), grid);
        }
        double best = capacities.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
        Double rate = workload.share() == 0 ? null : rateBefore(transport, workload).orElse(workload.share() * best);
        var on = new Chosen(workload, transport, rate);
        List<Contestant> all = grids.values().stream().filter(grid -> grid.size() > 1).flatMap(List::stream).toList();
        List<List<Trial>> tried = bench.rounds(all.stream().map(on::with).toList(), 1, Purpose.TUNE);
        grids.forEach((model, grid) -> {
            if (!grid.isEmpty()) {
                Contestant winner = grid.getFirst();
                double least = Double.MAX_VALUE;
                List<Contestant> scored = new ArrayList<>();
                Map<Contestant, Double> scores = new LinkedHashMap<>();
                for (Contestant each : grid) {
                    int at = all.indexOf(each);
                    if (at >= 0 && !tried.get(at).isEmpty()) {
                        double score = score(tried.get(at).getFirst());
                        scores.put(each, score);
                        scored.add(each);
                        if (score < least) {
                            least = score;
                            winner = each;
                        }
                    }
                }
                Contestant chosenOne = winner;
                on.contestants.put(model, winner);
                on.capacities.put(model, capacities.getOrDefault(winner, 0.0));
                on.grids.put(model, scored.stream()
                        .map(each -> new Candidate(each.server(), scores.getOrDefault(each, 0.0), scoreName(on),
                                each.equals(chosenOne),
                                tried.get(all.indexOf(each)).stream().map(Trial::id).toList()))
                        .toList());
            }
        });
        bench.forget(all.stream().filter(each -> !on.contestants.containsValue(each)).toList());
        return on;
    }

    private Contestant planted(Contestant contestant) {
        return settings.plant() == null ? contestant : settings.plant().in(contestant);
    }

    /// What a resumed run asked for, so that its trials can be used again.
    private Optional<Double> rateBefore(String transport, Workload workload) {
        return before.flatMap(results -> results.trials().stream()
                .filter(each -> each.purpose() == Purpose.MEASURE && each.workload().equals(workload.name())
                        && each.transport().equals(transport) && each.load().rate() != null)
                .map(each -> each.load().rate())
                .findFirst());
    }

    private static String scoreName(Chosen on) {
        return on.rate == null
                ? "µs of CPU for a request"
                : "p99 in seconds, and 10 for all requests that were not served";
    }

    private static double score(Trial trial) {
        Double asked = trial.load().rate();
        if (!trial.isValid()) {
            return Double.MAX_VALUE / 2;
        }
        Double cpu = Metric.CPU.of(trial, "");
        return asked == null
                ? cpu == null ? Double.MAX_VALUE / 2 : cpu
                : trial.latency().p99() + 10 * Math.max(0, 1 - trial.rate() / asked - 0.01);
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
        Contestant plain = on.contestants.getOrDefault("mp", on.contestants.values().iterator().next());
        if (bench.secondsLeft() < 10) {
            leftOut.add(on.workload.title() + ": what the handler is like.");
            return;
        }
        Double rate = on.rate;
        Case calm = Case.open(plain, on.workload, rate == null ? 1_000 : rate / 2);
        Optional<Bench.Times> times = bench.times(calm);
        if (times.isEmpty() || times.get().workMicros().isEmpty()) {
            return;
        }
        List<Double> work = times.get().workMicros();
        double mean = work.stream().mapToDouble(Double::doubleValue).average().orElse(0);
        Double cpu = times.get().cpuMicros();
        // Its log tells whole microseconds.
        double median = Math.max(1, Quantile.median(work));
        on.causes = new Chosen.Causes(mean, cpu == null || mean <= 0 ? null : (Double) Math.max(0, 1 - cpu / mean),
                Quantile.of(0.999, work) / median);
    }

    /// Latency against rate, where the loop is open; rate against connections, where it is closed.
    private void curves(Chosen on) throws IOException, InterruptedException {
        Double rate = on.rate;
        if (rate != null) {
            double capacity = rate / on.workload.share();
            for (Contestant each : on.contestants.values()) {
                overload(on.with(each), capacity);
            }
            for (double step : on.workload.overload().isEmpty() ? CURVE : List.<Double>of()) {
                double at = step * capacity;
                bench.rounds(Case.open(List.copyOf(on.contestants.values()), on.workload, at), 1, Purpose.CURVE);
            }
        } else if (on.workload.name().equals("short")) {
            for (int connections : CONNECTIONS) {
                bench.rounds(Case.closed(List.copyOf(on.contestants.values()), on.workload.connections(connections),
                        Protocol.P1), 1, Purpose.CURVE);
            }
        }
    }

    /// One model after the other, so that its last step begins where its overload has just ended. A rate that comes again is
    /// one more round of the same.
    private void overload(Case what, double capacity) throws IOException, InterruptedException {
        Map<Double, Integer> times = new HashMap<>();
        for (double step : what.workload().overload()) {
            Case at = Case.open(what.contestant(), what.workload(), step * capacity);
            bench.rounds(List.of(at), times.merge(step, 1, Integer::sum), Purpose.CURVE);
        }
    }

    /// What takes a server of its own: the rates under an objective, queue waits, system calls. As long as there is time.
    private void describe() throws IOException, InterruptedException {
        for (Chosen on : chosen) {
            if (settings.slo() != null && on.rate != null) {
                objective(on, settings.slo());
            }
        }
        int splits = 0;
        int traces = 0;
        int missing = 0;
        for (Chosen on : chosen) {
            for (Contestant each : on.contestants.values()) {
                Double rate = on.rate;
                if (bench.secondsLeft() < (settings.mode() == Mode.QUICK ? 6 : 15)) {
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

    /// The highest rate at which the objective holds: halving between none and the best capacity.
    private void objective(Chosen on, Settings.Slo slo) throws IOException, InterruptedException {
        double best = on.capacities.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
        for (Map.Entry<String, Contestant> each : on.contestants.entrySet()) {
            double holds = 0;
            double fails = best;
            for (int i = 0; i < SLO_STEPS && bench.secondsLeft() > 5; i++) {
                double rate = (holds + fails) / 2;
                List<Trial> trials = bench
                        .rounds(List.of(Case.open(each.getValue(), on.workload, rate)), 1, Purpose.CURVE)
                        .getFirst();
                if (!trials.isEmpty() && holds(trials.getFirst(), slo)) {
                    holds = rate;
                } else {
                    fails = rate;
                }
            }
            on.sloRates.put(each.getKey(), holds);
        }
    }

    private static boolean holds(Trial trial, Settings.Slo slo) {
        Double asked = trial.load().rate();
        double latency = slo.percentile() >= 99.9
                ? trial.latency().p999()
                : slo.percentile() >= 99
                        ? trial.latency().p99()
                        : slo.percentile() >= 90 ? trial.latency().p90() : trial.latency().p50();
        return trial.isValid() && asked != null && trial.rate() >= 0.98 * asked && latency <= slo.seconds();
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
                String to = answer.map(Advice::model).orElse(on.contestants.keySet().iterator().next());
                comparisons.addAll(assembly.comparisons(to, strength()));
            }
        }
        for (Trial each : bench.trials()) {
            cards.computeIfAbsent(each.workload(), name -> new WorkloadCard(name, name, "Of a claim.", List.of(),
                    each.load().connections(), each.load().requestsPerConnection(), each.load().idle(), ""));
        }
        return new Results(Results.SCHEMA, settings.mode(), settings.command(), settings.version(), began.toString(),
                (System.nanoTime() - beganNanos) / 1e9, stopped, machine, settings.models(),
                List.copyOf(cards.values()), advice, cells, bench.trials(), comparisons, claims, left());
    }

    private List<String> left() {
        List<String> left = new ArrayList<>(leftOut);
        Double busy = machine.busyBefore();
        if (busy != null && busy > BUSY_BEFORE_MAX) {
            left.addFirst(
                    String.format(Locale.ROOT, "A quiet machine: its processors were %.0f %% busy with something else"
                            + " before the run began.", 100 * busy));
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
