package dev.partita.load;

/// How the requests of an open loop are spread over time.
public enum Arrivals {
    /// At random and independent of each other, as those of many users are: a Poisson process, given its number of
    /// arrivals. So the rate is kept exactly, while the gaps vary as they do in nature.
    POISSON,
    /// One as long after the other as the one before.
    CONSTANT
}
