package dev.partita.lab.compare;

import dev.partita.lab.claims.Claims;
import dev.partita.lab.machine.Probe;
import dev.partita.lab.results.Advice;
import dev.partita.lab.results.Cell;
import dev.partita.lab.results.Cell.Medians;
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
import dev.partita.lab.workload.Workload;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// One run of the lab. For each transport and workload: every model is tuned over its grid, then tried in rounds until the
/// intervals are narrow or the time is over. What follows from the trials is worked out at the end, by [Assembly] and
/// [Advisor]; so a run that is interrupted has an answer too.
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
    private final Optional<Results> before;
    private final Instant began = Instant.now();
    private final long beganNanos = System.nanoTime();
    private final List<Chosen> chosen = new ArrayList<>();
    private final List<Claim> claims = new ArrayList<>();
    private final Map<String, WorkloadCard> cards = new LinkedHashMap<>();
    private final LeftOut leftOut = new LeftOut();
    private final Inspection inspection;

    /// @param before what an earlier run has found, to go on with it; empty for a new run
    public Comparing(Settings settings, Bench bench, MachineCard machine, Optional<Results> before) {
        this.settings = settings;
        this.bench = bench;
        this.machine = machine;
        this.before = before;
        inspection = new Inspection(settings, bench, leftOut);
        before.ifPresent(results -> {
            bench.resume(results.trials());
            claims.addAll(results.claims().stream()
                    .filter(each -> each.verdict() != Claim.Verdict.NOT_MEASURED
                            && each.verdict() != Claim.Verdict.UNDECIDED)
                    .toList());
        });
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
            inspection.rest(chosen);
        } catch (InterruptedException interrupted) {
            leftOut.stopped();
        } catch (IOException failure) {
            if (!Thread.interrupted()) { // reading a file is interrupted in its own way
                throw failure;
            }
            leftOut.stopped();
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
        if (bench.secondsLeft() < MODEL_SECONDS_MIN * settings.models().size()) {
            leftOut.add(workload, "there was no time for it.");
            return;
        }
        WorkloadCard card = named.idle(workload.idle()).card(settings.app());
        cards.put(workload.name(), card);
        Chosen on = new Tuning(settings, bench, workload, leftOut::add).tune(rateBefore(card));
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
            if (rounds >= settings.rounds() && (bench.secondsLeft() < until || isNarrow(on) && !hasFew(on))) {
                break;
            }
        }
        inspection.handler(on);
        if (settings.mode() == Mode.FULL) {
            curves(on);
        }
    }

    /// What a resumed run asked for, so that its trials can be used again; not what a claim asked of the same workload.
    private Optional<Double> rateBefore(WorkloadCard workload) {
        return before.filter(results -> results.workloads().contains(workload))
                .flatMap(results -> results.cells().stream()
                        .filter(each -> each.workload().equals(workload.name()))
                        .map(Cell::p2)
                        .flatMap(Stream::ofNullable)
                        .map(Medians::asked)
                        .flatMap(Stream::ofNullable)
                        .findFirst());
    }

    /// Whether two models that have valid trials have fewer rounds in common in which both are valid than an answer takes.
    private boolean hasFew(Chosen on) {
        List<Set<Integer>> rounds = new Assembly(on, bench.trials()).measured.values().stream()
                .map(each -> each.stream().filter(Trial::isValid).map(Trial::round).collect(Collectors.toSet()))
                .filter(valid -> !valid.isEmpty())
                .toList();
        return rounds.stream().anyMatch(one -> rounds.stream()
                .anyMatch(other -> one.stream().filter(other::contains).count() < Pairs.PAIRS_MIN));
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
                (System.nanoTime() - beganNanos) / 1e9, leftOut.isStopped(), slo == null ? null : slo.words(), machine,
                settings.models(),
                List.copyOf(cards.values()), advice, cells, bench.trials(), different,
                claims.stream().sorted(Comparator.comparingInt(Claim::number)).toList(),
                leftOut.all(settings, machine, cards.keySet()));
    }

    /// The machine, measured.
    public static MachineCard machine(List<String> jvmOptions) throws InterruptedException {
        return Probe.card(jvmOptions);
    }
}
