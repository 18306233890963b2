package dev.partita.loop;

import dev.partita.connection.ConnectionTable;
import dev.partita.limits.Counter;
import dev.partita.limits.Failures;

/// Notices that a thread does not get on, because one request's work keeps it for longer than work may take, and says so with
/// the thread's stack, which names the handler. Once each time; nothing is done to the thread. Also says that a thread has died.
///
/// Used by the background thread only.
final class Watchdog {
    private static final System.Logger LOG = System.getLogger("dev.partita");

    private final Thread thread;
    private final ConnectionTable table;
    private long progress;
    private long since;
    private boolean said;
    private boolean saidDead;

    Watchdog(Thread thread, ConnectionTable table) {
        this.thread = thread;
        this.table = table;
        since = table.now();
    }

    /// Looks at the thread; about once a second.
    ///
    /// @param progress a number that changes whenever the thread gets on
    /// @param resting true if it has nothing to do
    void look(long progress, boolean resting) {
        if (thread.getState() == Thread.State.TERMINATED) {
            onDead();
            return;
        }
        if (resting || progress != this.progress) {
            this.progress = progress;
            since = table.now();
            said = false;
        } else if (!said && table.now() - since >= table.limits().workNanosMax()) {
            said = true;
            say(thread, table);
        }
    }

    /// Threads end by themselves only when the server does.
    private void onDead() {
        if (!saidDead && !table.isDraining()) {
            saidDead = true;
            table.counters().increment(Counter.FAILURES);
            LOG.log(
                    System.Logger.Level.ERROR,
                    "the thread {0} has died, and nobody serves what it served: restart this server",
                    thread.getName());
        }
    }

    /// Says that `thread` is stuck, and where.
    static void say(Thread thread, ConnectionTable table) {
        table.counters().increment(Counter.STUCK);
        Throwable where = new Throwable("this is where it is");
        where.setStackTrace(thread.getStackTrace());
        Failures.log(
                "the thread " + thread.getName() + " has been busy with one request for more than "
                        + table.limits().workMillisMax() + " ms",
                where);
    }
}
