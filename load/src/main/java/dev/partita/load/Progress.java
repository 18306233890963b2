package dev.partita.load;

import java.time.Duration;
import java.util.Map;
import org.HdrHistogram.Histogram;

/// Is told how a load goes. By the thread that waits in [LoadRun#await].
public interface Progress {
    /// For who wants to know nothing.
    Progress NONE = new Progress() {};

    /// Every connection is open, or has failed, and the load begins.
    ///
    /// @param connections how many are open
    default void begins(int connections) {}

    /// A second has passed; or the load is over, and this is what was answered after its time.
    ///
    /// @param latency of the requests served in it, in nanoseconds; it is used again when this returns
    default void second(Second second, Histogram latency) {}

    /// One second of a load; the last one may be shorter.
    ///
    /// @param isWarmUp true before the measured time
    /// @param passed since the warm-up began
    /// @param all how long the load will take in all, the warm-up included
    /// @param nanos how long this second was
    /// @param replies replies of any kind that came
    /// @param connections that are open now
    /// @param served requests of the measured time that were served well
    /// @param errors requests of the measured time that failed, by kind; kinds without one are not in it
    /// @param p50Nanos the median latency of those served
    /// @param p99Nanos their 99th percentile
    /// @param maxNanos their longest
    record Second(
            boolean isWarmUp,
            Duration passed,
            Duration all,
            long nanos,
            long replies,
            int connections,
            long served,
            Map<ErrorKind, Long> errors,
            long p50Nanos,
            long p99Nanos,
            long maxNanos) {}
}
