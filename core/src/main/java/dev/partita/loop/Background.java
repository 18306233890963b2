package dev.partita.loop;

import dev.partita.connection.Protocol;
import java.util.concurrent.locks.LockSupport;

/// The thread for what happens once a second and is no request's business.
public final class Background implements Part, Runnable {
    private static final System.Logger LOG = System.getLogger("dev.partita");

    private final Protocol protocol;
    private final Thread thread;
    private volatile boolean stopping;

    /// @param protocol is told the time
    public Background(Protocol protocol) {
        this.protocol = protocol;
        thread = Thread.ofPlatform().name("background").daemon().unstarted(this);
    }

    @Override
    public void run() {
        while (!stopping) {
            long millis = System.currentTimeMillis();
            tick(millis / 1000);
            LockSupport.parkNanos(this, (1000 - millis % 1000) * 1_000_000L);
        }
    }

    private void tick(long epochSecond) {
        try {
            protocol.tick(epochSecond);
        } catch (RuntimeException bug) {
            // The next tick may do better; the clock has to go on.
            LOG.log(System.Logger.Level.ERROR, "a protocol's tick failed", bug);
        }
    }

    /// Ticks once in the calling thread, so that the time is known before the first request, and starts the thread.
    @Override
    public void start() {
        tick(System.currentTimeMillis() / 1000);
        thread.start();
    }

    @Override
    public void wake() {
        // It has nothing to do with connections.
    }

    @Override
    public void stop() {
        stopping = true;
        LockSupport.unpark(thread);
    }

    @Override
    public boolean join(long timeoutNanos) throws InterruptedException {
        return Joining.join(thread, timeoutNanos);
    }
}
