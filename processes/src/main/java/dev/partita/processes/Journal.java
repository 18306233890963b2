package dev.partita.processes;

import dev.partita.loop.Attendant;
import java.lang.System.Logger.Level;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// What a master says in the log. A thread of its own waits for whoever reads that, so that nobody who looks after workers does;
/// what finds no room meanwhile is counted, and the count said as soon as something is read again. For any thread.
final class Journal implements Runnable {
    private static final System.Logger LOG = System.getLogger("dev.partita");
    private static final int ENTRIES_MAX = 256;
    private static final long LOOK_NANOS = 1_000_000L;
    private static final Journal ONLY = started();

    private final BlockingQueue<Entry> entries = new ArrayBlockingQueue<>(ENTRIES_MAX);
    /// The entries that are not written yet.
    private final AtomicInteger left = new AtomicInteger();
    private final AtomicInteger dropped = new AtomicInteger();

    private record Entry(Level level, String text, @Nullable Throwable cause) {
        void write() {
            try {
                LOG.log(level, text, cause);
            } catch (RuntimeException theirs) {
                // a logger of the program's: it must not cost the messages that follow
            }
        }
    }

    private Journal() {}

    private static Journal started() {
        var journal = new Journal();
        new Attendant("journal", journal).start();
        return journal;
    }

    /// Says it later.
    static void log(Level level, String text) {
        ONLY.add(new Entry(level, text, null));
    }

    /// The same of a mistake of ours.
    static void log(Level level, String text, Throwable cause) {
        ONLY.add(new Entry(level, text, cause));
    }

    /// Waits until all is said, or the time is over.
    static void await(long timeoutNanos) {
        long end = System.nanoTime() + timeoutNanos;
        while (ONLY.left.get() > 0 && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private void add(Entry entry) {
        left.incrementAndGet();
        if (!entries.offer(entry)) {
            left.decrementAndGet();
            dropped.incrementAndGet();
        }
    }

    @Override
    public void run() {
        try {
            while (true) {
                entries.take().write();
                int lost = dropped.getAndSet(0);
                if (lost > 0) {
                    new Entry(Level.WARNING, lost + " messages about workers are missing here: nobody read this log",
                            null).write();
                }
                left.decrementAndGet();
            }
        } catch (InterruptedException over) {
            // nobody interrupts it
        }
    }
}
