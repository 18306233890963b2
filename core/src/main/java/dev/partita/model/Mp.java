package dev.partita.model;

import dev.partita.connection.Connection;
import dev.partita.loop.ConnectionThreads;
import dev.partita.server.Division;
import dev.partita.server.Division.Reach;
import dev.partita.server.Isolation;
import dev.partita.server.Running;
import dev.partita.server.Server;
import dev.partita.server.ServerModel;
import dev.partita.server.Tasks;
import dev.partita.server.Wiring;
import dev.partita.transport.Wire;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// MP: Multi-Process, with threads ("it's safe to consider the words thread and process to be interchangeable") or with
/// processes: then each has one place, and those that are not in use wait for the next connection.
///
/// > There is a "master" process which accepts connections. Once a connection is established, the master process creates a new
/// > process and passes the connection socket to it, so there is one process per connection. This new process then usually
/// > works with the connection in a simple, sequential, lock-step way.
///
/// ```
///   clients --> master --> thread mp-0: read . WORK . write . read ... == client
///                     +--> thread mp-1: read . WORK . write . read ... == client
///                      ...
///
///   -->  a new connection, for which a thread is started
///   ==   one socket, which its thread waits for
/// ```
///
/// | step           | who                                     |
/// |----------------|-----------------------------------------|
/// | accepting      | the master                              |
/// | READ, WRITE    | the connection's thread, waiting        |
/// | WORK, BLOCKING | the connection's thread                 |
/// | WAIT           | the connection's thread, parked         |
/// | CLOSE          | the connection's thread, and it ends    |
///
/// Strong: nothing is simpler, and no connection waits for another one's work.
/// Weak: a thread for every connection, idle ones too; with many of them the time goes into switching. Beyond the bound on
/// threads new connections wait in the backlog.
///
/// @param threadsMax the most threads or processes, and so connections, at a time; at least 1
/// @param isolation whether they are threads or processes
public record Mp(int threadsMax, Isolation isolation) implements ServerModel {
    public Mp {
        if (threadsMax < 1 || threadsMax > 30_000) {
            throw new IllegalArgumentException("threadsMax is " + threadsMax + ": valid are 1 to 30000");
        }
    }

    /// At most so many threads.
    public Mp(int threadsMax) {
        this(threadsMax, Isolation.THREADS);
    }

    /// At most 512 threads.
    public Mp() {
        this(512);
    }

    @Override
    public Mp isolation(Isolation isolation) {
        return new Mp(threadsMax, isolation);
    }

    @Override
    public @Nullable Division division() {
        return isolation == Isolation.THREADS ? null : new Division(new Mp(1), threadsMax, Reach.PASSED_ALONE);
    }

    @Override
    public Running start(Server server) throws IOException {
        try (var wiring = new Wiring(server, this, threadsMax)) {
            ConnectionThreads threads = wiring.threads("mp", Mp::converse);
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
    public Tasks tasks() {
        String own = "a " + (isolation == Isolation.THREADS ? "thread" : "process") + " for each connection, at most "
                + threadsMax;
        return new Tasks("the master", own, own);
    }
}
