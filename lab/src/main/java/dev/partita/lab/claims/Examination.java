package dev.partita.lab.claims;

import dev.partita.lab.results.Claim;
import dev.partita.lab.results.Claim.Finding;
import dev.partita.lab.results.Claim.Verdict;
import dev.partita.lab.results.Results.Strength;
import dev.partita.lab.results.Trial;
import dev.partita.lab.results.Trial.Cost;
import dev.partita.lab.results.Trial.Generator;
import dev.partita.lab.results.Trial.Latency;
import dev.partita.lab.results.Trial.Load;
import dev.partita.lab.results.Trial.Memory;
import dev.partita.lab.results.Trial.Protocol;
import dev.partita.lab.results.Trial.Purpose;
import dev.partita.lab.results.WorkloadCard.RequestClass;
import dev.partita.lab.statistics.Interval;
import dev.partita.lab.statistics.Quantile;
import dev.partita.lab.trial.Bench;
import dev.partita.lab.trial.Case;
import dev.partita.lab.trial.Contestant;
import dev.partita.lab.trial.Plant;
import dev.partita.lab.workload.Workload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One claim being examined: makes the trials, keeps the findings, and ends as a [Claim].
final class Examination {
    static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
    /// The share of SYMPED's capacity at which latencies are compared.
    static final double REFERENCE = 0.4;
    private static final double MILLIS = 1e3;
    private static final double FAILED_MAX = 0.01;
    /// Per cent of all processors. Beyond it the generator takes a part of what the servers are said to be able to keep busy.
    private static final double GENERATOR_MAX = 5;
    private static final Interval NOTHING = new Interval(0, 0, 0);

    final Bench bench;
    private final Question question;
    private final String transport;
    private final int rounds;
    private final Strength strength;
    private final @Nullable Plant plant;
    private final long openFilesMax;
    private final Set<Integer> before = new HashSet<>();
    private final List<Finding> findings = new ArrayList<>();
    private final TreeSet<Integer> ids = new TreeSet<>();
    private final List<String> open = new ArrayList<>();
    private final List<String> few = new ArrayList<>();
    private String missing = "";

    /// A figure of a trial.
    interface Figure {
        @Nullable Double of(Trial trial);

        /// So much of it may be the generator's own lateness.
        default double late(Trial trial) {
            return 0;
        }
    }

    /// A percentile of the latency, in milliseconds.
    private record Percentile(Figure latency, Function<Generator, @Nullable Double> lateness) implements Figure {
        @Override
        public @Nullable Double of(Trial trial) {
            return latency.of(trial);
        }

        @Override
        public double late(Trial trial) {
            Double seconds = lateness.apply(trial.generator());
            return seconds == null ? 0 : MILLIS * seconds;
        }
    }

    /// What all claims of a run have in common.
    ///
    /// @param before what an earlier run has said of claims
    record Setting(
            Bench bench,
            String transport,
            int rounds,
            Strength strength,
            @Nullable Plant plant,
            long files,
            List<Claim> before) {
        Setting with(int otherRounds) {
            return new Setting(bench, transport, otherRounds, strength, plant, files, before);
        }
    }

    Examination(Question question, Setting setting) {
        this.question = question;
        bench = setting.bench;
        transport = setting.transport;
        rounds = setting.rounds;
        strength = setting.strength;
        plant = setting.plant;
        openFilesMax = setting.files;
        setting.before.stream()
                .filter(each -> each.number() == question.number())
                .forEach(each -> before.addAll(each.trials()));
    }

    // Who and what.

    Contestant model(String name, String... options) {
        var contestant = new Contestant(name, transport, List.of(options));
        Plant delay = plant;
        return delay == null ? contestant : delay.in(contestant);
    }

    Contestant sped() {
        return model("sped");
    }

    Contestant mp() {
        return model("mp", "--workers 2048");
    }

    Contestant vt() {
        return model("vt", "--loops 1");
    }

    Contestant symped() {
        return model("symped", "--workers " + PROCESSORS, "--accept reuse-port");
    }

    Contestant amped(int workers) {
        return model("amped", "--workers " + workers);
    }

    Contestant seda() {
        return model("seda", "--workers " + PROCESSORS);
    }

    /// Requests of one kind over 64 connections.
    static Workload of(String name, String title, String path) {
        return Workload.named("short").mix(name, title, List.of(new RequestClass("GET " + path, 1)));
    }

    static Workload plaintext() {
        return Workload.named("short");
    }

    static Workload work(int micros) {
        return of("work-" + micros, "work of " + micros + " µs", "/work?micros=" + micros);
    }

    /// As many idle connections as descriptors allow, up to that many.
    int idle(int wanted) {
        return (int) Math.max(0, Math.min(wanted, openFilesMax - 1_000));
    }

    /// That share of what SYMPED can do of it: everybody gets the same.
    double rate(Workload workload, double share) throws IOException, InterruptedException {
        return rate(symped(), workload, share);
    }

    /// That share of what this server can do of it. What it was asked before, by this claim at best, it is asked again: only trials
    /// at one rate can be used for several claims, and by a run that goes on with another one.
    double rate(Contestant server, Workload workload, double share) throws IOException, InterruptedException {
        Optional<Double> asked = bench.trials().stream()
                .filter(each -> each.purpose() == Purpose.MEASURE && each.workload().equals(workload.name()))
                .sorted(Comparator.comparing(each -> !before.contains(each.id())))
                .map(Trial::load)
                .map(Load::rate)
                .flatMap(Stream::ofNullable)
                .findFirst();
        return asked.isPresent() ? asked.get() : share * bench.capacity(server, workload);
    }

    // Trials.

    /// The valid trials of each case.
    List<List<Trial>> measure(List<Case> cases) throws IOException, InterruptedException {
        List<List<Trial>> valid = new ArrayList<>();
        for (List<Trial> each : bench.rounds(cases, rounds, Purpose.MEASURE)) {
            each.forEach(trial -> ids.add(trial.id()));
            List<Trial> good = each.stream().filter(Trial::isValid).filter(Examination::isServed).toList();
            if (good.isEmpty() && missing.isEmpty()) {
                missing = each.isEmpty()
                        ? "the time was over before its trials"
                        : "no trial of " + each.getFirst().model() + " is valid: " + why(each.getFirst());
            }
            valid.add(good);
        }
        return valid;
    }

    /// A request that is refused costs next to nothing: where many are, figures for a request say something else.
    private static boolean isServed(Trial trial) {
        return trial.requests() - trial.served() <= FAILED_MAX * trial.requests();
    }

    private static String why(Trial trial) {
        return trial.isValid()
                ? trial.requests() - trial.served() + " of " + trial.requests() + " requests failed: " + trial.errors()
                : trial.reason();
    }

    List<List<Trial>> measure(Case... cases) throws IOException, InterruptedException {
        return measure(List.of(cases));
    }

    List<List<Trial>> closed(Workload workload, Protocol protocol, Contestant... contestants)
            throws IOException, InterruptedException {
        return measure(Case.closed(List.of(contestants), workload, protocol));
    }

    List<List<Trial>> open(Workload workload, double rate, Contestant... contestants)
            throws IOException, InterruptedException {
        return measure(Case.open(List.of(contestants), workload, rate));
    }

    // Findings.

    /// Adds the median of a figure; 0 where there is no trial.
    Measured note(String label, List<Trial> trials, Figure figure, String unit) {
        List<Double> values = values(trials, figure);
        if (values.isEmpty()) {
            missing = missing.isEmpty() ? "there is no figure for: " + label : missing;
            return new Measured(label, NOTHING, 0, 0, open, few);
        }
        Interval interval = Interval.ofMedian(values);
        boolean several = values.size() > 1;
        findings.add(new Finding(label, interval.median(), several ? (Double) interval.low() : null,
                several ? (Double) interval.high() : null, unit));
        List<Double> inTime = values(trials, trial -> {
            Double value = figure.of(trial);
            return value == null ? null : (Double) Math.max(0, value - figure.late(trial));
        });
        return new Measured(label, interval, interval.low() - Interval.ofMedian(inTime).low(), values.size(), open,
                few);
    }

    /// Adds the median of the ratios of trials of one round; 0 where there is none.
    Measured ratio(String label, List<Trial> above, List<Trial> below, Figure figure) {
        List<Double> ratios = new ArrayList<>();
        for (Trial one : above) {
            for (Trial other : below) {
                Double value = figure.of(one);
                Double to = figure.of(other);
                if (one.round() == other.round() && value != null && to != null && to > 0) {
                    ratios.add(value / to);
                }
            }
        }
        if (ratios.isEmpty()) {
            missing = missing.isEmpty() ? "there is no pair for: " + label : missing;
            return new Measured(label, NOTHING, 0, 0, open, few);
        }
        Interval interval = Interval.ofMedian(ratios);
        findings.add(new Finding(label, interval.median(), interval.low(), interval.high(), "x"));
        return new Measured(label, interval, 0, ratios.size(), open, few);
    }

    /// Adds the share of all processors that the generator took, where a claim is about more than one of them.
    ///
    /// @param where the beginning of the label
    void noteGenerator(String where, List<Trial> trials) {
        boolean isMuch = !trials.isEmpty() && median(trials, Examination::generatorShare) > GENERATOR_MAX;
        note(where + "generator, of all processors"
                + (isMuch
                        ? String.format(Locale.ROOT, " (more than %.0f %%: the servers had so much less of them)",
                                GENERATOR_MAX)
                        : ""),
                trials, Examination::generatorShare, "%");
    }

    private static List<Double> values(List<Trial> trials, Figure figure) {
        List<Double> values = new ArrayList<>();
        for (Trial each : trials) {
            Double value = figure.of(each);
            if (value != null) {
                values.add(value);
            }
        }
        return values;
    }

    static double median(List<Trial> trials, Figure figure) {
        List<Double> values = values(trials, figure);
        return values.isEmpty() ? 0 : Quantile.median(values);
    }

    // Figures.

    static @Nullable Double rate(Trial trial) {
        return trial.isPacedByGenerator() ? null : (Double) trial.rate();
    }

    static @Nullable Double cpu(Trial trial) {
        return cost(trial, Cost::cpuMicros);
    }

    static @Nullable Double systemShare(Trial trial) {
        return cost(trial, cost -> cost.cpuMicros() == 0 ? 0 : 100 * cost.systemMicros() / cost.cpuMicros());
    }

    static @Nullable Double processors(Trial trial) {
        return cost(trial, Cost::processors);
    }

    static @Nullable Double switches(Trial trial) {
        return cost(trial, cost -> cost.voluntarySwitches() == null || cost.involuntarySwitches() == null
                ? null
                : (Double) (cost.voluntarySwitches() + cost.involuntarySwitches()));
    }

    static @Nullable Double threads(Trial trial) {
        Memory memory = trial.memory();
        return memory == null ? null : (Double) (double) memory.threads();
    }

    /// In per cent.
    private static Double generatorShare(Trial trial) {
        return 100 * trial.generator().busy() / PROCESSORS;
    }

    /// How evenly connections waited; 1 is evenly.
    static @Nullable Double fairness(Trial trial) {
        return trial.fairness();
    }

    static @Nullable Double bytesPerIdle(Trial trial) {
        Memory memory = trial.memory();
        return memory == null ? null : memory.bytesPerIdleConnection();
    }

    /// In milliseconds.
    static Figure p50() {
        return new Percentile(trial -> trial.isPacedByGenerator() ? null : (Double) (MILLIS * trial.latency().p50()),
                Generator::lateP50);
    }

    /// In milliseconds.
    static Figure p99() {
        return new Percentile(trial -> trial.isPacedByGenerator() ? null : (Double) (MILLIS * trial.latency().p99()),
                Generator::lateP99);
    }

    /// Of the first class of requests, in milliseconds.
    static Figure shortP99(Workload workload) {
        return new Percentile(trial -> MILLIS * shorts(trial, workload).p99(), Generator::lateP99);
    }

    /// Of the first class of requests, in milliseconds.
    static Figure shortP999(Workload workload) {
        return new Percentile(trial -> MILLIS * shorts(trial, workload).p999(), Generator::lateP999);
    }

    private static Latency shorts(Trial trial, Workload workload) {
        return trial.classes().getOrDefault(workload.shortClass(), trial.latency());
    }

    private static @Nullable Double cost(Trial trial, Function<Cost, @Nullable Double> figure) {
        Cost cost = trial.cost();
        return cost == null ? null : figure.apply(cost);
    }

    // What follows.

    Claim confirmed() {
        return end(Verdict.CONFIRMED, "");
    }

    Claim refuted(String why) {
        return end(Verdict.REFUTED, why);
    }

    Claim depends(String on) {
        return end(Verdict.DEPENDS, on);
    }

    Claim confirmedIf(Answer holds, String otherwise) {
        return holds == Answer.OPEN ? undecided() : holds == Answer.YES ? confirmed() : refuted(otherwise);
    }

    /// Both halves of a claim that has two.
    Claim halves(Answer first, Answer second, String on, String otherwise) {
        if (first == Answer.OPEN || second == Answer.OPEN) {
            return undecided();
        }
        return first == second ? confirmedIf(first, otherwise) : depends(on);
    }

    /// Where an interval lies on both sides of a threshold.
    Claim undecided() {
        return end(Verdict.UNDECIDED, String.join("; ", open));
    }

    Claim notMeasured(String why) {
        return new Claim(question.number(), question.words(), question.title(), question.experiment(), findings,
                Verdict.NOT_MEASURED, why, strength, List.copyOf(ids));
    }

    /// Where a figure is missing, or is of too few trials, there is no verdict.
    private Claim end(Verdict verdict, String on) {
        if (missing.isEmpty() && !few.isEmpty()) {
            missing = few.getFirst();
        }
        return missing.isEmpty()
                ? new Claim(question.number(), question.words(), question.title(), question.experiment(), findings,
                        verdict, on, strength, List.copyOf(ids))
                : notMeasured(missing);
    }
}
