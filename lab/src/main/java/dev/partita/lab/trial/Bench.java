package dev.partita.lab.trial;

import dev.partita.lab.results.Results.Mode;
import dev.partita.lab.results.Trial;
import dev.partita.lab.results.Trial.Protocol;
import dev.partita.lab.results.Trial.Purpose;
import dev.partita.lab.results.Trial.Split;
import dev.partita.lab.trial.Trials.Length;
import dev.partita.lab.trial.Trials.Warmth;
import dev.partita.lab.workload.Workload;
import dev.partita.load.ErrorKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Where experiments are made: it keeps warm servers, and does no round twice that several questions share.
///
/// Servers of a round are all started and warm before its first trial, and idle while the others have their turn. Their order
/// within a round is shuffled, by a fixed seed, so that none always follows the same other one.
public final class Bench implements AutoCloseable {
    /// An idle JVM costs nothing but memory; this many have room on a small machine.
    private static final int SERVERS_MAX = 18;
    private static final double COMPILING_MAX = 0.03;
    private static final double STEADY = 0.05;
    private static final int SPLIT_MILLIS = 800;
    /// A trial begins when replies come as fast as requests are sent: after twice a reply's time, but no later than this.
    private static final int SETTLE_MILLIS_MAX = 2_000;
    /// As many trials as have a fresh server where idle connections are looked at.
    private static final int IDLE_ROUNDS = 3;

    /// How thorough the trials are.
    ///
    /// @param warmMillis one look at whether a server is warm
    /// @param warmMax looks at most
    /// @param settleMillis load before the measured time
    /// @param measureMillis the measured time
    /// @param timeoutMillis a reply that takes longer is a failed request
    public record Pace(int warmMillis, int warmMax, int settleMillis, int measureMillis, int timeoutMillis) {
        private static final int TIMEOUT_MILLIS = 1_000;

        /// What fits into the time that a mode has.
        public static Pace of(Mode mode) {
            return switch (mode) {
                case QUICK -> new Pace(700, 2, 150, 900, TIMEOUT_MILLIS);
                case ARTICLE -> new Pace(800, 3, 200, 1_200, TIMEOUT_MILLIS);
                case FULL -> new Pace(1_000, 8, 250, 1_500, TIMEOUT_MILLIS);
            };
        }

        /// The same with another time for a reply.
        public Pace timeoutMillis(int other) {
            return new Pace(warmMillis, warmMax, settleMillis, measureMillis, other);
        }
    }

    private final Launch launch;
    private final Pace pace;
    private final Trials trials;
    private final Progress progress;
    private final long untilNanoTime;
    private final Map<Contestant, ServerProcess> servers = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<String, Double> capacities = new HashMap<>();
    /// Why somebody has served nothing.
    private final Map<String, String> refusals = new HashMap<>();
    private final Map<String, Integer> settleMillis = new HashMap<>();
    private final Map<String, List<Trial>> done = new HashMap<>();
    private final Random order = new Random(7);
    /// What [Tracing#unavailable] says, once it was asked: that takes a process or two.
    private @Nullable String untraceable;
    private int started;
    private boolean measures = true;
    /// The number of the last round, of the whole run.
    private int lastRound;

    /// Is told how it goes.
    public interface Progress {
        /// What is done now, in a few words.
        void now(String what);
    }

    /// @param untilNanoTime when the run has to be over
    public Bench(Launch launch, Pace pace, long untilNanoTime, Progress progress) {
        this.launch = launch;
        this.pace = pace;
        this.untilNanoTime = untilNanoTime;
        this.progress = progress;
        trials = new Trials(launch, pace.timeoutMillis);
    }

    /// Every trial so far.
    public List<Trial> trials() {
        return trials.all();
    }

    /// How long there is still time.
    public double secondsLeft() {
        return measures ? (untilNanoTime - System.nanoTime()) / 1e9 : 0;
    }

    /// How long a trial takes, all in all; where replies may be slow, also the wait for the last ones.
    public double trialSeconds() {
        int waitMillis = pace.timeoutMillis - Pace.TIMEOUT_MILLIS;
        return (pace.settleMillis + pace.measureMillis + waitMillis) / 1e3 + 0.2;
    }

    /// Takes over what an earlier run has measured. Its trials count as those of this one do, also where they say nothing; but a server
    /// that did not get warm is tried again.
    public void resume(List<Trial> before) {
        trials.resume(before);
        lastRound = before.stream().mapToInt(Trial::round).max().orElse(0);
        for (Trial each : before) {
            if (each.purpose() != Purpose.TUNE || each.state() != Trial.State.FAILED) {
                List<Trial> tried = tried(Keys.of(each));
                tried.removeIf(other -> other.round() == each.round()); // it was disturbed, and this is its repetition
                tried.add(each);
            }
        }
    }

    /// From now on no server is started, as if the time was over: there is only what an earlier run has measured.
    public void measureNothing() {
        measures = false;
    }

    /// Whether anything is measured.
    public boolean measures() {
        return measures;
    }

    /// Whether there is a trial of that already, by an earlier run at least.
    public boolean isTried(Case what, Purpose purpose) {
        return !tried(what, purpose).isEmpty();
    }

    private List<Trial> tried(String key) {
        return done.computeIfAbsent(key, none -> new ArrayList<>());
    }

    /// Has each case tried so many times, round by round. Rounds that an earlier question has asked for are used again if every one
    /// of these cases was tried in them: only what stood next to each other in time can be compared.
    ///
    /// Ends early where the time is over, so there may be fewer.
    ///
    /// @return the trials of each case, in the order of the cases; those of one place belong to one round
    public List<List<Trial>> rounds(List<Case> cases, int count, Purpose purpose)
            throws IOException, InterruptedException {
        if (cases.isEmpty()) {
            return List.of();
        }
        // Memory stays with a process: what idle connections add shows in a fresh one. Where only one side has them, both sides have
        // to be as warm.
        boolean areIdle = cases.stream().allMatch(each -> each.workload().idle() > 0);
        List<Integer> common = common(cases, purpose);
        double seconds = cases.size() * trialSeconds();
        if (common.size() < count && secondsLeft() >= seconds) {
            prepare(cases);
        }
        while (common.size() < count && secondsLeft() >= seconds) {
            int round = ++lastRound;
            List<Case> shuffled = new ArrayList<>(cases);
            Collections.shuffle(shuffled, order);
            for (Case each : shuffled) {
                progress.now(each.workload().title() + ", " + each.contestant().model() + ", round "
                        + (common.size() + 1));
                if (areIdle && idleRounds(each, purpose) < IDLE_ROUNDS && server(each.contestant()).hadIdle()) {
                    stop(each.contestant());
                }
                prepare(List.of(each)); // it may have died in the round before
                tried(each, purpose).add(attempt(each, purpose, round));
            }
            common.add(round);
        }
        return cases.stream()
                .map(each -> tried(each, purpose).stream().filter(trial -> common.contains(trial.round())).toList())
                .toList();
    }

    /// How often the memory of idle connections was measured.
    private long idleRounds(Case what, Purpose purpose) {
        return tried(what, purpose).stream()
                .filter(trial -> trial.isValid() && trial.memory() != null
                        && trial.memory().bytesPerIdleConnection() != null)
                .count();
    }

    /// The rounds in which each of them was tried.
    private List<Integer> common(List<Case> cases, Purpose purpose) {
        List<Integer> common = new ArrayList<>();
        for (int i = 0; i < cases.size(); i++) {
            List<Integer> own = tried(cases.get(i), purpose).stream().map(Trial::round).toList();
            if (i == 0) {
                common.addAll(own);
            } else {
                common.retainAll(own);
            }
        }
        return common;
    }

    /// Looks how soon a server recovers from a surge, once: an earlier answer is used again. Empty if there is no time for it.
    ///
    /// @param rate of the surge, beside that of the case
    public Optional<Trial> surge(Case what, double rate) throws IOException, InterruptedException {
        List<Trial> tried = tried(what, Purpose.SURGE);
        if (tried.isEmpty() && secondsLeft() > Surging.MILLIS / 1e3 + 2) {
            prepare(List.of(what));
            progress.now(what.workload().title() + ", " + what.contestant().model() + ", a surge");
            tried.add(trials.surge(what, 1, pace.settleMillis, rate, server(what.contestant())));
        }
        return tried.stream().findFirst();
    }

    private List<Trial> tried(Case what, Purpose purpose) {
        return tried(Keys.of(what, purpose));
    }

    /// Of a void trial there is one repetition.
    private Trial attempt(Case what, Purpose purpose, int round) throws IOException, InterruptedException {
        int settle = settleMillis.getOrDefault(key(what.contestant(), what.workload()), pace.settleMillis);
        var length = new Length(settle, pace.measureMillis);
        Trial trial = run(what, purpose, round, length);
        if (trial.state() == Trial.State.FAILED) {
            stop(what.contestant()); // the next round has a new one
        }
        return trial.state() == Trial.State.VOID && Trials.isDisturbed(trial)
                ? run(what, purpose, round, length)
                : trial;
    }

    private Trial run(Case what, Purpose purpose, int round, Length length) throws IOException, InterruptedException {
        refresh(what.workload());
        return trials.run(what, purpose, round, length, server(what.contestant()));
    }

    /// The most that a server has served in a closed loop, both sharing all processors; it is warm then. 0 if it does not serve.
    public double capacity(Contestant contestant, Workload workload) throws IOException, InterruptedException {
        if (!measures) {
            return 0;
        }
        prepare(List.of(Case.closed(contestant, workload, Protocol.P2)));
        return capacities.getOrDefault(key(contestant, workload), 0.0);
    }

    /// Starts what is not there, all at once, and has each get warm.
    public void prepare(List<Case> cases) throws IOException, InterruptedException {
        List<ServerProcess> starting = new ArrayList<>();
        for (Case each : cases) {
            if (!servers.containsKey(each.contestant())) {
                progress.now("starting " + each.contestant().model());
                ServerProcess server = ServerProcess.start(launch, each.contestant(), List.of(), ++started);
                servers.put(each.contestant(), server); // first: whatever fails then, it is ended
                trials.adopt(server);
                starting.add(server);
            } else {
                servers.get(each.contestant()); // used a moment ago
            }
        }
        for (ServerProcess server : starting) {
            server.awaitStart();
        }
        for (Case each : cases) {
            String key = key(each.contestant(), each.workload());
            if (!capacities.containsKey(key)) {
                progress.now(each.workload().title() + ", " + each.contestant().model() + ", warming up");
                capacities.put(key, warm(each.contestant(), each.workload()));
            }
        }
        retire(cases);
    }

    /// Until the compiler has little to do and the rate does not change, or there is no more time for it.
    private double warm(Contestant contestant, Workload workload) throws IOException, InterruptedException {
        Case warming = Case.closed(contestant, workload.idle(0), Protocol.P2);
        String key = key(contestant, workload);
        double before = 0;
        for (int i = 0; i < pace.warmMax && secondsLeft() > 0; i++) {
            // Replies that are slower than a look are seen by one that is as long as they may take.
            int millis = i > 0 && before == 0 ? Math.max(pace.warmMillis, pace.timeoutMillis) : pace.warmMillis;
            Optional<Warmth> warmth = trials.warm(warming, millis, server(contestant));
            if (warmth.isEmpty()) {
                // So that its last lines are in the results.
                refusals.put(key, run(warming, Purpose.TUNE, 1, new Length(0, pace.warmMillis)).reason());
                return 0;
            }
            double rate = warmth.get().rate();
            if (rate == 0) {
                refusals.put(key, noneServed(warmth.get().errors()));
                if (i > 0 && before == 0) {
                    return 0;
                }
            }
            settleMillis.put(key, (int) Math.max(pace.settleMillis,
                    Math.min(SETTLE_MILLIS_MAX, 2e3 * warmth.get().p50())));
            if (warmth.get().compiling() < COMPILING_MAX && Math.abs(rate - before) < STEADY * rate) {
                return rate;
            }
            before = rate;
        }
        return before;
    }

    private String noneServed(Map<String, Long> errors) {
        String failed = errors.entrySet().stream()
                .map(each -> each.getValue() + " " + each.getKey())
                .collect(Collectors.joining(", "));
        boolean isSlow = errors.isEmpty() || errors.containsKey(ErrorKind.TIMEOUT.word());
        return "no request was served well" + (failed.isEmpty() ? "" : " (" + failed + ")")
                + (isSlow
                        ? String.format(Locale.ROOT, "; a reply has to come within %.1f s, or twice the time of --slo",
                                pace.timeoutMillis / 1e3)
                        : "");
    }

    /// Why that server has a capacity of 0; an empty string if it has none, or nobody knows.
    public String refusal(Contestant contestant, Workload workload) {
        return refusals.getOrDefault(key(contestant, workload), "");
    }

    private void retire(List<Case> needed) {
        var keep = needed.stream().map(Case::contestant).toList();
        var eldest = new ArrayList<>(servers.keySet());
        for (Contestant each : eldest) {
            if (servers.size() > SERVERS_MAX && !keep.contains(each)) {
                stop(each);
            }
        }
    }

    private void stop(Contestant contestant) {
        ServerProcess server = servers.remove(contestant);
        if (server != null) {
            server.close();
        }
        capacities.keySet().removeIf(key -> key.startsWith(contestant + "|"));
    }

    /// Ends the servers of these configurations: those that were not chosen, or are to be started anew.
    public void forget(List<Contestant> contestants) {
        contestants.forEach(this::stop);
    }

    private ServerProcess server(Contestant contestant) throws IOException, InterruptedException {
        ServerProcess server = servers.get(contestant);
        if (server == null) {
            server = ServerProcess.start(launch, contestant, List.of(), ++started);
            servers.put(contestant, server);
            trials.adopt(server);
            server.awaitStart();
        }
        return server;
    }

    private static String key(Contestant contestant, Workload workload) {
        return contestant + "|" + workload.name() + workload.connections();
    }

    /// Counts the system calls of a request by strace, in a trial of its own.
    ///
    /// @return why there is no figure, and what to do about it; an empty string if there is one
    public String systemCalls(Case what) throws IOException, InterruptedException {
        String why = untraceable;
        if (why == null) {
            why = Tracing.unavailable();
            untraceable = why;
        }
        if (!why.isEmpty()) {
            return why;
        }
        progress.now(what.workload().title() + ", " + what.contestant().model() + ", system calls");
        prepare(List.of(what));
        refresh(what.workload());
        Trial trial = trials.trace(what, pace.measureMillis, server(what.contestant()));
        Trial.Cost cost = trial.cost();
        return !trial.isValid()
                ? trial.reason()
                : cost == null || cost.systemCalls() == null ? "the process of the server could not be seen" : "";
    }

    /// Where the time of a request goes, and how long each request's work took.
    ///
    /// @param workMicros one for each request
    /// @param ranMicros for a request, the server's time on a processor or waiting for one; null if unknown
    public record Times(Split split, List<Double> workMicros, @Nullable Double ranMicros) {}

    /// Has a server stamp where the time of its requests goes; a server of its own, since stamps cost time. Empty if it does
    /// not serve.
    public Optional<Times> times(Case what) throws IOException, InterruptedException {
        progress.now(what.workload().title() + ", " + what.contestant().model() + ", where the time goes");
        Path log = Files.createTempFile(launch.folder(), "access", ".log");
        try (ServerProcess server = ServerProcess.start(launch, what.contestant(),
                List.of("--access-log", log.toString()), ++started)) {
            trials.adopt(server);
            if (!server.awaitStart()) {
                return Optional.empty();
            }
            trials.warm(Case.closed(what.contestant(), what.workload(), Protocol.P2), SPLIT_MILLIS, server);
            var times = new AccessTimes(log);
            refresh(what.workload());
            times.clear(); // what came before was not warm
            Trial trial = trials.split(what, new Length(0, SPLIT_MILLIS), server, times);
            Split split = trial.split();
            return split == null
                    ? Optional.empty()
                    : Optional.of(new Times(split, times.work(), ranMicros(trial.cost())));
        } finally {
            Files.deleteIfExists(log);
        }
    }

    private static @Nullable Double ranMicros(Trial.@Nullable Cost cost) {
        Double queued = cost == null ? null : cost.runQueueMicros();
        return cost == null || queued == null ? null : (Double) (cost.cpuMicros() + queued);
    }

    /// Puts files out of memory that have to be cold.
    private void refresh(Workload workload) throws IOException, InterruptedException {
        if (workload.files() == Workload.Files.COLD) {
            Folder.cool(launch.folder().resolve("site").resolve("cold"));
        }
    }

    @Override
    public void close() {
        servers.values().forEach(ServerProcess::close);
        servers.clear();
        trials.close();
    }
}
