package dev.partita.loop;

import dev.partita.connection.Inbox;
import dev.partita.limits.Failures;
import dev.partita.transport.Parking;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// Watches the sockets of parked virtual threads and unparks them. Two threads take turns in that:
///
/// - While little happens, a thread of the system's waits in the kernel: that holds no carrier.
/// - While much happens, a virtual thread looks without waiting, then lets those that it has unparked go first. It runs where
///   they run, so nobody changes processor or context for a request; a thread of the system's beside the carrier would take
///   it from the processor, and be taken from it, for every batch.
public final class Watcher implements Part, Runnable {
    private static final long FOREVER = -1;
    /// So many sockets that are ready at once are much.
    private static final int MANY = 4;
    /// And looks in a row that find nothing are little.
    private static final int EMPTY_LOOKS_MAX = 2;
    /// How long it pauses after a poll that failed: one that always does must not take a processor.
    private static final long BROKEN_POLL_NANOS = 10_000_000L;

    private final Parking parking;
    private final Inbox waking;
    private final Thread thread;
    private final Thread busy;
    private volatile boolean much;
    private volatile boolean stopping;

    /// @param waking unparks a connection's thread
    public Watcher(String name, Parking parking, Inbox waking) {
        this.parking = parking;
        this.waking = waking;
        thread = Thread.ofPlatform().name(name).unstarted(this);
        busy = Thread.ofVirtual().name(name + "-busy").unstarted(this::whileMuchHappens);
    }

    @Override
    public void run() {
        while (!stopping) {
            if (poll(FOREVER) >= MANY) {
                much = true;
                LockSupport.unpark(busy);
                while (much && !stopping) {
                    LockSupport.park(this);
                }
            }
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // a yield is the point: the unparked threads go first
    private void whileMuchHappens() {
        while (!stopping) {
            if (!much) {
                LockSupport.park(this);
                continue;
            }
            for (int empty = 0; empty < EMPTY_LOOKS_MAX && !stopping;) {
                Thread.yield();
                empty = poll(0) == 0 ? empty + 1 : 0;
            }
            much = false;
            LockSupport.unpark(thread);
        }
    }

    private int poll(long timeoutNanos) {
        try {
            return parking.poll(timeoutNanos, waking);
        } catch (Throwable bug) {
            // All conversations depend on this thread.
            Failures.log(thread.getName(), "a poll failed", bug);
            LockSupport.parkNanos(this, BROKEN_POLL_NANOS);
            return 0;
        }
    }

    @Override
    public void start() {
        busy.start();
        thread.start();
    }

    @Override
    public void wake() {
        // The connections' threads are woken by their own part.
    }

    @Override
    public void stop() {
        stopping = true;
        parking.wake();
        LockSupport.unpark(thread);
        LockSupport.unpark(busy);
    }

    @Override
    public boolean join(long timeoutNanos) throws InterruptedException {
        return Joining.join(List.of(thread, busy), timeoutNanos);
    }

    @Override
    public void close() {
        parking.close();
    }
}
