package dev.partita.testing.simulation;

import dev.partita.connection.Buffer;
import dev.partita.connection.BufferPool;
import dev.partita.connection.Connection;
import dev.partita.connection.ConnectionTable;
import dev.partita.connection.IdleSessions;
import dev.partita.connection.Inbox;
import dev.partita.connection.Protocol;
import dev.partita.limits.Counter;
import dev.partita.limits.Counters;
import dev.partita.limits.Limits;
import dev.partita.loop.EventLoop;
import dev.partita.loop.Turn;
import dev.partita.transport.Waiting;
import dev.partita.transport.WaitingWire;
import dev.partita.transport.Wire;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;

/// Plays scripts to a server, decided by a seed. The server's loop, connections and sessions are the real ones; the network,
/// the clock and the threads of others are simulated.
///
/// For one thread.
public final class Simulation {
    private static final int BUFFER_BYTES = 2 << 10;
    private static final int BUFFER_BYTES_MAX = 64 << 10;
    private static final int INBOUND_BYTES_MAX = BUFFER_BYTES_MAX + Limits.defaults().headBytesMax();
    private static final int SLOTS_MAX = 8;
    private static final MemorySegment MEMORY =
            Arena.global().allocate(BufferPool.bytesNeeded(BUFFER_BYTES, 2 * SLOTS_MAX, INBOUND_BYTES_MAX, SLOTS_MAX));

    private final Shape shape;
    private final Counters counters = Counters.shared();
    private final Limits limits;
    private final BufferPool pool;
    private final IdleSessions sessions = new IdleSessions();
    private final ConnectionTable table;
    private final SimulatedNetwork network;
    private final Consumer<Runnable> later;

    /// @param protocol makes the protocol; what it gives to its argument is done some time later, as if by another thread
    /// @param slots how many connections the server takes at a time, 1 to 8
    private Simulation(
            Function<Consumer<Runnable>, Protocol> protocol, Shape shape, int slots, Random random, boolean kind) {
        this.shape = shape;
        limits = Limits.defaults().with(Map.of(
                "connectionsMax", (long) slots,
                "bufferBytes", (long) BUFFER_BYTES,
                "bufferBytesMax", (long) BUFFER_BYTES_MAX,
                "turnStepsMax", kind ? 128L : 1L + random.nextInt(10)));
        pool = new BufferPool(MEMORY, BUFFER_BYTES, 2 * slots, limits.inboundBytesMax(), slots, false);
        List<SimulatedNetwork> made = new ArrayList<>();
        later = shape == Shape.LOCK_STEP ? Runnable::run : doing -> made.getFirst().elsewhere(doing);
        Protocol spoken = protocol.apply(later);
        spoken.tick(0);
        table = new ConnectionTable(spoken, limits, (root, symlinks) -> {
            throw new UnsupportedOperationException("no files here");
        }, Peer.Socket::new);
        network = new SimulatedNetwork(table, random, kind);
        made.add(network);
    }

    /// What comes of a script when nothing goes wrong on the way.
    public static Outcome plain(Function<Consumer<Runnable>, Protocol> protocol, Script script) {
        var simulation = new Simulation(protocol, Shape.INLINE, 1, new Random(0), true);
        return simulation.play(List.of(script.plain())).getFirst();
    }

    /// Plays scripts at the same time, with accidents.
    ///
    /// @return what came of each
    /// @throws AssertionError if the server did what no server may, whatever the scripts
    public static List<Outcome> play(
            Function<Consumer<Runnable>, Protocol> protocol, Shape shape, List<Script> scripts, Random random) {
        int slots = 1 + random.nextInt(Math.min(SLOTS_MAX, scripts.size()));
        return new Simulation(protocol, shape, slots, random, false).play(scripts);
    }

    private List<Outcome> play(List<Script> scripts) {
        List<Peer> peers = scripts.stream().map(network::connect).toList();
        if (shape == Shape.LOCK_STEP) {
            serveInLockStep();
        } else {
            serve();
        }
        nothingIsLeft(scripts.size());
        return peers.stream().map(Peer::outcome).toList();
    }

    // The models' switches.

    private void serve() {
        List<EventLoop> made = new ArrayList<>();
        var poller = new SimulatedPoller(network, () -> {
            table.drain();
            made.getFirst().wake();
        });
        var loop = new EventLoop("simulated", poller, table, limits.connectionsMax(), pool, counters, () -> {},
                this::turn);
        made.add(loop);
        poller.acceptFor(loop);
        loop.run();
        poller.check();
    }

    private Turn turn(EventLoop loop) {
        Wire wire = loop.wire();
        Inbox worker = connection -> {
            network.elsewhere(() -> {
                connection.work();
                connection.goHome();
            });
            return true;
        };
        return switch (shape) {
            case INLINE, LOCK_STEP -> connection -> inline(wire, connection);
            case LENDING -> connection -> lending(loop, wire, worker, true, connection);
            case LENDING_WHAT_BLOCKS -> connection -> lending(loop, wire, worker, false, connection);
            case STAGED -> connection -> entrusting(loop, wire, this::stage, connection);
        };
    }

    private static boolean inline(Wire wire, Connection c) {
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

    private static boolean lending(EventLoop loop, Wire wire, Inbox worker, boolean all, Connection c) {
        return switch (c.next()) {
            case READ -> wire.read(c);
            case WORK -> {
                if (all) {
                    yield loop.lend(c, worker);
                }
                c.work();
                yield true;
            }
            case BLOCKING -> loop.lend(c, worker);
            case WRITE -> wire.write(c);
            case WAIT -> wire.await(c);
            case CLOSE -> {
                wire.close(c);
                yield false;
            }
        };
    }

    private static boolean entrusting(EventLoop node, Wire wire, Inbox stage, Connection c) {
        return switch (c.next()) {
            case READ -> wire.read(c);
            case WORK, BLOCKING -> node.entrust(c, stage);
            case WRITE -> wire.write(c);
            case WAIT -> wire.await(c);
            case CLOSE -> {
                wire.close(c);
                yield false;
            }
        };
    }

    /// A stage's queue: what is in it is worked on some time, and then the stage goes on with the switch.
    private boolean stage(Connection c) {
        network.elsewhere(() -> {
            c.work();
            while (respond(c)) {
                // until it has left this stage
            }
        });
        return true;
    }

    private boolean respond(Connection c) {
        return switch (c.next()) {
            case WORK, BLOCKING -> !stage(c);
            case WRITE -> {
                if (c.send()) {
                    yield true;
                }
                c.goHome();
                yield false;
            }
            case READ, WAIT, CLOSE -> {
                c.goHome();
                yield false;
            }
        };
    }

    // One after the other, each waiting for itself.

    private void serveInLockStep() {
        Inbox home = connection -> true;
        while (network.hasBacklog()) {
            network.accept(connection -> {
                connection.begin(home, pool, sessions, counters);
                var wire = new WaitingWire(new SimulatedWaiting());
                while (inline(wire, connection)) {
                    // lock step
                }
            });
        }
    }

    private final class SimulatedWaiting implements Waiting {
        @Override
        public void readable(Connection connection) {
            await(connection, Peer.Interest.READ);
        }

        @Override
        public void writable(Connection connection) {
            await(connection, Peer.Interest.WRITE);
        }

        private void await(Connection connection, Peer.Interest interest) {
            var socket = (Peer.Socket) connection.endpoint();
            socket.asked = interest;
            while (!socket.isReady() && !connection.isLate() && !network.chance(50)) {
                if (!network.happen()) {
                    network.pass(network.now() + connection.remainingNanos());
                }
            }
            socket.asked = null;
        }

        @Override
        public void wake() {
            // Nobody ends a simulated wait but its own connection.
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }

    // What holds whatever happened.

    private void nothingIsLeft(int connections) {
        count(Counter.ACCEPTED, connections);
        count(Counter.CLOSED, connections);
        for (int i = 0; i < limits.connectionsMax(); i++) {
            require(table.reserve() != null, "a slot is lost");
        }
        require(table.reserve() == null, "a slot was given back twice");
        List<Buffer> buffers = new ArrayList<>();
        for (int i = 0; i < 2 * limits.connectionsMax(); i++) {
            buffers.add(new Buffer());
            require(pool.attach(buffers.getLast()), "a buffer is lost");
        }
        require(!pool.attach(new Buffer()), "a buffer was given back twice");
        for (int i = 0; i < limits.connectionsMax(); i++) {
            require(pool.grow(buffers.get(i)), "a large buffer is lost");
        }
    }

    private void count(Counter counter, long expected) {
        require(counters.get(counter) == expected,
                counter.description() + ": " + counters.get(counter) + " instead of " + expected);
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }
}
