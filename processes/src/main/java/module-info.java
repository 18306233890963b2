import org.jspecify.annotations.NullMarked;

/// Servers of several processes, and new generations of any server: the only module that starts processes.
@NullMarked
module dev.partita.processes {
    requires static transitive org.jspecify;
    requires transitive dev.partita.core;
    requires dev.partita.linux;

    exports dev.partita.processes;

    provides dev.partita.server.Processes with dev.partita.processes.MasterOrWorker;
}
