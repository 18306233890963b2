package dev.partita.load;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// What a load came to. Latencies are in nanoseconds and begin when a request was due, also while it stood in line.
///
/// @param target the server
/// @param transport the name of the transport that was used
/// @param ratePerSecond what was asked for; 0 for a closed loop
/// @param arrivals of an open loop
/// @param connections what was asked for, as the following
/// @param threads event loops
/// @param pipeline most requests open on a connection
/// @param requestsPerConnection 0 for any number
/// @param slowReaders further connections that read slowly
/// @param warmUp load before the measured time
/// @param seed of the arrivals and of the choice among kinds
/// @param began when the measured time began
/// @param measured how long it was; shorter than asked for if it was stopped
/// @param stopped true if it was
/// @param served requests that were served well, whenever that was
/// @param servedInTime those served well within the measured time, whenever they were due
/// @param answeredInTime replies of any kind that came within the measured time
/// @param unanswered requests of a load that was stopped of which nobody knows how they would have ended; neither served nor
///     failed
/// @param errors requests that failed, by kind; every kind is in it
/// @param waited open loop: requests that stood in line because every connection was busy
/// @param latency of those served
/// @param fairness how evenly the connections waited: Jain's index of their mean latencies, which is 1 if all are the same and
///     1 divided by their number if only one has any
/// @param kinds the latency of each kind, if there are 2 to 16
/// @param refused the latency of replies that were errors
/// @param late open loop: how late the generator itself turned to requests; a part of their latency
/// @param opened connections opened, at any time
/// @param seconds the measured time, second by second
/// @param busy the share of the measured time that the busiest thread was on a processor
/// @param waitedForProcessor the largest share that a thread was ready to run and had none
/// @param cpu what this whole process used in the measured time, its compiler threads included
/// @param slowBytes what slow readers took
/// @param whyVoid why this says nothing about the server; null if it does say something
public record Result(
        String target,
        String transport,
        double ratePerSecond,
        Arrivals arrivals,
        int connections,
        int threads,
        int pipeline,
        int requestsPerConnection,
        int slowReaders,
        Duration warmUp,
        long seed,
        Instant began,
        Duration measured,
        boolean stopped,
        long served,
        long servedInTime,
        long answeredInTime,
        long unanswered,
        Map<ErrorKind, Long> errors,
        long waited,
        Histogram latency,
        double fairness,
        List<OfKind> kinds,
        Histogram refused,
        Histogram late,
        long opened,
        List<Progress.Second> seconds,
        double busy,
        double waitedForProcessor,
        Duration cpu,
        long slowBytes,
        @Nullable String whyVoid) {

    /// The latency of one kind of request.
    public record OfKind(String name, Histogram latency) {}

    /// Whether it was a closed loop.
    public boolean isClosed() {
        return ratePerSecond == 0;
    }

    /// How many requests failed.
    public long failed() {
        return errors.values().stream().mapToLong(Long::longValue).sum();
    }

    /// All requests that were due in the measured time and have ended, however.
    public long requests() {
        return served + failed();
    }

    /// Requests served well in a second of the measured time. What a server is behind with when that is over, it did not serve in
    /// it.
    public double rate() {
        return servedInTime / (measured.toNanos() / 1e9);
    }

    /// Whether it says something about the server.
    public boolean isVoid() {
        return whyVoid != null;
    }
}
