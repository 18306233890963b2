package dev.partita.model;

import dev.partita.connection.Connection;
import dev.partita.loop.EventLoop;
import dev.partita.loop.Workers;
import dev.partita.server.Running;
import dev.partita.server.Server;
import dev.partita.server.ServerModel;
import dev.partita.server.Tasks;
import dev.partita.server.Wiring;
import dev.partita.transport.Wire;
import java.io.IOException;

/// AMPED: Asymmetric Multi-Process Event-Driven.
///
/// > When data is received in the "master" process, find a under-utilized (or idle) worker process and pass the data to its
/// > message queue. The master process is messaged by the process when a response is ready, at which point it passes the
/// > response through to the connection.
///
/// ```
///              +-------- master --------+      +--> [queue] --> worker-0 --+
///   clients == | accept . read . write  | -----+--> [queue] --> worker-1 --+
///              +--------- ^ ------------+      ...                         |
///                         +------------------- inbox <--------------------+
///
///   -->  a connection is lent; while it is, the master hears nothing of it
///   []   bounded; when the least loaded is full, the work is refused
/// ```
///
/// | step           | who                                                                     |
/// |----------------|-------------------------------------------------------------------------|
/// | accepting      | the master                                                              |
/// | READ, WRITE    | the master, never waiting                                               |
/// | WORK, BLOCKING | an idle worker, or the one with the least to do (Flash's way: see below) |
/// | WAIT           | nobody: the connection comes back by the master's inbox                 |
/// | CLOSE          | the master                                                              |
///
/// Strong: the work may take long or block, and input and output go on. As many threads as configured, whatever the number
/// of connections.
/// Weak: two hand-overs a request, dear when the work is short. What is queued behind a long request waits, even while
/// another worker becomes idle: there is no stealing.
///
/// The variant `inline`: Flash, the server that the model is named after, gave only what may block to its helpers. WORK, the
/// work that never blocks, stays with the master then.
///
/// @param workers how many workers; at least 1
/// @param inline true keeps WORK on the loop, so that only BLOCKING is lent
public record Amped(int workers, boolean inline) implements ServerModel {
    public Amped {
        if (workers < 1 || workers > 1_024) {
            throw new IllegalArgumentException("workers is " + workers + ": valid are 1 to 1024");
        }
    }

    /// All work is done by that many workers.
    public Amped(int workers) {
        this(workers, false);
    }

    /// As many workers as there are processors.
    public Amped() {
        this(Runtime.getRuntime().availableProcessors());
    }

    @Override
    public Running start(Server server) throws IOException {
        try (var wiring = new Wiring(server, this)) {
            Workers crew = wiring.workers("worker", workers, Connection::work);
            EventLoop master = wiring.lendingLoop("master", self -> {
                Wire wire = self.wire();
                return inline
                        ? connection -> advanceInline(self, wire, crew, connection)
                        : connection -> advance(self, wire, crew, connection);
            });
            wiring.listen(master, master);
            return wiring.start();
        }
    }

    private static boolean advance(EventLoop master, Wire wire, Workers crew, Connection c) {
        return switch (c.next()) {
            case READ -> wire.read(c);
            case WORK, BLOCKING -> master.lend(c, crew.leastLoaded());
            case WRITE -> wire.write(c);
            case WAIT -> wire.await(c);
            case CLOSE -> {
                wire.close(c);
                yield false;
            }
        };
    }

    private static boolean advanceInline(EventLoop master, Wire wire, Workers crew, Connection c) {
        return switch (c.next()) {
            case READ -> wire.read(c);
            case WORK -> {
                c.work();
                yield true;
            }
            case BLOCKING -> master.lend(c, crew.leastLoaded());
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
        return "its workers take requests from queues in the memory of the loop";
    }

    @Override
    public Tasks tasks() {
        String crew = workers == 1 ? "1 worker with a bounded queue" : workers + " workers, a bounded queue each";
        return new Tasks(
                "the master, an event loop",
                "the master",
                inline ? crew + "; what never blocks stays with the master" : crew);
    }
}
