import org.jspecify.annotations.NullMarked;

/// Everything that calls the Linux kernel directly. No other module makes a native call.
@NullMarked
@SuppressWarnings("module") // processes is built after this one
module dev.partita.linux {
    requires static transitive org.jspecify;
    requires transitive dev.partita.core;

    exports dev.partita.linux;
    exports dev.partita.linux.shared to
            dev.partita.processes;
    exports dev.partita.linux.socket to
            dev.partita.processes;

    provides dev.partita.transport.Transport with dev.partita.linux.epoll.EpollTransport,
            dev.partita.linux.uring.UringTransport;
}
