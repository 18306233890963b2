package dev.partita.loop;

import dev.partita.connection.Inbox;

/// Those who do the work of a loop's connections: threads ([Workers]) or processes.
public interface Crew {
    /// Where the loop puts a connection that needs work: with an idle one, or the one with the least to do; or with the one
    /// that is in the middle of it.
    Inbox leastLoaded();

    /// Tells the crew whose connections these are. Once, before the loop starts.
    default void workFor(EventLoop loop) {}
}
