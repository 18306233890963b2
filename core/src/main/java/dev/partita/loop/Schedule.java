package dev.partita.loop;

/// What a loop has to do by the clock, besides its connections: a load generator's arrivals, for example.
@FunctionalInterface
public interface Schedule {
    /// Nothing is due any more.
    long NEVER = Long.MAX_VALUE;

    /// Does what is due. Called by the loop's thread in each of its rounds, before it waits: it may
    /// [open connections][EventLoop#connect] and give connections [their turn][EventLoop#turn], and has to leave the rest
    /// for the next round when there is much of it.
    ///
    /// @return how long the loop may wait, in nanoseconds: until the next thing is due, 0 if there is one already, or
    ///     [#NEVER]
    long run();
}
