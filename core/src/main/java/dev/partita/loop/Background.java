package dev.partita.loop;

import dev.partita.connection.ConnectionTable;
import dev.partita.connection.Protocol;
import dev.partita.limits.Counter;
import dev.partita.limits.Failures;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// The thread for what happens once a second and is no request's business.
public final class Background implements Part, Runnable {

    /// Between two ticks of the table's clock.
    private static final int TICK_MILLIS = 250;

    private final Protocol protocol;
    private final ConnectionTable table;
    private final List<Part> parts;
    private final Thread thread;
    private volatile boolean stopping;
    private long toldSecond;

    /// @param protocol is told the time
    /// @param table has its clock set
    /// @param parts those that want to be called once a second; read when this starts
    public Background(Protocol protocol, ConnectionTable table, List<Part> parts) {
        this.protocol = protocol;
        this.table = table;
        this.parts = parts;
        thread = Thread.ofPlatform().name("background").daemon().unstarted(this);
    }

    @Override
    public void run() {
        while (!stopping) {
            long millis = System.currentTimeMillis();
            table.tick(System.nanoTime());
            everySecond(millis / 1000);
            LockSupport.parkNanos(this, (TICK_MILLIS - millis % TICK_MILLIS) * 1_000_000L);
        }
    }

    private void everySecond(long epochSecond) {
        if (epochSecond == toldSecond) {
            return;
        }
        toldSecond = epochSecond;
        try {
            protocol.tick(epochSecond);
        } catch (Throwable bug) {
            onBug(bug);
        }
        for (Part part : parts) {
            try {
                part.everySecond();
            } catch (Throwable bug) {
                onBug(bug);
            }
        }
    }

    /// The next second may do better; the clock has to go on, and the other parts have deadlines to look after.
    private void onBug(Throwable bug) {
        table.counters().increment(Counter.FAILURES);
        Failures.log("what is done once a second failed", bug);
    }

    /// Tells the time once in the calling thread, so that it is known before the first request, and starts the thread.
    @Override
    public void start() {
        everySecond(System.currentTimeMillis() / 1000);
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
