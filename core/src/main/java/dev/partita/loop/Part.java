package dev.partita.loop;

/// A part of a running server that has threads. Its life: [#start], then any number of [#wake], then [#join] and [#close].
public interface Part extends AutoCloseable {
    /// Starts its threads.
    void start();

    /// Tells its threads to stop accepting connections for good. From any thread.
    default void stopAccepting() {}

    /// Returns when what [#stopAccepting] has told is done, or the time is over. From any thread but its own.
    default void awaitStopped(long timeoutNanos) throws InterruptedException {}

    /// Tells its threads that the table's state has changed: draining, aborting, or room for a connection. From any thread.
    void wake();

    /// Called about once a second by the background thread: the place to look after threads that cannot do it themselves.
    default void everySecond() {}

    /// Lets its threads end when they have nothing left to do. Parts that end by themselves once their last connection is
    /// closed do nothing here.
    default void stop() {}

    /// Ends whatever its threads are waiting for in user code, by interrupting them.
    default void interrupt() {}

    /// Waits for its threads to end.
    ///
    /// @return false if the time was over first
    boolean join(long timeoutNanos) throws InterruptedException;

    /// Frees what it held. Its threads have ended.
    @Override
    default void close() {}
}
