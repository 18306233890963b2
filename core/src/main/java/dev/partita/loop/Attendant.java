package dev.partita.loop;

import java.util.concurrent.CountDownLatch;

/// A thread that looks after something other than connections: worker processes, for example, or the news of this one.
public final class Attendant {
    private final Thread thread;

    /// @param duty runs once, from [#start] until it returns; a daemon, so that it keeps no program alive
    public Attendant(String name, Runnable duty) {
        thread = Thread.ofPlatform().name(name).daemon().unstarted(duty);
    }

    /// Starts the thread.
    public void start() {
        thread.start();
    }

    /// True in the thread itself.
    public boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /// Waits for what some attendant does at the end, however often the calling thread is interrupted; it is again afterwards.
    public static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Waits for the thread to end.
    ///
    /// @return false if the time was over first
    public boolean join(long timeoutNanos) throws InterruptedException {
        return Joining.join(thread, timeoutNanos);
    }
}
