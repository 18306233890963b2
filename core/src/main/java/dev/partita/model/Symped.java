package dev.partita.model;

import dev.partita.connection.Connection;
import dev.partita.loop.EventLoop;
import dev.partita.server.Division;
import dev.partita.server.Division.Reach;
import dev.partita.server.Isolation;
import dev.partita.server.Running;
import dev.partita.server.Server;
import dev.partita.server.ServerModel;
import dev.partita.server.Tasks;
import dev.partita.server.Wiring;
import dev.partita.transport.Transport.Sharing;
import dev.partita.transport.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// SYMPED: SYmmetric Multi-Process Event-Driven.
///
/// > It's like having multiple instances of independent SPED "worker" processes. It is implemented by having a single process
/// > accepting connections in a loop, then passing them on to the worker processes, each of which has a SPED-like event-loop.
///
/// ```
///   hand-over:                          reuse-port, shared:
///
///   clients --> acceptor                clients == loop-0: accept . read . WORK . write
///                 |  +--> loop-0        clients == loop-1: accept . read . WORK . write
///                 +-----> loop-1              ...
///
///   -->  a new connection goes to the loop with the fewest
///   ==   sockets; with reuse-port the kernel has chosen the loop by a hash of the addresses, with shared whichever
///        loop the kernel woke takes the connection
/// ```
///
/// | step           | who                                                        |
/// |----------------|------------------------------------------------------------|
/// | accepting      | one acceptor for all (hand-over), or each loop for itself  |
/// | READ, WRITE    | the connection's loop, never waiting                       |
/// | WORK, BLOCKING | the connection's loop: the others of that loop wait for it |
/// | WAIT           | nobody: the connection comes back by its loop's inbox      |
/// | CLOSE          | the connection's loop                                      |
///
/// Strong: SPED's price per request on every processor, and never more processors busy than there are loops.
/// Weak: a request that takes long delays the others of its loop, even while another loop has nothing to do.
///
/// @param loops how many event loops; at least 1
/// @param accept who accepts
/// @param isolation whether the loops are threads, or each is a process that runs [Sped]
public record Symped(int loops, Accept accept, Isolation isolation) implements ServerModel {
    /// The accept policies.
    public enum Accept {
        /// One acceptor passes each connection to the loop that has the fewest: the most even spread.
        HAND_OVER,
        /// Every loop has a listener of its own on the port (SO_REUSEPORT): nothing is passed between threads.
        REUSE_PORT,
        /// All loops watch one listener (EPOLLEXCLUSIVE): a loop that is idle takes the next connection.
        SHARED
    }

    public Symped {
        if (loops < 1 || loops > 1_024) {
            throw new IllegalArgumentException("loops is " + loops + ": valid are 1 to 1024");
        }
    }

    /// With loops that are threads.
    public Symped(int loops, Accept accept) {
        this(loops, accept, Isolation.THREADS);
    }

    /// As many loops, each with a listener of its own.
    public Symped(int loops) {
        this(loops, Accept.REUSE_PORT);
    }

    /// As many loops as there are processors.
    public Symped() {
        this(Runtime.getRuntime().availableProcessors());
    }

    @Override
    public Symped isolation(Isolation isolation) {
        return new Symped(loops, accept, isolation);
    }

    @Override
    public @Nullable Division division() {
        return isolation == Isolation.THREADS ? null : new Division(new Sped(), loops, switch (accept) {
            case HAND_OVER -> Reach.PASSED;
            case REUSE_PORT -> Reach.OWN;
            case SHARED -> Reach.SHARED;
        });
    }

    @Override
    public Running start(Server server) throws IOException {
        try (var wiring = new Wiring(server, this)) {
            List<EventLoop> all = new ArrayList<>();
            for (int i = 0; i < loops; i++) {
                all.add(wiring.loop("loop-" + i, self -> {
                    Wire wire = self.wire();
                    return connection -> advance(wire, connection);
                }));
            }
            switch (accept) {
                case HAND_OVER -> wiring.listen(wiring.acceptor("acceptor"), EventLoop.withFewest(all));
                case REUSE_PORT -> wiring.listen(all, Sharing.REUSE_PORT);
                case SHARED -> wiring.listen(all, Sharing.SHARED);
            }
            return wiring.start();
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
        String loop = isolation == Isolation.THREADS ? "loop" : "process";
        String each = isolation == Isolation.PROCESSES
                ? loops + (loops == 1 ? " process" : " processes") + " with an event loop for its own connections"
                : loops == 1 ? "the one event loop" : loops + " event loops, each for its own connections";
        String accepting = switch (accept) {
            case HAND_OVER -> "one acceptor, which passes each to the " + loop + " with the fewest";
            case REUSE_PORT -> "every " + loop + ", each with its own listener (SO_REUSEPORT)";
            case SHARED -> "every " + loop + ", all from one listener (EPOLLEXCLUSIVE)";
        };
        return new Tasks(accepting, each, each);
    }
}
