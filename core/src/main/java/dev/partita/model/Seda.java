package dev.partita.model;

import dev.partita.connection.Connection;
import dev.partita.limits.Counter;
import dev.partita.limits.Counters;
import dev.partita.limits.Refusal;
import dev.partita.loop.EventLoop;
import dev.partita.loop.Worker;
import dev.partita.server.Running;
import dev.partita.server.Server;
import dev.partita.server.ServerModel;
import dev.partita.server.Tasks;
import dev.partita.server.Wiring;
import dev.partita.transport.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// SEDA: Staged Event-Driven Architecture.
///
/// > The payload work is divided into as many stages, or modules, as possible. [...] A single process performs Task #1, which
/// > offloads new connections to specific entry point nodes. Those nodes can be [...] pure network nodes which pass the data to
/// > other nodes for computation [...] every node can respond by itself.
///
/// ```
///   clients --> acceptor --> network-0 --> [queue] stage "a" x n --> [queue] stage "b" x n --+
///                            network-1 ..       ^        |                |                  |
///                               ^  ^            +--------|----------------+  loops allowed   |
///                               |  |                     +==> client                         +==> client
///                               |  +---- home: what the socket would not take, and who needs to read again
///                               +--- every connection lives with one network node
///
///   -->  a connection changes hands        [queue]  bounded; when it is full the work is refused
///   ==>  a reply, sent by the stage itself  x n      threads of the stage's own
/// ```
///
/// | step           | on a network node         | on a stage's thread                             |
/// |----------------|---------------------------|-------------------------------------------------|
/// | READ           | the node, never waiting   | goes home                                       |
/// | WORK, BLOCKING | the queue of its stage    | the queue of the next stage                     |
/// | WRITE          | the node, never waiting   | the stage, once; what is left then goes home    |
/// | WAIT           | nobody                    | goes home                                       |
/// | CLOSE          | the node                  | goes home                                       |
///
/// Strong: stages are sized, queued and overloaded one by one: complex work stays observable, and a full queue sheds.
/// Weak: a hand-over for every stage and one home; short work drowns in them.
///
/// @param threads threads of each stage; at least 1
/// @param nodes network nodes; at least 1
public record Seda(int threads, int nodes) implements ServerModel {
    public Seda {
        if (threads < 1 || threads > 1_024) {
            throw new IllegalArgumentException("threads is " + threads + ": valid are 1 to 1024");
        }
        if (nodes < 1 || nodes > 1_024) {
            throw new IllegalArgumentException("nodes is " + nodes + ": valid are 1 to 1024");
        }
    }

    /// That many threads for each stage, and one network node.
    public Seda(int threads) {
        this(threads, 1);
    }

    /// As many threads for each stage as there are processors, and one network node.
    public Seda() {
        this(Runtime.getRuntime().availableProcessors());
    }

    @Override
    public Running start(Server server) throws IOException {
        try (var wiring = new Wiring(server, this)) {
            List<String> names = server.protocol().stages();
            Worker[] stages = new Worker[names.size()];
            for (int i = 0; i < stages.length; i++) {
                stages[i] = wiring.worker(
                        "stage-" + names.get(i), threads, Connection::work, connection -> giveAway(stages, connection));
            }
            List<EventLoop> network = new ArrayList<>();
            for (int i = 0; i < nodes; i++) {
                network.add(wiring.lendingLoop("network-" + i, self -> {
                    Wire wire = self.wire();
                    return connection -> advance(self, wire, stages, connection);
                }));
            }
            wiring.listen(wiring.acceptor("acceptor"), EventLoop.withFewest(network));
            return wiring.start();
        }
    }

    /// On a network node.
    private static boolean advance(EventLoop node, Wire wire, Worker[] stages, Connection c) {
        return switch (c.next()) {
            case READ -> wire.read(c);
            case WORK, BLOCKING -> node.entrust(c, stages[c.stage()]);
            case WRITE -> wire.write(c);
            case WAIT -> wire.await(c);
            case CLOSE -> {
                wire.close(c);
                yield false;
            }
        };
    }

    /// On a stage's thread, after the work.
    private static void giveAway(Worker[] stages, Connection c) {
        while (respond(stages, c)) {
            // until it has left this stage
        }
    }

    /// @return true while the connection is still with this stage
    private static boolean respond(Worker[] stages, Connection c) {
        return switch (c.next()) {
            case WORK, BLOCKING -> !passOn(stages[c.stage()], c) && (c.refuse(Refusal.QUEUE_FULL) || goHome(c));
            case WRITE -> c.send() && !c.hadItsShare() || goHome(c);
            case READ, WAIT, CLOSE -> goHome(c);
        };
    }

    private static boolean passOn(Worker stage, Connection c) {
        Counters counters = c.counters();
        if (!stage.enqueue(c)) {
            return false;
        }
        counters.increment(Counter.HAND_OVERS);
        return true;
    }

    private static boolean goHome(Connection c) {
        c.goHome();
        return false;
    }

    @Override
    public String whyNotInProcesses() {
        return "its stages hand requests to each other through queues in one memory";
    }

    @Override
    public Tasks tasks() {
        return new Tasks(
                "one acceptor",
                nodes == 1
                        ? "1 network node reads; the last stage writes"
                        : nodes + " network nodes read; the last stage writes",
                threads == 1
                        ? "1 thread and a bounded queue for each stage"
                        : threads + " threads and a bounded queue for each stage");
    }
}
