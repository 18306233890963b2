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
import dev.partita.lab.trial.Bench;
import dev.partita.lab.trial.Case;
import dev.partita.lab.trial.Folder;
import dev.partita.lab.trial.LabFailure;
import dev.partita.lab.workload.Workload;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// One run of the lab. For each transport and workload: every model is tuned over its grid, then tried in rounds until the
/// intervals are narrow or the time is over. What follows from the trials is worked out by [Assembly] and [Advisor], at the end and
/// whenever a workload or a claim is over; so a run that is interrupted has an answer too, and one that is killed leaves one behind.
///
/// A run that goes on with an earlier one goes the same way again, and measures what that one has not. So where nothing is missing it
/// measures nothing, and judges what there is by the rules of today.
public final class Comparing {
    /// Once the intervals of paired ratios are this narrow, more rounds would not change an answer.
    private static final double NARROW = 0.05;
    /// Rounds with the same servers, in a full run. What differs from one start of a JVM to the next (where code and data lie, what was
    /// compiled when) may differ more than two models do, and what only one start shows is no property of a model.
    public static final int ROUNDS_PER_START = 3;
    static final List<Double> CURVE = List.of(0.2, 0.6, 0.8);
    /// Rounds instead of those in which something else was measured.
    private static final int ROUNDS_SPARE = 2;
    private static final List<Integer> CONNECTIONS = List.of(4, 16, 256, 1_024);
    /// A start, a warm-up and three trials.
    private static final double MODEL_SECONDS_MIN = 7;
    /// The share of a full run that is kept for what [Inspection] does.
    private static final double INSPECTION_SHARE = 0.15;

    private final Settings settings;
    private final Bench bench;
    private final MachineCard machine;
    private final Earlier earlier;
    private final Consumer<Results> keeper;
    private final Instant began = Instant.now();
    private final long beganNanos = System.nanoTime();
    private final List<Chosen> chosen = new ArrayList<>();
    private final Map<Integer, Claim> claims = new TreeMap<>();
    private final Map<String, WorkloadCard> cards = new LinkedHashMap<>();
    private final LeftOut leftOut = new LeftOut();
    private final Inspection inspection;
    /// How many trials there were when they were last kept.
    private int kept;

    /// @param machine that of the earlier run, if there is one: it stands for all trials
    /// @param before what an earlier run has found, to go on with it; empty for a new run
    /// @param keeper is given what there is whenever a workload or a claim is over
    public Comparing(
            Settings settings, Bench bench, MachineCard machine, Optional<Results> before, Consumer<Results> keeper) {
        earlier = new Earlier(before);
        this.settings = earlier.with(settings);
        this.bench = bench;
        this.machine = machine;
        this.keeper = keeper;
        inspection = new Inspection(this.settings, bench, leftOut);
        bench.resume(earlier.trials());
        kept = earlier.trials().size();
        if (!bench.measures()) {
            leftOut.add(
                    "What that run did not measure: its trials are those of another build of Partita.");
        }
        earlier.claims().forEach(each -> claims.put(each.number(), each));
        earlier.workloads().forEach(each -> cards.put(each.name(), each));
    }

    /// Does it. An interrupt ends it with what was measured until then, and so does whatever the system refuses to the lab itself.
    ///
    /// @throws IOException if the system refuses that before anything was measured; so does a [LabFailure]
    /// @throws InterruptedException if nothing was measured until then
    public Results run() throws IOException, InterruptedException {
        try {
            measure();
            return results(!bench.measures() && earlier.isStopped());
        } catch (InterruptedException stopped) {
            if (!hasMeasured()) {
                throw stopped;
            }
        } catch (IOException | LabFailure failure) {
            boolean stopped = Thread.interrupted(); // reading a file is interrupted in its own way
            if (!hasMeasured()) {
                if (stopped) {
                    throw new InterruptedException();
                }
                throw failure;
            }
            if (!stopped) {
                leftOut.failed(String.valueOf(failure.getMessage()));
            }
        }
        return results(true);
    }

    private void measure() throws IOException, InterruptedException {
        examineClaims();
        int left = settings.workloads().size();
        for (Workload each : settings.workloads()) {
            compare(each, Math.max(0, bench.secondsLeft() - reservedSeconds()) / left--);
            if (Thread.interrupted()) { // whoever looked for a tool could only pass it on
                throw new InterruptedException();
            }
            keep();
        }
        inspection.rest(chosen);
    }

    private boolean hasMeasured() {
        return bench.trials().size() > earlier.trials().size();
    }

    private void keep() {
        int trials = bench.trials().size();
        if (trials > kept) {
            kept = trials;
            keeper.accept(results(true));
        }
    }

    /// Also those that an earlier run has examined: their trials are used again, and judged again.
    private void examineClaims() throws IOException, InterruptedException {
        Claims.examine(settings.claims(), bench, settings.transports().getFirst(), settings.rounds(), strength(),
                settings.plant(), machine.openFilesMax(), earlier.claims(), claim -> {
                    claims.put(claim.number(), claim);
                    keep();
                });
    }

    private Strength strength() {
        return settings.mode() == Mode.FULL ? Strength.SIGNIFICANT : Strength.INDICATIVE;
    }

    /// What has to be left once the workloads are compared.
    private double reservedSeconds() {
        double inspecting =
                settings.mode() == Mode.FULL ? INSPECTION_SHARE * settings.secondsMax() : Inspection.QUICK_SECONDS_MIN;
        long open = settings.workloads().stream().filter(each -> each.share() > 0).count();
        return settings.slo() == null
                ? inspecting
                : inspecting + open * Forecast.objectiveSeconds(settings, bench.trialSeconds());
    }

    /// @param seconds that are for this one
    private void compare(Workload named, double seconds) throws IOException, InterruptedException {
        double until = bench.secondsLeft() - seconds;
        Workload workload = Adaptation.of(Folder.withFiles(named), settings, machine.openFilesMax(), leftOut);
        if (workload == null) {
            return;
        }
        WorkloadCard card = named.idle(workload.idle()).card(settings.app());
        Optional<Chosen> known = earlier.chosen(workload, card, settings, leftOut);
        if (known.isEmpty() && bench.secondsLeft() < MODEL_SECONDS_MIN * settings.models().size()) {
            leftOut.add(workload, bench.measures() ? "there was no time for it." : "it was not measured before.");
            return;
        }
        cards.put(workload.name(), card);
        Chosen on = known.isPresent()
                ? known.get()
                : new Tuning(settings, bench, workload, leftOut::add).tune(earlier.rate(card));
        chosen.add(on);
        if (on.contestants.isEmpty()) {
            leftOut.add(workload, "no model served it.");
            return;
        }
        int most = settings.roundsMax();
        for (int rounds = Math.min(3, settings.rounds()); rounds <= most
                || rounds <= most + ROUNDS_SPARE && hasFew(on); rounds++) {
            if (settings.mode() == Mode.FULL && rounds > ROUNDS_PER_START && rounds % ROUNDS_PER_START == 1) {
                bench.forget(on.cases().stream().map(Case::contestant).toList());
            }
            bench.rounds(on.cases(), rounds, Purpose.MEASURE);
            if (rounds >= settings.rounds() && (bench.secondsLeft() < until
                    || (known.isPresent() || isNarrow(on)) && !hasFew(on))) {
                break;
            }
        }
        if (on.causes.equals(Chosen.Causes.UNKNOWN)) {
            inspection.handler(on);
        }
        if (settings.mode() == Mode.FULL) {
            curves(on);
        }
    }

    /// Whether two models that have valid trials have fewer rounds in common in which both are valid than an answer takes.
    private boolean hasFew(Chosen on) {
        List<Set<Integer>> rounds = new Assembly(on, bench.trials()).measured.values().stream()
                .map(each -> each.stream().filter(Trial::isValid).map(Trial::round).collect(Collectors.toSet()))
                .filter(valid -> !valid.isEmpty())
                .toList();
        int enough = settings.mode() == Mode.FULL
                ? Math.min(Pairs.ROUNDS_SIGNIFICANT, settings.rounds())
                : Pairs.PAIRS_MIN;
        return rounds.stream().anyMatch(one -> rounds.stream()
                .anyMatch(other -> one.stream().filter(other::contains).count() < enough));
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

    /// @param stopped whether it is not over
    private Results results(boolean stopped) {
        List<Cell> cells = new ArrayList<>();
        List<Comparison> comparisons = new ArrayList<>();
        List<Advice> advice = new ArrayList<>();
        for (Chosen on : chosen) {
            var assembly = new Assembly(on, bench.trials());
            if (on.contestants.isEmpty() || !assembly.isTried() && earlier.hasCompared(on.workload.name())) {
                continue;
            }
            cells.addAll(assembly.cells());
            Optional<Advice> answer = Advisor.advise(assembly, settings, machine);
            answer.ifPresent(advice::add);
            String to = answer.map(each -> settings.name(each.model(), each.transport()))
                    .orElse(on.contestants.keySet().iterator().next());
            Strength strength = assembly.strength(settings);
            comparisons.addAll(assembly.comparisons(to, strength));
            comparisons.addAll(assembly.siblings(strength));
        }
        List<Cell> now = List.copyOf(cells);
        cells.addAll(earlier.cells(now));
        comparisons.addAll(earlier.comparisons(now));
        advice.addAll(earlier.advice(now));
        Map<String, WorkloadCard> all = new LinkedHashMap<>(cards);
        for (Trial each : bench.trials()) {
            all.computeIfAbsent(each.workload(), name -> new WorkloadCard(name, name, "Of a claim.", List.of(),
                    each.load().connections(), each.load().requestsPerConnection(), each.load().idle(), ""));
        }
        Settings.Slo slo = settings.slo();
        List<String> missing = leftOut.all(settings, machine, all.keySet(), stopped);
        return new Results(Results.SCHEMA, settings.mode(), settings.command(),
                earlier.version().orElse(settings.version()), earlier.began().orElse(began.toString()),
                earlier.seconds() + (System.nanoTime() - beganNanos) / 1e9, stopped, slo == null ? null : slo.words(),
                machine, settings.models(), List.copyOf(all.values()), advice, cells, bench.trials(),
                comparisons.stream().distinct().toList(), List.copyOf(claims.values()),
                Stream.concat(missing.stream(), earlier.leftOut(now).stream()).distinct().toList());
    }

    /// The machine as far as that can be told without measuring: what it costs is missing.
    public static MachineCard machineUnmeasured(List<String> jvmOptions) {
        return Probe.unmeasured(jvmOptions);
    }

    /// The machine, measured.
    public static MachineCard machine(List<String> jvmOptions) throws InterruptedException {
        return Probe.card(jvmOptions);
    }
}
