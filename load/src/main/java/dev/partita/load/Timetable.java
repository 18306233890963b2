package dev.partita.load;

import java.util.random.RandomGenerator;

/// When the requests of one thread are due: the arrivals of the warm-up, then those of the time that is measured. Both have
/// exactly as many as the rate asks for.
final class Timetable {
    /// There are no more.
    static final long NEVER = Long.MAX_VALUE;

    private final Arrivals arrivals;
    private final RandomGenerator random;
    /// Where a constant process of several threads stands between the arrivals of the others, 0 to 1 of a gap.
    private final double phase;

    // The span that is being gone through.
    private long start;
    private long nanos;
    private long count;
    private long made;
    /// The part of the span that is left; Poisson.
    private double left = 1;

    // The span behind it.
    private long nextNanos;
    private long nextCount;

    /// @param start when the warm-up begins, as [System#nanoTime]
    /// @param warmUpCount arrivals within the warm-up
    /// @param measuredCount arrivals within the measured time
    Timetable(
            Arrivals arrivals,
            RandomGenerator random,
            double phase,
            long start,
            long warmUpNanos,
            long warmUpCount,
            long measuredNanos,
            long measuredCount) {
        this.arrivals = arrivals;
        this.random = random;
        this.phase = phase;
        this.start = start;
        nanos = warmUpNanos;
        count = warmUpCount;
        nextNanos = measuredNanos;
        nextCount = measuredCount;
    }

    /// The next arrival, never before the last one; or [#NEVER].
    long next() {
        if (made == count) {
            if (nextCount == 0) {
                return NEVER;
            }
            start += nanos;
            nanos = nextNanos;
            count = nextCount;
            nextCount = 0;
            made = 0;
            left = 1;
        }
        double position = switch (arrivals) {
            case CONSTANT -> (made + phase) / count;
            case POISSON -> {
                // The first of n independent uniform points on what is left of the span lies behind a part of it that is
                // distributed as 1 - U^(1/n); the others are uniform on the rest again.
                left *= Math.pow(1 - random.nextDouble(), 1.0 / (count - made));
                yield 1 - left;
            }
        };
        made++;
        return start + (long) (position * nanos);
    }
}
