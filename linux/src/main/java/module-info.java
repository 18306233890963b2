import org.jspecify.annotations.NullMarked;

/// Everything that calls the Linux kernel directly. No other module makes a native call.
@NullMarked
module dev.partita.linux {
    requires static transitive org.jspecify;
    requires transitive dev.partita.core;

    exports dev.partita.linux;

    provides dev.partita.transport.Transport with dev.partita.linux.epoll.EpollTransport,
            dev.partita.linux.uring.UringTransport;
}
