package dev.partita.testing;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Waits for what another thread is about to bring about and tells nobody of, such as a counter.
public final class Eventually {
    private static final long LOOK_AGAIN_NANOS = 200_000;

    private Eventually() {}

    /// Returns as soon as `condition` holds.
    ///
    /// @param what what is waited for, for the [AssertionError] after [WireClient#PATIENCE]
    public static void holds(String what, BooleanSupplier condition) {
        long giveUpAt = System.nanoTime() + WireClient.PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - giveUpAt > 0) {
                throw new AssertionError("within " + WireClient.PATIENCE.toSeconds() + " s it did not happen: " + what);
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }
}
