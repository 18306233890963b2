package dev.partita.model;

import dev.partita.connection.Connection;
import dev.partita.loop.EventLoop;
import dev.partita.server.Running;
import dev.partita.server.Server;
import dev.partita.server.ServerModel;
import dev.partita.server.Tasks;
import dev.partita.server.Wiring;
import dev.partita.transport.Wire;
import java.io.IOException;

/// SPED: Single Process, Event-Driven.
///
/// > It does all three tasks in the same process, multiplexing between them.
///
/// ```
///              +----------------- loop -----------------+
///   clients == |  accept . read . next . WORK . write   |
///              +------------- one thread ---------------+
///
///   ==  sockets, watched by the loop's poller
/// ```
///
/// | step           | who                                            |
/// |----------------|------------------------------------------------|
/// | accepting      | the loop                                       |
/// | READ, WRITE    | the loop, never waiting                        |
/// | WORK, BLOCKING | the loop: everything else waits for it         |
/// | WAIT           | nobody: the connection comes back by its inbox |
/// | CLOSE          | the loop                                       |
///
/// Strong: no switch between threads, no queue, nothing shared; a request costs what the kernel's own work costs.
/// Weak: one processor, and one request that takes long delays all others by that long.
public record Sped() implements ServerModel {
    @Override
    public Running start(Server server) throws IOException {
        try (var wiring = new Wiring(server, this)) {
            EventLoop loop = wiring.loop("loop", self -> {
                Wire wire = self.wire();
                return connection -> advance(wire, connection);
            });
            wiring.listen(loop, loop);
            return wiring.start();
        }
    }

    private static boolean advance(Wire wire, Connection c) {
        return switch (c.next()) {
            case READ -> wire.read(c);
            case WORK, BLOCKING -> {
                c.work(); // SPED's weakness, visible in one line
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
        return "it is one event loop; symped is several of them";
    }

    @Override
    public Tasks tasks() {
        return new Tasks("the one event loop", "the one event loop", "the one event loop");
    }
}
