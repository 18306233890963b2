package dev.partita.server;

import java.io.IOException;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/// The door to servers of several processes, to reloads, which start one, and to the service manager: the module `processes`
/// stands behind it. Only [Server#run] goes through.
public interface Processes {
    /// The variable of the environment by which a process knows that another one has started it to serve.
    String VARIABLE = "PARTITA_WORKER";

    /// Runs the server as the master of the processes that its model is divided into; or, in a process that a master has
    /// started, joins that master, serves, and ends the program when that is over, without returning.
    ///
    /// @throws IOException as [Server#run]
    Running run(Server server, ServerModel model) throws IOException;

    /// The variables by which a process knows that a service manager wants to hear how it does (`sd_notify(3)`), and that it
    /// was started with sockets (`sd_listen_fds(3)`).
    String NOTIFY = "NOTIFY_SOCKET";
    String SOCKETS = "LISTEN_FDS";

    /// Whether a start of this kind has to go through the door.
    static boolean isNeeded(Server server, ServerModel model) {
        return model.division() != null || server.control() != null || server.user() != null
                || System.getenv(VARIABLE) != null;
    }

    /// Whether a service manager has started this process.
    static boolean isManaged() {
        return System.getenv(NOTIFY) != null || System.getenv(SOCKETS) != null;
    }

    /// What stands behind the door; null if the module is not here.
    static @Nullable Processes find() {
        return ServiceLoader.load(Processes.class).findFirst().orElse(null);
    }
}
