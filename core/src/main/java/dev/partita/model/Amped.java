package dev.partita.model;

import dev.partita.connection.Connection;
import dev.partita.loop.Crew;
import dev.partita.loop.EventLoop;
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
/// With processes the master carries bytes and no session of the protocol's: a request's bytes go to the worker, which has
/// the session, and those of the reply come back, in memory that the two share. So the workers never see the network, and the
/// master runs none of their code.
///
/// @param workers how many workers; at least 1
/// @param inline true keeps WORK on the loop, so that only BLOCKING is lent
/// @param isolation whether the workers are threads, or each is a process that runs [Sped] on what it is lent
public record Amped(int workers, boolean inline, Isolation isolation) implements ServerModel {
    public Amped {
        if (workers < 1 || workers > 1_024) {
            throw new IllegalArgumentException("workers is " + workers + ": valid are 1 to 1024");
        }
        if (inline && isolation == Isolation.PROCESSES) {
            throw new IllegalArgumentException("amped in processes has no work inline: its master does not look into"
                    + " requests, and so does not know which of them may block");
        }
    }

    /// With workers that are threads.
    public Amped(int workers, boolean inline) {
        this(workers, inline, Isolation.THREADS);
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
            return start(wiring, wiring.workers("worker", workers, Connection::work));
        }
    }

    @Override
    public Amped isolation(Isolation isolation) {
        return new Amped(workers, inline, isolation);
    }

    @Override
    public @Nullable Division division() {
        return isolation == Isolation.THREADS ? null : new Division(new Sped(), workers, Reach.LENT, this::start);
    }

    private Running start(Server server, Crew processes) throws IOException {
        try (var wiring = new Wiring(server, this)) {
            return start(wiring, processes);
        }
    }

    private Running start(Wiring wiring, Crew crew) throws IOException {
        EventLoop master = wiring.lendingLoop("master", self -> {
            Wire wire = self.wire();
            return connection -> advance(self, wire, crew, inline, connection);
        });
        crew.workFor(master);
        wiring.listen(master, master);
        return wiring.start();
    }

    private static boolean advance(EventLoop master, Wire wire, Crew crew, boolean inline, Connection c) {
        return switch (c.next()) {
            case READ -> wire.read(c);
            case WORK -> {
                if (!inline) {
                    yield master.lend(c, crew.leastLoaded());
                }
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
    public Tasks tasks() {
        String one = isolation == Isolation.THREADS ? "worker" : "process";
        String several = isolation == Isolation.THREADS ? " workers" : " processes";
        String crew =
                workers == 1 ? "1 " + one + " with a bounded queue" : workers + several + ", a bounded queue each";
        return new Tasks(
                "the master, an event loop",
                "the master",
                inline ? crew + "; what never blocks stays with the master" : crew);
    }
}
