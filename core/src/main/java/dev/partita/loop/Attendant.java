package dev.partita.loop;

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

    /// Waits for the thread to end.
    ///
    /// @return false if the time was over first
    public boolean join(long timeoutNanos) throws InterruptedException {
        return Joining.join(thread, timeoutNanos);
    }
}
