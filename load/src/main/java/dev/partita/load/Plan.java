package dev.partita.load;

import dev.partita.transport.Transport;
import java.net.SocketAddress;
import java.time.Duration;

/// A [Load] as it was when it was started. Its builder has checked the ranges.
///
/// @param ratePerSecond 0 for a closed loop
/// @param interval how often progress is told
/// @param sharing whether a busy thread is no reason against the result
record Plan(
        Dialogue dialogue,
        SocketAddress to,
        double ratePerSecond,
        Arrivals arrivals,
        int connections,
        int pipeline,
        int requestsPerConnection,
        int slowReaders,
        Duration warmUp,
        Duration duration,
        Duration timeout,
        Duration interval,
        int lineMax,
        int threads,
        long seed,
        boolean sharing,
        Transport transport) {

    boolean isClosed() {
        return ratePerSecond == 0;
    }

    /// How many of `all` are those of one thread.
    int share(int all, int thread) {
        return all / threads + (thread < all % threads ? 1 : 0);
    }

    /// How many requests of one thread are due within a time.
    long due(Duration time, int thread) {
        long all = Math.round(ratePerSecond * (time.toNanos() / 1e9));
        return all / threads + (thread < all % threads ? 1 : 0);
    }
}
