package dev.partita.lab.trial;

import dev.partita.lab.results.Trial;
import dev.partita.lab.results.Trial.Cost;
import dev.partita.lab.results.Trial.Generator;
import dev.partita.lab.results.Trial.Latency;
import dev.partita.lab.results.Trial.Load;
import dev.partita.lab.results.Trial.Memory;
import dev.partita.lab.results.Trial.Protocol;
import dev.partita.lab.results.Trial.Purpose;
import dev.partita.lab.results.Trial.Split;
import dev.partita.lab.results.Trial.State;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Runs trials, one after the other, and keeps all of them.
///
/// A trial, in time: the connections are opened; the load settles; the kernel's counts for the server are read; the measured
/// time; they are read again, a moment before its end, while every connection is still open; the last replies.
final class Trials implements AutoCloseable {
    /// Beyond this share of all processors' time, the hypervisor has changed what was measured.
    private static final double STEAL_MAX = 0.005;
    /// By protocol 1 nobody else has a reason to be on the generator's processor.
    private static final double WAITED_MAX = 0.1;
    /// Beyond this share of the trial's p99 it is the generator's more than the server's. By protocol 2 the generator waits for a
    /// processor as everybody does, and beside long work half of the p99 is nothing out of the ordinary.
    private static final double LATE_MAX = 0.75;
    private static final double LATE_SECONDS = 0.0005;
    /// The kernel's counts are read so long before the measured time ends: threads of connections end with it. Twice what the
    /// reading itself takes is added, since a thousand threads are a thousand files.
    private static final long MARGIN_NANOS = 40_000_000;
    private static final long CONNECT_NANOS = 30_000_000_000L;
    private static final long LAST_REPLIES_NANOS = 15_000_000_000L;

    private final Launch launch;
    private final int timeoutMillis;
    private final List<Trial> all = new ArrayList<>();
    private final List<ServerProcess> adopted = new ArrayList<>();
    private @Nullable GeneratorProcess generator;

    /// @param timeoutMillis a reply that takes longer is a failed request
    Trials(Launch launch, int timeoutMillis) {
        this.launch = launch;
        this.timeoutMillis = timeoutMillis;
    }

    /// All trials so far, in their order.
    List<Trial> all() {
        return List.copyOf(all);
    }

    /// What earlier runs have measured: ids go on after them.
    void resume(List<Trial> before) {
        all.addAll(before);
    }

    /// How long a trial is.
    ///
    /// @param settleMillis load before the measured time
    /// @param measureMillis the measured time
    /// @param surge a second that are added for a while; null for none
    record Length(int settleMillis, int measureMillis, @Nullable Double surge) {
        Length(int settleMillis, int measureMillis) {
            this(settleMillis, measureMillis, null);
        }
    }

    /// Runs one and keeps it.
    Trial run(Case what, Purpose purpose, int round, Length length, ServerProcess server)
            throws IOException, InterruptedException {
        Trial trial = attempt(what, purpose, round, length, server, null);
        all.add(trial);
        return trial;
    }

    /// Runs one that a surge comes to, and keeps it.
    ///
    /// @param rate of the surge
    Trial surge(Case what, int round, int settleMillis, double rate, ServerProcess server)
            throws IOException, InterruptedException {
        Trial trial = attempt(what, Purpose.SURGE, round, new Length(settleMillis, Surging.MILLIS, rate), server, null);
        all.add(trial);
        return trial;
    }

    /// Runs one under strace and keeps it.
    Trial trace(Case what, int measureMillis, ServerProcess server) throws IOException, InterruptedException {
        Trial trial;
        try (Tracing tracing = Tracing.start(server.pids(), launch.folder())) {
            trial = attempt(what, Purpose.TRACE, 1, new Length(0, measureMillis), server, tracing);
        }
        all.add(trial);
        return trial;
    }

    /// Runs one on a server that logs where the time of its requests goes.
    Trial split(Case what, Length length, ServerProcess server, AccessTimes times)
            throws IOException, InterruptedException {
        Trial trial = attempt(what, Purpose.SPLIT, 1, length, server, null);
        if (trial.state() != State.FAILED) { // a little steal does not change where the time goes
            trial = with(trial, times.split());
        }
        all.add(trial);
        return trial;
    }

    /// A load that is not kept: for a server to get warm.
    ///
    /// @param p50 the median latency, in seconds
    /// @param compiling the share of a processor that the compiler used
    /// @param errors failed requests by kind
    record Warmth(double rate, double p50, double compiling, Map<String, Long> errors) {}

    /// @return empty if the server did not serve
    Optional<Warmth> warm(Case what, int millis, ServerProcess server) throws IOException, InterruptedException {
        GeneratorProcess load = generator();
        if (!misplaced(what.protocol(), server, load).isEmpty() || !server.isAlive()) {
            return Optional.empty();
        }
        ProcessSample before = sample(server);
        Order order = order(what, new Length(0, millis), server.port(), 1);
        Loaded loaded = loaded(load, order);
        if (loaded == null) { // that was not the server
            load = generator();
            if (!load.pin(what.protocol())) {
                return Optional.empty();
            }
            loaded = loaded(load, order);
        }
        ProcessSample after = sample(server);
        if (loaded == null || loaded.failure() != null || !server.isAlive() || before == null || after == null) {
            return Optional.empty();
        }
        return Optional.of(new Warmth(loaded.rate(), loaded.latency().p50(), after.compilingSince(before),
                loaded.errors()));
    }

    /// @return null if the generator has ended
    private @Nullable Loaded loaded(GeneratorProcess load, Order order) throws InterruptedException {
        try {
            load.order(order);
            Loaded instead = load.awaitBegin(System.nanoTime() + CONNECT_NANOS);
            return instead != null
                    ? instead
                    : load.await(System.nanoTime() + order.measureMillis() * 1_000_000L + LAST_REPLIES_NANOS);
        } catch (IOException broken) {
            boolean ended = load.hasEnded();
            close();
            return ended ? null : Loaded.failed(String.valueOf(broken.getMessage()));
        }
    }

    private Trial attempt(
            Case what, Purpose purpose, int round, Length length, ServerProcess server, @Nullable Tracing tracing)
            throws IOException, InterruptedException {
        if (!server.isAlive()) {
            return failed(what, purpose, round, length, server.end(), server.lastLines());
        }
        GeneratorProcess load = generator();
        String misplaced = misplaced(what.protocol(), server, load);
        if (!misplaced.isEmpty()) {
            return failed(what, purpose, round, length, misplaced, server.lastLines());
        }
        Proc.Machine machine = Proc.Machine.now();
        ProcessSample unconnected = sample(server);
        if (unconnected == null) { // it has ended since
            return failed(what, purpose, round, length, server.end(), server.lastLines());
        }
        ProcessSample begin = null;
        ProcessSample end = null;
        Loaded loaded;
        try {
            load.order(order(what, length, server.port(), round));
            Loaded instead = load.awaitBegin(System.nanoTime() + CONNECT_NANOS);
            if (instead == null) {
                long begun = System.nanoTime();
                long measureNanos = length.measureMillis * 1_000_000L;
                sleepUntil(begun + length.settleMillis * 1_000_000L + MARGIN_NANOS);
                long look = System.nanoTime();
                begin = sample(server);
                long margin = MARGIN_NANOS + 2 * (System.nanoTime() - look);
                sleepUntil(begun + length.settleMillis * 1_000_000L + measureNanos - margin);
                end = sample(server);
                instead = load.await(System.nanoTime() + LAST_REPLIES_NANOS);
            }
            loaded = instead;
        } catch (IOException broken) {
            close(); // what it may still say belongs to no trial
            loaded = Loaded.failed(String.valueOf(broken.getMessage()));
        }
        if (!server.isAlive()) {
            return failed(what, purpose, round, length, server.end(), server.lastLines());
        }
        String failure = loaded.failure();
        if (failure != null) {
            return failed(what, purpose, round, length, failure, server.lastLines());
        }
        Cost cost = begin == null || end == null ? null : end.since(begin, loaded.answered());
        long calls = tracing == null ? 0 : tracing.calls();
        if (cost != null && calls > 0 && loaded.requests() > 0) {
            cost = withCalls(cost, calls / (double) loaded.requests());
        }
        // Memory stays with the process: only the first idle connections add to it.
        int idle = server.isFirstIdle(what.workload().idle()) ? what.workload().idle() : 0;
        Memory memory = end == null
                ? null
                : new Memory(end.size(), end.residentBytes(),
                        idle == 0
                                ? null
                                : (Double) (Math.max(0, end.residentBytes() - unconnected.residentBytes())
                                        / (double) idle));
        double steal = Proc.Machine.now().stealSince(machine);
        String why = purpose == Purpose.TRACE ? whyUncounted(calls, loaded) : whyVoid(what, purpose, loaded, steal);
        return new Trial(all.size() + 1, purpose, what.protocol(), what.workload().name(), what.contestant().model(),
                what.contestant().transport(), what.contestant().server(), round, load(what, length),
                why.isEmpty() ? State.VALID : State.VOID, why, List.of(), loaded.requests(), loaded.served(),
                loaded.rate(), loaded.errors(), loaded.latency(), loaded.classes(), cost, memory, loaded.fairness(),
                loaded.surge(), null,
                new Generator(loaded.busy(), loaded.waitedForProcessor(), loaded.lateP50(), loaded.lateP99(),
                        loaded.lateP999(),
                        loaded.cpuMicros(), steal));
    }

    /// Under strace the server is slow, and nothing but the number of its calls is looked at.
    private static String whyUncounted(long calls, Loaded loaded) {
        return calls == 0
                ? "strace has counted nothing: it could not attach, or was ended"
                : loaded.requests() == 0 ? "no request has ended while strace was counting" : "";
    }

    /// The generator judges itself; the lab adds what it cannot know.
    private static String whyVoid(Case what, Purpose purpose, Loaded loaded, double steal) {
        Protocol protocol = what.protocol();
        String why = loaded.whyVoid();
        // A closed loop on a processor of its own is as fast as the slower of the two: see Trial.isPacedByGenerator.
        if (why != null && !(protocol == Protocol.P1 && what.rate() == null)) {
            return why;
        }
        if (protocol == Protocol.P1 && loaded.waitedForProcessor() > WAITED_MAX) {
            return String.format(Locale.ROOT,
                    "something else ran on the generator's processor: it waited for it %.0f %% of"
                            + " the time",
                    100 * loaded.waitedForProcessor());
        }
        boolean isCompared = purpose != Purpose.SPLIT && purpose != Purpose.SURGE;
        Double late = loaded.lateP99();
        if (isCompared && late != null && isLate(late, loaded.latency().p99())) {
            return String.format(Locale.ROOT,
                    "the generator was late: it turned to 1 in 100 requests %.1f ms late or more, and the p99 of all"
                            + " latencies is %.1f ms",
                    1e3 * late, 1e3 * loaded.latency().p99());
        }
        return steal > STEAL_MAX
                ? String.format(Locale.ROOT, "the hypervisor took %.2f %% of the time (steal), more than %.1f %%",
                        100 * steal, 100 * STEAL_MAX)
                : "";
    }

    private static boolean isLate(double lateP99, double p99) {
        return lateP99 > Math.max(LATE_SECONDS, LATE_MAX * p99);
    }

    /// Whether something came in between that may not be there the next time.
    static boolean isDisturbed(Trial trial) {
        Trial.Generator generator = trial.generator();
        Double late = generator.lateP99();
        return generator.steal() > STEAL_MAX
                || trial.protocol() == Protocol.P1 && generator.waitedForProcessor() > WAITED_MAX
                || late != null && isLate(late, trial.latency().p99());
    }

    private Trial failed(
            Case what, Purpose purpose, int round, Length length, String reason, List<String> lastLines) {
        return new Trial(all.size() + 1, purpose, what.protocol(), what.workload().name(), what.contestant().model(),
                what.contestant().transport(), what.contestant().server(), round, load(what, length), State.FAILED,
                reason, lastLines, 0, 0, 0, Map.of(), Latency.NONE, Map.of(), null, null, null, null, null,
                Generator.NONE);
    }

    private static Trial with(Trial trial, Split split) {
        return new Trial(trial.id(), trial.purpose(), trial.protocol(), trial.workload(), trial.model(),
                trial.transport(), trial.server(), trial.round(), trial.load(), trial.state(), trial.reason(),
                trial.lastLines(), trial.requests(), trial.served(), trial.rate(), trial.errors(), trial.latency(),
                trial.classes(), trial.cost(), trial.memory(), trial.fairness(), trial.surge(), split,
                trial.generator());
    }

    private static Cost withCalls(Cost cost, double calls) {
        return new Cost(cost.cpuMicros(), cost.userMicros(), cost.systemMicros(), cost.processors(),
                cost.voluntarySwitches(), cost.involuntarySwitches(), cost.runQueueMicros(), calls);
    }

    private static Load load(Case what, Length length) {
        return new Load(what.rate(), what.workload().connections(), what.workload().requestsPerConnection(),
                what.workload().idle(), what.pipeline(), length.measureMillis / 1e3);
    }

    private Order order(Case what, Length length, int port, int round) {
        return new Order(port, what.workload().mix(), what.rate(), what.workload().connections(),
                what.workload().requestsPerConnection(), what.pipeline(), what.workload().idle(),
                what.workload().skewed(), length.surge, length.settleMillis, length.measureMillis, timeoutMillis,
                round, isSharing(what));
    }

    /// By protocol 2 the generator has no processor of its own that could be full, and is judged by what it did late; a closed loop
    /// does nothing late, so there a busy thread is all that tells who was the slower of the two.
    private static boolean isSharing(Case what) {
        return what.protocol() == Protocol.P2 && what.rate() != null;
    }

    /// Ties both to the processors of the protocol.
    ///
    /// @return why that could not be done; an empty string if it was
    private static String misplaced(Protocol protocol, ServerProcess server, GeneratorProcess load)
            throws IOException, InterruptedException {
        String who = !server.pin(protocol) ? "server" : !load.pin(protocol) ? "generator" : "";
        return who.isEmpty() ? "" : "the " + who + " could not be tied to its processors (taskset -a -p)";
    }

    /// @return null if it has ended
    private static @Nullable ProcessSample sample(ServerProcess server) {
        try {
            return server.sample();
        } catch (IOException ended) {
            return null;
        }
    }

    private static void sleepUntil(long nanoTime) throws InterruptedException {
        long nanos = nanoTime - System.nanoTime();
        if (nanos > 0) {
            Thread.sleep(nanos / 1_000_000, (int) (nanos % 1_000_000));
        }
    }

    /// The generator, also one that is started later, ends this server if the lab is killed.
    void adopt(ServerProcess server) throws IOException {
        GeneratorProcess running = generator();
        adopted.add(server);
        try {
            running.adopt(server);
        } catch (IOException ended) {
            close();
            generator(); // is told of all
        }
    }

    /// A new one if there is none, or it has ended: the system may have taken it for want of memory.
    private GeneratorProcess generator() throws IOException {
        GeneratorProcess running = generator;
        if (running != null && !running.isAlive()) {
            close();
            running = null;
        }
        if (running == null) {
            running = GeneratorProcess.start(launch);
            generator = running;
            adopted.removeIf(each -> !each.isAlive());
            for (ServerProcess each : adopted) {
                running.adopt(each);
            }
        }
        return running;
    }

    @Override
    public void close() {
        if (generator != null) {
            generator.close();
            generator = null;
        }
    }
}
