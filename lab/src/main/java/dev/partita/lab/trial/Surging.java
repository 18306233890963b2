package dev.partita.lab.trial;

import dev.partita.lab.results.Trial.Surge;
import dev.partita.load.Load;
import dev.partita.load.LoadRun;
import dev.partita.load.Progress;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// A surge beside a load: after a quiet second further connections ask for more than the server can serve, for two seconds, and
/// are gone. The load's own latencies, a tenth of a second at a time, tell when the server is again what it was before.
///
/// [#second] is for the thread that watches the load; the surge has one of its own.
final class Surging implements AutoCloseable {
    /// How long a load has to be that a surge comes to.
    static final int MILLIS = 7_000;
    static final Duration LOOK = Duration.ofMillis(100);

    private static final int BEFORE_MILLIS = 1_000;
    private static final int SURGE_MILLIS = 2_000;
    /// So many that they stand in the server's queues and not before its door.
    private static final int CONNECTIONS = 512;
    /// So many looks in a row have to be calm, since a single one may be by chance.
    private static final int CALM_LOOKS = 5;
    private static final double CALM_RATIO = 2;
    private static final double CALM_NANOS = 1e6;
    private static final double PERCENTILE = 90;
    private static final double NANOS = 1e9;

    private final double rate;
    private final LoadRun run;
    private final Thread thread = Thread.ofPlatform().name("surge").daemon().unstarted(this::surge);
    private final Histogram before = new Histogram(3);
    private final Histogram during = new Histogram(3);
    private final List<Look> looks = new ArrayList<>();
    private volatile long beganAt = Long.MAX_VALUE;
    private volatile long endedAt = Long.MAX_VALUE;

    /// A tenth of a second.
    ///
    /// @param nanoTime its end
    /// @param p90 of the requests that were served in it, in nanoseconds; infinite if one failed, or none was served
    record Look(long nanoTime, double p90) {}

    /// Opens the connections of the surge.
    ///
    /// @param load it, but for its size
    /// @param rate it asks for
    Surging(Load load, double rate) throws IOException {
        this.rate = rate;
        // With a line of its own it would go on asking when it is over.
        run = load.connections(CONNECTIONS)
                .rate(rate)
                .lineMax(1)
                .warmUp(Duration.ZERO)
                .duration(Duration.ofMillis(SURGE_MILLIS))
                .start(Progress.NONE);
    }

    /// The quiet second begins.
    void begin() {
        thread.start();
    }

    private void surge() {
        try {
            Thread.sleep(BEFORE_MILLIS);
            long now = System.nanoTime();
            endedAt = now + SURGE_MILLIS * 1_000_000L;
            beganAt = now;
            run.await();
        } catch (IOException refused) {
            beganAt = Long.MAX_VALUE; // there is nothing to recover from
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
    }

    /// A look at the load has been taken.
    void second(Progress.Second second, Histogram latency) {
        if (second.isWarmUp()) {
            return;
        }
        long now = System.nanoTime();
        boolean isWell = second.errors().isEmpty() && latency.getTotalCount() > 0;
        looks.add(new Look(now, isWell ? latency.getValueAtPercentile(PERCENTILE) : Double.POSITIVE_INFINITY));
        if (now < beganAt) {
            before.add(latency);
        } else if (now < endedAt) {
            during.add(latency);
        }
    }

    /// How the server came through it, once the load is over; null if it could not begin.
    @Nullable Surge outcome() {
        return beganAt == Long.MAX_VALUE
                ? null
                : new Surge(rate, SURGE_MILLIS / 1e3, before.getValueAtPercentile(PERCENTILE) / NANOS,
                        during.getTotalCount() == 0 ? null : (Double) (during.getValueAtPercentile(PERCENTILE) / NANOS),
                        recoverySeconds(looks, endedAt, (double) before.getValueAtPercentile(PERCENTILE)));
    }

    /// @param p90Before in nanoseconds
    /// @return null if it did not recover for long enough to be seen
    static @Nullable Double recoverySeconds(List<Look> looks, long endedAt, double p90Before) {
        double calm = CALM_RATIO * p90Before + CALM_NANOS;
        long since = endedAt;
        int inARow = 0;
        for (Look each : looks) {
            if (each.nanoTime > endedAt) {
                if (each.p90 > calm) {
                    inARow = 0;
                    since = each.nanoTime;
                } else if (++inARow == CALM_LOOKS) {
                    return (since - endedAt) / NANOS;
                }
            }
        }
        return null;
    }

    @Override
    public void close() {
        run.stop();
        thread.interrupt();
    }
}
