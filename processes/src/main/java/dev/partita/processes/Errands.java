package dev.partita.processes;

import dev.partita.loop.Attendant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/// Does what may have to wait for others, such as whoever reads a stream, one after the other on a thread of its own, so that nobody
/// else waits. What finds no room meanwhile is not done, but counted. For any thread.
final class Errands implements Runnable {
    private static final long LOOK_NANOS = 1_000_000L;

    private final int most;
    private final IntConsumer whenMissing;
    private final BlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>();
    /// Those that are not done yet.
    private final AtomicInteger left = new AtomicInteger();
    private final AtomicInteger missing = new AtomicInteger();

    private Errands(int most, IntConsumer whenMissing) {
        this.most = most;
        this.whenMissing = whenMissing;
    }

    /// @param name of the thread
    /// @param most of them that wait
    /// @param whenMissing is told how many found no room, by the thread, as soon as it goes on
    static Errands begin(String name, int most, IntConsumer whenMissing) {
        var errands = new Errands(most, whenMissing);
        new Attendant(name, errands).start();
        return errands;
    }

    /// Whether there is room for another one: a moment old, where several threads add some.
    boolean hasRoom() {
        return left.get() < most;
    }

    /// Has it done later, or not at all where there is no room.
    void add(Runnable errand) {
        if (left.incrementAndGet() <= most) {
            waiting.add(errand);
        } else {
            left.decrementAndGet();
            missing.incrementAndGet();
        }
    }

    /// Waits until all are done, or the time is over.
    void await(long timeoutNanos) {
        long end = System.nanoTime() + timeoutNanos;
        while (left.get() > 0 && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    @Override
    public void run() {
        try {
            while (true) {
                Runnable errand = waiting.take();
                try {
                    errand.run();
                    int lost = missing.getAndSet(0);
                    if (lost > 0) {
                        whenMissing.accept(lost);
                    }
                } catch (Throwable theirs) {
                    // a logger of the program's, for example: it must not cost what follows
                } finally {
                    left.decrementAndGet();
                }
            }
        } catch (InterruptedException over) {
            // nobody interrupts it
        }
    }
}
