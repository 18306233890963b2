package dev.partita.lab.results;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One load on one server.
///
/// @param id its number, from 1, in the order in which they were run
/// @param purpose what it was for
/// @param protocol where server and generator ran
/// @param workload the name of a [WorkloadCard]
/// @param model the name of a [ModelCard]
/// @param transport such as `epoll`
/// @param server the options of the server, such as `--workers 2`; one string each
/// @param round trials of one round stand next to each other in time and are compared with each other; numbered through the run,
///     from 1
/// @param load what was asked of the server
/// @param state whether it says something
/// @param reason why it does not; an empty string if it does
/// @param lastLines the server's last lines, if it failed
/// @param requests that were due, however they ended
/// @param served requests that were served well
/// @param rate served well in a second: the throughput
/// @param errors failed requests by kind (docs/load.md); those that occurred
/// @param latency of all requests served well
/// @param classes the latency of each [WorkloadCard.RequestClass], if there is more than one
/// @param cost what the server's process used for a request; null if it could not be seen
/// @param memory of the server's process at the end of the trial; null if it could not be seen
/// @param fairness how evenly the connections waited: Jain's index of their mean latencies, 1 if all are the same; null if unknown
/// @param surge how it came through a surge; only in trials for that [Purpose]
/// @param split where the requests' time went, by the server's own stamps; only in trials for that [Purpose]
/// @param generator how the generator did
public record Trial(
        int id,
        Purpose purpose,
        Protocol protocol,
        String workload,
        String model,
        String transport,
        List<String> server,
        int round,
        Load load,
        State state,
        String reason,
        List<String> lastLines,
        long requests,
        long served,
        double rate,
        Map<String, Long> errors,
        Latency latency,
        Map<String, Latency> classes,
        @Nullable Cost cost,
        @Nullable Memory memory,
        @Nullable Double fairness,
        @Nullable Surge surge,
        @Nullable Split split,
        Generator generator) {
    /// A server whose [#heldShare] is less cannot follow.
    public static final double HELD = 0.98;
    private static final double GENERATOR_BUSY_MAX = 0.95;

    /// What a trial is for.
    public enum Purpose {
        /// To choose a configuration.
        TUNE,
        /// To be compared with others of its round.
        MEASURE,
        /// A point of a curve: latency against rate, or throughput against connections.
        CURVE,
        /// A load that a much higher one is added to for a while: how soon the server recovers is looked at.
        SURGE,
        /// With the server's own time stamps, which cost time: its latencies are not compared.
        SPLIT,
        /// Under strace, which makes everything slow: only the number of system calls is used.
        TRACE
    }

    /// Where server and generator run.
    public enum Protocol {
        /// The server on one processor, the generator on another: cost per request, single-core capacity.
        P1,
        /// Both share all processors: everything about more than one.
        P2
    }

    /// Whether a trial says something about the server.
    public enum State {
        /// It does.
        VALID,
        /// Something else was measured: the generator at its limit, or time that the hypervisor took.
        VOID,
        /// The server died, refused, or did not answer.
        FAILED
    }

    /// What was asked of the server.
    ///
    /// @param rate requests a second that were due by the clock; null for a closed loop, which has the server's
    /// @param connections open at once
    /// @param requestsPerConnection 0 for any number
    /// @param idle further connections that say nothing
    /// @param pipeline requests open on one connection
    /// @param seconds the measured time
    public record Load(
            @Nullable Double rate,
            int connections,
            int requestsPerConnection,
            int idle,
            int pipeline,
            double seconds) {}

    /// Latencies in seconds, from when a request was due (open loop) or sent (closed loop).
    ///
    /// @param count of requests
    public record Latency(
            long count, double p50, double p90, double p99, double p999, double p9999, double max, double mean) {
        /// Of no requests.
        public static final Latency NONE = new Latency(0, 0, 0, 0, 0, 0, 0, 0);
    }

    /// What the server's process used, for one request that was answered.
    ///
    /// @param cpuMicros on a processor
    /// @param userMicros of that, in user mode: by ticks, so a sample
    /// @param systemMicros of that, in the kernel
    /// @param processors busy on average: 1.0 is one processor all the time
    /// @param voluntarySwitches times that a thread waited; null where threads ended meanwhile and took their count along
    /// @param involuntarySwitches times that a thread was made to go; null as above
    /// @param runQueueMicros ready to run, and without a processor; null as above
    /// @param systemCalls from a trial of its own under strace; null if there was none
    public record Cost(
            double cpuMicros,
            double userMicros,
            double systemMicros,
            double processors,
            @Nullable Double voluntarySwitches,
            @Nullable Double involuntarySwitches,
            @Nullable Double runQueueMicros,
            @Nullable Double systemCalls) {}

    /// Of the server's process.
    ///
    /// @param threads at the end of the measured time
    /// @param residentBytes (RSS) then
    /// @param bytesPerIdleConnection the resident memory that idle connections have added, for each; null unless there were
    ///     some
    public record Memory(int threads, long residentBytes, @Nullable Double bytesPerIdleConnection) {}

    /// How a server came through a surge: for a while further connections ask for much more than it can serve.
    ///
    /// @param rate of the surge, in addition to the trial's own
    /// @param seconds how long it lasted
    /// @param p90Before of the trial's own requests before the surge, in seconds
    /// @param p90During while it lasted; null if none was served then
    /// @param recoverySeconds from its end until the trial's own requests were served as before it; null if that was not seen
    public record Surge(
            double rate,
            double seconds,
            double p90Before,
            @Nullable Double p90During,
            @Nullable Double recoverySeconds) {}

    /// Where the time of a request went, in microseconds: means over all of a trial, and the 99th percentile of the queues.
    ///
    /// @param acceptWait from accept(2) to its first turn
    /// @param loopLag ready, while the loop had others to serve
    /// @param queueWait in the queues of workers and stages
    /// @param queueWaitP99 its 99th percentile
    /// @param work the useful work
    /// @param writeWait until the socket had taken the reply
    /// @param requests how many the means are of
    public record Split(
            double acceptWait,
            double loopLag,
            double queueWait,
            double queueWaitP99,
            double work,
            double writeWait,
            long requests) {}

    /// How the generator did.
    ///
    /// @param busy the share of the time that it was on a processor
    /// @param waitedForProcessor the share that it was ready and had none
    /// @param lateP50 how late it turned to requests, in seconds; null for a closed loop
    /// @param lateP99 the same, 99th percentile
    /// @param lateP999 the same, 99.9th percentile
    /// @param cpuMicros that it used for a request
    /// @param steal the share of all processors' time that the hypervisor took
    public record Generator(
            double busy,
            double waitedForProcessor,
            @Nullable Double lateP50,
            @Nullable Double lateP99,
            @Nullable Double lateP999,
            double cpuMicros,
            double steal) {
        /// Of a load that never began.
        public static final Generator NONE = new Generator(0, 0, null, null, null, 0, 0);
    }

    /// How much of the rate that was asked for was served within the measured time, 1 at most; 1 of a closed loop. What is under way
    /// when the time begins and when it ends is two numbers that vary by chance: three standard deviations of their difference,
    /// each being Poisson's, are allowed for.
    public double heldShare() {
        Double asked = load.rate();
        if (asked == null) {
            return 1;
        }
        double edges = 3 * Math.sqrt(2 * asked * latency.p50());
        return Math.min(1, (rate * load.seconds() + edges) / (asked * load.seconds()));
    }

    /// Whether the generator was the slower of the two in a closed loop: what a request cost the server is the server's all the
    /// same, but the rate and the latencies are not.
    public boolean isPacedByGenerator() {
        return protocol == Protocol.P1 && load.rate() == null && generator.busy() > GENERATOR_BUSY_MAX;
    }

    /// Whether it may be used.
    public boolean isValid() {
        return state == State.VALID;
    }
}
