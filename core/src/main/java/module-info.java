import org.jspecify.annotations.NullMarked;

/// The library: connections, transports, loops and the server models, over the JDK and the queues of JCTools.
@NullMarked
module dev.partita.core {
    requires static transitive org.jspecify;
    requires org.jctools.core.jdk11;
    requires jdk.net;

    exports dev.partita.limits;
    exports dev.partita.connection;
    exports dev.partita.transport;
    exports dev.partita.loop;
    exports dev.partita.proxy;
    exports dev.partita.server;
    exports dev.partita.model;

    uses dev.partita.transport.Transport;
    uses dev.partita.server.Processes;
}
