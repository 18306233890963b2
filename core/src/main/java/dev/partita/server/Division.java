package dev.partita.server;

import dev.partita.loop.Crew;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// How a model is divided into processes.
///
/// @param worker what each of the processes runs, with threads
/// @param count how many of them there are, or may be at most where they come and go with the connections
/// @param reach how connections come to them
/// @param front what the master itself runs, where it keeps the connections; otherwise null
public record Division(ServerModel worker, int count, Reach reach, @Nullable Front front) {
    public Division {
        if ((reach == Reach.LENT) != (front != null)) {
            throw new IllegalArgumentException("a master that lends has a front, and no other");
        }
    }

    /// Processes that have connections of their own.
    public Division(ServerModel worker, int count, Reach reach) {
        this(worker, count, reach, null);
    }

    /// The part of a model that stays with the master.
    @FunctionalInterface
    public interface Front {
        /// Wires the server, whose connections the master keeps, and starts it.
        ///
        /// @param crew the processes
        /// @throws IOException as [ServerModel#start]
        Running start(Server server, Crew crew) throws IOException;
    }

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
        /// They do not: the master keeps every connection, and lends the work.
        LENT,
        /// It has every listening socket there is: one process serves, as if it had been started alone.
        ALL
    }
}
