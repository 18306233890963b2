import org.jspecify.annotations.NullMarked;

/// Servers of several processes, and new generations of any server: the only module that starts processes.
@NullMarked
@SuppressWarnings("module") // testing is built after this one
module dev.partita.processes {
    requires static transitive org.jspecify;
    requires transitive dev.partita.core;
    requires dev.partita.linux;

    exports dev.partita.processes;
    exports dev.partita.processes.lending to
            dev.partita.testing;

    provides dev.partita.server.Processes with dev.partita.processes.MasterOrWorker;
}
