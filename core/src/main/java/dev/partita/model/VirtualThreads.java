package dev.partita.model;

import dev.partita.connection.Connection;
import dev.partita.loop.ConnectionThreads;
import dev.partita.server.Running;
import dev.partita.server.Server;
import dev.partita.server.ServerModel;
import dev.partita.server.Tasks;
import dev.partita.server.Wiring;
import dev.partita.transport.Wire;
import java.io.IOException;

/// VT: a virtual thread for each connection, the JVM's version of an idea from the comments below the article.
///
/// > Each pico processor being a very low cost miniature server, designed to deal with a single connection. A single pico stays
/// > with a connection from start to finish, runs through requests synchronously [...]
///
/// ```
///   clients --> master --> virtual thread vt-0: read . WORK . write . read ... == client
///                     +--> virtual thread vt-1: read . WORK . write . read ... == client
///                      ...          ^ unpark
///                              vt-poller-0 watches all the sockets
///
///   -->  a new connection, for which a virtual thread is started
///   ==   one socket; its thread parks while there is nothing to do, and no thread of the system waits with it
/// ```
///
/// | step           | who                                                          |
/// |----------------|--------------------------------------------------------------|
/// | accepting      | the master                                                   |
/// | READ, WRITE    | the connection's virtual thread, parked until it can go on   |
/// | WORK, BLOCKING | the connection's virtual thread                              |
/// | WAIT           | the connection's virtual thread, parked                      |
/// | CLOSE          | the connection's virtual thread, and it ends                 |
///
/// Strong: written like MP, priced much like an event loop; blocking by the JDK's means (sleep, locks, sockets) costs nothing.
/// Weak: no time slices: work that computes long holds one of the few carriers, and so does a call that blocks in native code.
///
/// @param pollers threads that watch the sockets; at least 1
public record VirtualThreads(int pollers) implements ServerModel {
    public VirtualThreads {
        if (pollers < 1 || pollers > 1_024) {
            throw new IllegalArgumentException("pollers is " + pollers + ": valid are 1 to 1024");
        }
    }

    /// One thread watches all sockets.
    public VirtualThreads() {
        this(1);
    }

    @Override
    public String name() {
        return "vt";
    }

    @Override
    public Running start(Server server) throws IOException {
        try (var wiring = new Wiring(server, this)) {
            ConnectionThreads threads = wiring.virtualThreads("vt", pollers, VirtualThreads::converse);
            wiring.listen(wiring.acceptor("master"), threads);
            return wiring.start();
        }
    }

    private static void converse(Wire wire, Connection c) {
        while (advance(wire, c)) {
            // lock step
        }
    }

    private static boolean advance(Wire wire, Connection c) {
        return switch (c.next()) {
            case READ -> wire.read(c);
            case WORK, BLOCKING -> {
                c.work();
                yield true;
            }
            case WRITE -> wire.write(c);
            case WAIT -> wire.await(c);
            case CLOSE -> {
                wire.close(c);
                yield false;
            }
        };
    }

    @Override
    public String whyNotInProcesses() {
        return "virtual threads share the carriers of one JVM";
    }

    @Override
    public Tasks tasks() {
        String own = "a virtual thread for each connection; sockets watched by "
                + (pollers == 1 ? "1 poller" : pollers + " pollers");
        return new Tasks("the master", own, own);
    }
}
