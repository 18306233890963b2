package dev.partita.processes;

import java.util.function.LongSupplier;

/// How long who is to take over serves beside who serves: it does what it can, and has its code compiled meanwhile, before it has to do
/// all (decision 35). The supervisor's, under its lock.
final class Overlap {
    private static final long LONGEST_NANOS = 1_500_000_000L;
    /// It is over after a beat of everybody if there is little to do: nothing could be learned from that.
    private static final long BUSY_AFTER_NANOS = Membership.BEAT_NANOS + 50_000_000L;
    private static final int BUSY_REQUESTS = 20;

    private final LongSupplier requests;
    private boolean begun;
    private long since;
    private long requestsBefore;

    /// @param requests how many the server has served
    Overlap(LongSupplier requests) {
        this.requests = requests;
    }

    /// Begins, if it has not. To be asked again and again.
    ///
    /// @return whether it is over
    boolean isOver(long now) {
        if (!begun) {
            begun = true;
            since = now;
            requestsBefore = requests.getAsLong();
        }
        long passed = now - since;
        return passed >= LONGEST_NANOS
                || passed >= BUSY_AFTER_NANOS && requests.getAsLong() - requestsBefore < BUSY_REQUESTS;
    }

    /// Another one may begin.
    void reset() {
        begun = false;
    }
}
