package dev.partita.server;

/// How a model is divided into processes.
///
/// @param worker what each of the processes runs, with threads
/// @param count how many of them there are, or may be at most where they come and go with the connections
/// @param reach how connections come to them
public record Division(ServerModel worker, int count, Reach reach) {
    /// How connections come to a process.
    public enum Reach {
        /// It has a listening socket of its own on the port (SO_REUSEPORT).
        OWN,
        /// All have one listening socket together.
        SHARED,
        /// The master accepts, and passes each connection to the process that has the fewest.
        PASSED,
        /// The master accepts, and passes each connection to a process that has none.
        PASSED_ALONE,
        /// It has every listening socket there is: one process serves, as if it had been started alone.
        ALL
    }
}
