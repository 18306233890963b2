package dev.partita.loop;

import dev.partita.connection.Inbox;
import dev.partita.limits.Failures;
import dev.partita.transport.Parking;

/// The thread that watches the sockets of parked virtual threads and unparks them.
public final class Watcher implements Part, Runnable {
    private static final long FOREVER = -1;

    private final Parking parking;
    private final Inbox waking;
    private final Thread thread;
    private volatile boolean stopping;

    /// @param waking unparks a connection's thread
    public Watcher(String name, Parking parking, Inbox waking) {
        this.parking = parking;
        this.waking = waking;
        thread = Thread.ofPlatform().name(name).unstarted(this);
    }

    @Override
    public void run() {
        while (!stopping) {
            try {
                parking.poll(FOREVER, waking);
            } catch (Throwable bug) {
                // All conversations depend on this thread.
                Failures.log(thread.getName() + ": a poll failed", bug);
            }
        }
    }

    @Override
    public void start() {
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
    }

    @Override
    public boolean join(long timeoutNanos) throws InterruptedException {
        return Joining.join(thread, timeoutNanos);
    }

    @Override
    public void close() {
        parking.close();
    }
}
