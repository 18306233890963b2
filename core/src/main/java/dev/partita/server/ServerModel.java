package dev.partita.server;

import java.io.IOException;
import java.util.Locale;

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

    /// Its name on a command line.
    default String name() {
        return getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }
}
