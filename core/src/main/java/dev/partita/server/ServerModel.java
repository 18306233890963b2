package dev.partita.server;

import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A server model: how the three tasks of a server (connections, IO, useful work) are spread over threads.
///
/// A model is a short class with two halves. [#start] wires loops, workers and listeners together by means of a [Wiring];
/// a `switch` over [dev.partita.connection.Step] says who performs each step of a connection. Writing your own is a
/// feature: `examples/OwnModel` shows one, and the package `dev.partita.model` has those of the article.
public interface ServerModel {
    /// Wires the server and starts it.
    ///
    /// @throws IOException if an address cannot be bound or the system refuses what is needed; nothing is left behind then
    Running start(Server server) throws IOException;

    /// Who performs which task.
    Tasks tasks();

    /// This model with its workers kept apart in that way.
    ///
    /// @throws IllegalArgumentException if it has no such form; the message says why
    default ServerModel isolation(Isolation isolation) {
        if (isolation == Isolation.PROCESSES) {
            throw new IllegalArgumentException("the model " + name() + " has no processes: " + whyNotInProcesses());
        }
        return this;
    }

    /// Why [Isolation#PROCESSES] is refused, where it is.
    default String whyNotInProcesses() {
        return "it does not say how it would be divided";
    }

    /// How it is divided into processes; null if it runs in one.
    default @Nullable Division division() {
        return null;
    }

    /// Its name on a command line.
    default String name() {
        return getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }
}
