package dev.partita.testing.simulation;

/// Who does a connection's work, as the models have it: which of the models' switches the simulation runs.
public enum Shape {
    /// The loop does everything itself: SPED, and each loop of SYMPED.
    INLINE,
    /// All work is lent to workers, which give the connection back: AMPED.
    LENDING,
    /// Only what may block is lent: AMPED inline.
    LENDING_WHAT_BLOCKS,
    /// All work is lent to stages, which pass it on and send by themselves: SEDA.
    STAGED,
    /// The connection has a thread of its own, which waits: MP and VT. One connection after the other.
    LOCK_STEP
}
