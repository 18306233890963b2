package dev.partita.loop;

import java.time.Duration;

/// Waiting for threads to end.
final class Joining {
    private Joining() {}

    static boolean join(Thread thread, long timeoutNanos) throws InterruptedException {
        return thread.getState() == Thread.State.NEW || thread.join(Duration.ofNanos(Math.max(0, timeoutNanos)));
    }

    /// Waits for several threads, for all of them no longer than the time given.
    static boolean join(Iterable<Thread> threads, long timeoutNanos) throws InterruptedException {
        long deadline = System.nanoTime() + timeoutNanos;
        boolean all = true;
        for (Thread thread : threads) {
            all &= join(thread, deadline - System.nanoTime());
        }
        return all;
    }
}
