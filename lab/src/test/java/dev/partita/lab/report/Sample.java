package dev.partita.lab.report;

import dev.partita.lab.results.Advice;
import dev.partita.lab.results.Cell;
import dev.partita.lab.results.Claim;
import dev.partita.lab.results.Claim.Finding;
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
import dev.partita.lab.results.Trial.State;
import dev.partita.lab.results.WorkloadCard;
import dev.partita.lab.results.WorkloadCard.RequestClass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Results that nobody has measured, of the sizes that a real run has: invented from a cost for each model, with some noise from a
/// fixed seed.
final class Sample {
    private static final int ROUNDS = 5;
    private static final double[] LOADS = {0.1, 0.3, 0.5, 0.7, 0.85, 0.95};
    private static final int[] CONNECTIONS = {1, 4, 16, 64, 256, 1_024};

    private final Random random = new Random(42);
    private final List<String> models;
    private final List<Job> jobs;
    private final List<Trial> trials = new ArrayList<>();
    private final List<Cell> cells = new ArrayList<>();
    private final List<Advice> advice = new ArrayList<>();
    private final List<Comparison> comparisons = new ArrayList<>();

    private Sample(List<String> models, List<Job> jobs) {
        this.models = models;
        this.jobs = jobs;
    }

    /// A workload and how long its work is: mostly so many microseconds, and sometimes so many.
    private record Job(WorkloadCard card, double micros, double longMicros, double longShare, boolean blocks) {
        double mean() {
            return micros * (1 - longShare) + longMicros * longShare;
        }
    }

    /// All models, nine workloads and the article's claims.
    static Results full() {
        return new Sample(List.of("mp", "sped", "seda", "amped", "symped", "vt"), jobs()).results(Mode.FULL, claims());
    }

    /// One model on one workload.
    static Results oneModel() {
        return new Sample(List.of("symped"), jobs().subList(0, 1)).results(Mode.QUICK, List.of());
    }

    /// A run in which no trial is good for anything.
    static Results allVoid() {
        Results full = new Sample(List.of("mp", "sped"), jobs().subList(0, 2)).results(Mode.QUICK, List.of());
        List<Trial> useless = full.trials().stream()
                .map(trial -> with(trial, State.VOID, "the hypervisor took 4.1 % of the time (steal), more than 0.5 %"))
                .toList();
        return new Results(full.schema(), full.mode(), full.command(), full.version(), full.began(), 12, true, null,
                full.machine(),
                full.models(), full.workloads(), List.of(), List.of(), useless, List.of(), List.of(), full.leftOut());
    }

    /// A run that was ended before its first trial.
    static Results nothing() {
        Results full = new Sample(List.of("mp"), jobs().subList(0, 1)).results(Mode.QUICK, List.of());
        return new Results(full.schema(), full.mode(), full.command(), full.version(), full.began(), 2, true, null,
                full.machine(),
                List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of());
    }

    private static List<Job> jobs() {
        return List.of(
                job("short", "Uniform short",
                        "A reply of 13 bytes that takes no work: what is left is the cost of the model.",
                        0.3, 0, 0, false, "GET /plaintext"),
                job("bimodal", "Bimodal CPU",
                        "1 request in 200 computes for 5 ms, the others for 5 µs. It separates models in"
                                + " which short requests wait for long ones.",
                        5, 5_000, 0.005, false, "GET /work?micros=5",
                        "GET /work?micros=5000"),
                job("heavy", "Uniform CPU-heavy",
                        "Every request computes for 500 µs: what matters is how many processors do.",
                        500, 0, 0, false, "GET /work?micros=500"),
                job("blocking", "Blocking", "1 request in 10 sleeps for 20 ms, as one that waits for a database does.",
                        5, 20_000, 0.1, true, "GET /plaintext", "GET /sleep?millis=20"),
                job("files", "Static files", "1 KiB to 1 MiB, hot and cold.", 12, 900, 0.02, true, "GET /hot",
                        "GET /cold"),
                job("idle", "Many idle connections", "19,000 connections say nothing, 100 are active.", 0.3, 0, 0,
                        false,
                        "GET /plaintext"),
                job("reconnect", "A connection for each request", "Establishing and tearing down is most of the work.",
                        18, 0, 0,
                        false, "GET /plaintext"),
                job("skewed", "Skewed connections", "1 of 8 connections carries half of the requests.", 30, 0, 0, false,
                        "GET /work?micros=30"),
                job("overload", "Overload and recovery", "From half of what can be done to five times that.", 100, 0, 0,
                        false,
                        "GET /work?micros=100"));
    }

    private static Job job(String name, String title, String description, double micros, double longMicros,
            double longShare,
            boolean blocks, String... classes) {
        List<RequestClass> kinds = new ArrayList<>();
        for (int i = 0; i < classes.length; i++) {
            kinds.add(new RequestClass(classes[i], classes.length == 1
                    ? 1
                    : (int) Math.round(1_000 * (i == 0 ? 1 - longShare : longShare))));
        }
        return new Job(new WorkloadCard(name, title, description, kinds, 64, name.equals("reconnect") ? 1 : 0,
                name.equals("idle") ? 19_000 : 0, ""), micros, longMicros, longShare, blocks);
    }

    private Results results(Mode mode, List<Claim> claims) {
        for (Job job : jobs) {
            measure(job);
        }
        return new Results(Results.SCHEMA, mode,
                mode == Mode.FULL ? "partita compare --article" : "partita compare --quick",
                "0.1.0-SNAPSHOT", "2026-11-26T09:00:00Z", 2_312.4, false, "p99=20ms", machine(),
                models.stream().map(Sample::card).toList(), jobs.stream().map(Job::card).toList(), advice, cells,
                trials,
                comparisons, claims, List.of("System calls of models that block in the JDK: strace is not installed.",
                        "io_uring: the run was for epoll only."));
    }

    private static MachineCard machine() {
        return new MachineCard("AMD EPYC 9R14 amd64", 2, 8L << 30, "Linux 6.18.44",
                "25.0.3+9-LTS, OpenJDK 64-Bit Server VM",
                List.of("-XX:+UseSerialGC", "-Xms96m", "-Xmx96m", "-XX:+UseCompactObjectHeaders"), 20_000, 25.1, 312,
                5_210.0,
                41_800.0, 30_900.0, 0.021);
    }

    private static ModelCard card(String model) {
        return switch (model) {
            case "mp" -> new ModelCard(model, "Multi-Process (here: threads)",
                    "the master, which starts a thread for each",
                    "the connection's thread", "the connection's thread");
            case "sped" -> new ModelCard(model, "Single Process, Event-Driven", "the loop", "the loop", "the loop");
            case "seda" -> new ModelCard(model, "Staged Event-Driven Architecture", "an acceptor", "a network node",
                    "2 threads for each stage, behind a bounded queue");
            case "amped" -> new ModelCard(model, "Asymmetric Multi-Process Event-Driven", "the master", "the master",
                    "2 workers, a bounded queue each");
            case "symped" -> new ModelCard(model, "SYmmetric Multi-Process Event-Driven", "each loop for itself",
                    "2 loops",
                    "2 loops");
            default -> new ModelCard(model, "Virtual Threads", "the master", "the connection's virtual thread",
                    "the connection's virtual thread");
        };
    }

    /// What a request costs beside its work, in microseconds of a processor.
    private static double overhead(String model) {
        return switch (model) {
            case "sped" -> 6.7;
            case "symped" -> 6.9;
            case "vt" -> 8.1;
            case "mp" -> 9.3;
            case "amped" -> 14.8;
            default -> 17.2;
        };
    }

    private static double switches(String model) {
        return switch (model) {
            case "sped" -> 0.04;
            case "symped" -> 0.06;
            case "vt" -> 0.21;
            case "mp" -> 1.02;
            case "amped" -> 2.4;
            default -> 3.3;
        };
    }

    private static List<String> options(String model) {
        return switch (model) {
            case "sped" -> List.of();
            case "symped" -> List.of("--workers 2", "--accept reuse-port");
            case "mp" -> List.of("--workers 512");
            case "vt" -> List.of("--loops 1");
            default -> List.of("--workers 2");
        };
    }

    /// How many processors' worth of work it does at most on two, with the generator beside it.
    private static double width(String model, Job job) {
        double free = job.mean() > 200 ? 1.9 : 1.2;
        return model.equals("sped") ? Math.min(1, free) : free;
    }

    private double capacity(String model, Job job) {
        double onProcessor = job.blocks() ? job.micros() : job.mean();
        double capacity = width(model, job) * 1e6 / (onProcessor + overhead(model));
        boolean held = model.equals("sped") || model.equals("symped") || model.equals("amped") || model.equals("seda");
        double atOnce = model.equals("sped") ? 1 : 2;
        return job.blocks() && held ? Math.min(capacity, atOnce * 1e6 / job.mean()) : capacity;
    }

    private double p99(String model, Job job, double load) {
        double wait = 1 / Math.max(0.03, 1 - load);
        double alone = (job.micros() + overhead(model) + 60) * 1e-6;
        boolean stuck = model.equals("sped") || model.equals("symped");
        double behind = job.longShare() > 0 && stuck ? job.longMicros() * 1e-6 * (model.equals("sped") ? 1.6 : 0.9) : 0;
        return alone * 2 * wait + behind * Math.sqrt(wait)
                + (model.equals("seda") || model.equals("amped") ? 90e-6 : 0);
    }

    private double noise(double relative) {
        return 1 + relative * random.nextGaussian();
    }

    private void measure(Job job) {
        double lowest = models.stream().mapToDouble(model -> capacity(model, job)).max().orElseThrow();
        double reference = round(0.5 * lowest);
        for (int round = 1; round <= ROUNDS; round++) {
            for (String model : models) {
                add(job, model, Purpose.MEASURE, Protocol.P1, round, null, 64);
                add(job, model, Purpose.MEASURE, Protocol.P2, round, reference, 64);
            }
        }
        for (String model : models) {
            for (double load : LOADS) {
                add(job, model, Purpose.CURVE, Protocol.P2, 1, round(load * lowest), 64);
            }
            if (job.card().name().equals("overload")) {
                for (double load : new double[]{2, 3, 5}) {
                    add(job, model, Purpose.CURVE, Protocol.P2, 1, round(load * lowest), 64);
                }
            }
            for (int connections : CONNECTIONS) {
                add(job, model, Purpose.CURVE, Protocol.P2, 1, null, connections);
            }
            add(job, model, Purpose.SPLIT, Protocol.P2, 1, reference, 64);
        }
        for (String model : models) {
            cells.add(cell(job, model, reference));
        }
        advise(job, reference);
    }

    private static double round(double value) {
        double digits = Math.pow(10, Math.floor(Math.log10(value)) - 1);
        return Math.round(value / digits) * digits;
    }

    private void add(Job job, String model, Purpose purpose, Protocol protocol, int round, @Nullable Double rate,
            int connections) {
        double capacity = capacity(model, job);
        double share = protocol == Protocol.P1
                ? 0.8
                : 1 - 0.8 / (1 + connections / 2.0) - (model.equals("mp") ? connections / 4e3 : 0);
        double served = (rate == null ? capacity * share : Math.min(rate, capacity * (rate > capacity ? 0.93 : 1)))
                * noise(0.01);
        if (rate != null && served > rate * 0.99) {
            served = rate;
        }
        double load = rate == null ? 0.9 : Math.min(0.97, rate / capacity);
        double p99 = p99(model, job, load) * Math.abs(noise(0.06)) * (rate != null && rate > capacity ? 40 : 1);
        Trial.Latency all = latency((long) served, p99);
        Map<String, Trial.Latency> classes = job.card().classes().size() < 2
                ? Map.of()
                : Map.of(job.card().classes().get(0).name(),
                        latency((long) (served * (1 - job.longShare())), p99 * 0.9),
                        job.card().classes().get(1).name(),
                        latency((long) (served * job.longShare()), p99 + job.longMicros() * 1e-6));
        double cpu = ((job.blocks() ? job.micros() : job.mean()) + overhead(model)) * noise(0.02);
        double switched = switches(model) * noise(0.05);
        Trial.Cost cost = new Trial.Cost(cpu, cpu * 0.4, cpu * 0.6, 0.9,
                model.equals("mp") && job.card().name().equals("reconnect")
                        ? null
                        : (Double) (switched * 0.9),
                model.equals("mp") && job.card().name().equals("reconnect")
                        ? null
                        : (Double) (switched * 0.1),
                switched * 2.2, 2.1 + switched);
        Trial.Memory memory = new Trial.Memory(model.equals("mp") ? 12 + connections : 12,
                (long) (61e6 + overhead(model) * 5e5),
                job.card().idle() > 0
                        ? (Double) (model.equals("mp") ? 21_400 : model.equals("vt") ? 1_650 : 940 * noise(0.04))
                        : null);
        Trial.Split split = purpose != Purpose.SPLIT
                ? null
                : new Trial.Split(2.1,
                        model.equals("mp") ? 6 : 9 + (model.startsWith("s") && job.longShare() > 0 ? 900 : 0),
                        model.equals("amped") ? 31 + job.mean() : model.equals("seda") ? 58 + job.mean() : 0,
                        model.equals("amped") ? 5_200 : model.equals("seda") ? 9_100 : 0, job.mean(), 4.4,
                        (long) served);
        boolean isVoid = random.nextInt(60) == 0;
        boolean failed = !isVoid && random.nextInt(200) == 0;
        Trial trial = new Trial(trials.size() + 1, purpose, protocol, job.card().name(), model, "epoll", options(model),
                round,
                new Trial.Load(rate, connections, job.card().requestsPerConnection(), job.card().idle(), 1, 4),
                State.VALID, "",
                List.of(), (long) (4 * served), (long) (4 * served), served, Map.of(), all, classes, cost, memory,
                0.93, null, split,
                new Trial.Generator(0.6, 0.04, rate == null ? null : (Double) 31e-6,
                        rate == null ? null : (Double) 4e-4, rate == null ? null : (Double) 2e-3, 4.1, 0.001));
        trials.add(isVoid
                ? with(trial, State.VOID, "the generator was on a processor for 97 % of the time")
                : failed ? with(trial, State.FAILED, "the server ended with exit code 134 in the trial") : trial);
    }

    private static Trial with(Trial trial, State state, String reason) {
        List<String> lines = state == State.FAILED
                ? List.of("# A fatal error has been detected by the Java Runtime Environment:",
                        "#  SIGSEGV (0xb) at pc=0x0000")
                : List.of();
        return new Trial(trial.id(), trial.purpose(), trial.protocol(), trial.workload(), trial.model(),
                trial.transport(),
                trial.server(), trial.round(), trial.load(), state, reason, lines, trial.requests(), trial.served(),
                trial.rate(),
                trial.errors(), trial.latency(), trial.classes(), trial.cost(), trial.memory(), trial.fairness(),
                trial.surge(),
                trial.split(),
                trial.generator());
    }

    private static Trial.Latency latency(long count, double p99) {
        return new Trial.Latency(count, p99 * 0.21, p99 * 0.48, p99, p99 * 2.1, p99 * 3.4, p99 * 4, p99 * 0.3);
    }

    private List<Trial> measured(Job job, String model, Protocol protocol) {
        return trials.stream().filter(trial -> trial.workload().equals(job.card().name()) && trial.model().equals(model)
                && trial.purpose() == Purpose.MEASURE && trial.protocol() == protocol && trial.isValid()).toList();
    }

    private Cell cell(Job job, String model, double reference) {
        List<Trial> p1 = measured(job, model, Protocol.P1);
        List<Trial> p2 = measured(job, model, Protocol.P2);
        List<String> chosen = options(model);
        List<Cell.Candidate> grid = chosen.isEmpty()
                ? List.of()
                : List.of(new Cell.Candidate(List.of("--workers 1"), 3.2, "p99 in ms", false, List.of()),
                        new Cell.Candidate(chosen, 1.9, "p99 in ms", true, List.of()),
                        new Cell.Candidate(List.of("--workers 4"), 2.3, "p99 in ms", false, List.of()));
        return new Cell(job.card().name(), model, "epoll", chosen, grid,
                p1.stream().map(Trial::id).toList(), medians(p1, null), medians(p2, reference),
                capacity(model, job) * noise(0.01),
                null);
    }

    private static Cell.Medians medians(List<Trial> of, @Nullable Double asked) {
        Trial one = of.get(of.size() / 2);
        Trial.Cost cost = java.util.Objects.requireNonNull(one.cost());
        Trial.Memory memory = java.util.Objects.requireNonNull(one.memory());
        return new Cell.Medians(of.size(), asked, one.rate(), asked == null ? 0 : Math.max(0, 1 - one.rate() / asked),
                one.latency().p50(), one.latency().p90(), one.latency().p99(), one.latency().p999(), cost.cpuMicros(),
                0.6,
                cost.voluntarySwitches() == null ? null : (Double) (cost.voluntarySwitches() * 1.1),
                cost.runQueueMicros(),
                cost.systemCalls(), null, memory.threads(),
                memory.residentBytes());
    }

    private void advise(Job job, double reference) {
        boolean even = job.longShare() == 0;
        Metric metric = even ? Metric.CPU : Metric.SHORT_P99;
        List<String> ranked = models.stream().sorted(java.util.Comparator.comparingDouble(model -> even
                ? overhead(model) + job.mean()
                : p99(model, job, Math.min(0.97, reference / capacity(model, job))))).toList();
        String best = ranked.getFirst();
        List<Advice.Margin> margins = new ArrayList<>();
        List<String> equals = new ArrayList<>();
        for (String other : ranked.subList(1, ranked.size())) {
            double ratio = even
                    ? (overhead(other) + job.mean()) / (overhead(best) + job.mean())
                    : p99(other, job, Math.min(0.97, reference / capacity(other, job)))
                            / p99(best, job, Math.min(0.97, reference / capacity(best, job)));
            margins.add(new Advice.Margin(other, metric, ratio, ratio * 0.97, ratio * 1.04));
            if (ratio < 1.03) {
                equals.add(other);
            }
            comparisons.add(
                    new Comparison(job.card().name(), "epoll", even ? Protocol.P1 : Protocol.P2, metric, other, best,
                            null,
                            List.of(ratio * 0.97, ratio, ratio * 1.01, ratio * 1.04, ratio * 0.99), ratio, ratio * 0.97,
                            ratio * 1.04,
                            ratio < 1.03 ? Comparison.Verdict.NO_SIGNIFICANT_DIFFERENCE : Comparison.Verdict.WORSE,
                            Strength.SIGNIFICANT,
                            List.of()));
        }
        String name = best.toUpperCase(java.util.Locale.ROOT);
        String avoid = margins.isEmpty() || margins.getLast().ratio() < 1.1 ? null : ranked.getLast();
        advice.add(new Advice(job.card().name(), best, "epoll", options(best),
                "Choose " + name + ": it serves this work with the least " + metric.title() + ".",
                List.of("The work takes " + Figures.micros(job.mean())
                        + " on average; handing it to another thread costs 21 µs.",
                        name + " switches threads " + switches(best) + " times a request."),
                margins, equals, avoid, avoid == null
                        ? ""
                        : "It has " + Figures.number(margins.getLast().ratio())
                                + " times the " + metric.title() + ": two hand-offs for work that takes less than one.",
                "./partita serve --model " + best + " " + String.join(" ", options(best)),
                "Server.of(Http.serving(handler)).listen(8080)\n        .run(new Symped(2, Accepting.REUSE_PORT));",
                new Advice.Causes(job.mean(), job.blocks() ? 0.92 : 0.01, even ? 1.4 : 990.0, 21.0),
                Strength.SIGNIFICANT));
    }

    private static List<Claim> claims() {
        String[] titles = {"MP: works well while connections are few",
            "MP: latency jitters because IO waits for the payload",
            "SPED: tens of thousands of connections", "SPED: one long payload stops everything else",
            "SPED: one core only",
            "SPED: avoids context switches", "SEDA: message passing destroys performance of short work",
            "AMPED: payload does not affect network latency", "AMPED: the queue is the bottleneck of short payloads",
            "AMPED: a fixed number of workers", "SYMPED: CPU use is capped",
            "SYMPED: uneven payload makes latency vary",
            "Independent listening beats one accepting process", "Avoiding allocation matters",
            "Deferred accept, sendfile, Nagle, linger, congestion control", "One tiny processor for each connection"};
        Claim.Verdict[] verdicts = Claim.Verdict.values();
        List<Claim> claims = new ArrayList<>();
        for (int i = 0; i < titles.length; i++) {
            Claim.Verdict verdict =
                    i == 14 ? Claim.Verdict.NOT_MEASURED : verdicts[i % 5 == 3 ? 1 : i % 4 == 2 ? 2 : 0];
            claims.add(new Claim(i + 1,
                    "actually works extremely well as long as the total number of processes remains fairly low",
                    titles[i],
                    "P1, closed loop, 1 to 512 connections. Confirmed if the share of the kernel at 512 is at least 1.3"
                            + " times that at 2, and throughput falls by more than 10 %.",
                    verdict == Claim.Verdict.NOT_MEASURED
                            ? List.of()
                            : List.of(new Finding("throughput at 4 connections", 61_200, 60_100.0, 62_800.0, "1/s"),
                                    new Finding("throughput at 512 connections", 38_900, 37_000.0, 39_400.0, "1/s"),
                                    new Finding("share of the kernel, 512 against 4", 1.31, 1.27, 1.36, "x")),
                    verdict,
                    verdict == Claim.Verdict.DEPENDS
                            ? "how long the work takes: it doubles the cost of short work and does not show in"
                                    + " long work"
                            : verdict == Claim.Verdict.NOT_MEASURED
                                    ? "a loopback connection has no congestion to control"
                                    : "",
                    Strength.INDICATIVE, Arrays.asList(1, 2, 3, 9_999)));
        }
        return claims;
    }
}
