package dev.partita.cache;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.partita.connection.Buffer;
import dev.partita.connection.BufferPool;
import dev.partita.connection.Close;
import dev.partita.connection.Connection;
import dev.partita.connection.ConnectionTable;
import dev.partita.connection.Endpoint;
import dev.partita.connection.FileAccess;
import dev.partita.connection.OpenFile;
import dev.partita.limits.Counter;
import dev.partita.limits.Counters;
import dev.partita.limits.Limits;
import dev.partita.limits.Refusal;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A client and a model without a socket, a thread or a clock of its own: what is said arrives in the pieces in which it was
/// said, one a receive, and what comes back is collected. Performs the steps as SPED does.
final class Talk implements AutoCloseable {
    static final long EPOCH_SECOND = 1_800_000_000L;
    private static final int STEPS_MAX = 10_000_000;
    private static final FileAccess NO_FILES = (root, symlinks) -> {
        throw new AssertionError("a cache has no files");
    };

    /// A server without a socket.
    static final class Server {
        final Clock clock = new Clock(0, EPOCH_SECOND);
        final Memcached protocol;
        private long seconds;

        Server(Settings settings) {
            protocol = new Memcached(settings, clock);
        }

        /// Lets time pass.
        Server pass(long more) {
            seconds += more;
            clock.tick(seconds * 1_000_000_000L, EPOCH_SECOND + seconds);
            protocol.store().tick(1_000_000);
            return this;
        }
    }

    final Server server;
    final Counters counters = Counters.confined();
    private final Arena arena = Arena.ofConfined();
    private final Deque<byte[]> arriving = new ArrayDeque<>();
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
    private final ConnectionTable table;
    private final Connection connection;
    /// How many of the next bytes the client has room for, each time somebody sends.
    int window = Integer.MAX_VALUE;
    int refusals;
    long workPasses;
    private @Nullable Close closed;

    Talk() {
        this(new Server(Settings.defaults()), Limits.defaults());
    }

    Talk(Server server, Limits given) {
        this.server = server;
        Limits limits = given.withConnectionsMax(1);
        table = new ConnectionTable(server.protocol, limits, NO_FILES, Wire::new);
        var pool = new BufferPool(
                arena.allocate(BufferPool.bytesNeeded(limits.bufferBytes(), 2, limits.bufferBytesMax(), 2)),
                limits.bufferBytes(), 2, limits.bufferBytesMax(), 2, false);
        connection = Objects.requireNonNull(table.reserve());
        connection.begin(back -> true, pool, counters);
    }

    /// Says it and answers with what came back to it.
    String ask(String... pieces) {
        for (String piece : pieces) {
            arriving.add(piece.getBytes(ISO_8859_1));
        }
        return hear();
    }

    String ask(byte[] piece) {
        arriving.add(piece);
        return hear();
    }

    private String hear() {
        heard.reset();
        run();
        return heard.toString(ISO_8859_1);
    }

    long count(Counter counter) {
        return counters.get(counter);
    }

    long count(Stat stat) {
        return server.protocol.tally().sum(stat);
    }

    @Nullable Close closed() {
        return closed;
    }

    /// Lets the deadline of what the connection waits for pass.
    String lateAfter(long millis) {
        table.tick(table.now() + millis * 1_000_000);
        if (connection.isLate()) {
            connection.expire();
        }
        return hear();
    }

    private void run() {
        for (int i = 0; i < STEPS_MAX && closed == null; i++) {
            boolean goOn = switch (connection.next()) {
                case READ -> connection.receive();
                case WORK -> work();
                case WRITE -> connection.send() || window > 0;
                case BLOCKING -> throw new AssertionError("a cache does not block");
                case WAIT -> connection.await();
                case CLOSE -> {
                    connection.close();
                    yield false;
                }
            };
            connection.rest();
            if (!goOn) {
                return;
            }
        }
        if (closed == null) {
            throw new AssertionError("no end");
        }
    }

    private boolean work() {
        workPasses++;
        if (refusals > 0) {
            refusals--;
            if (connection.refuse(Refusal.QUEUE_FULL)) {
                return true;
            }
        }
        connection.work();
        return true;
    }

    @Override
    public void close() {
        if (closed == null) {
            connection.close();
        }
        arena.close();
    }

    private final class Wire extends Endpoint {
        @Override
        public int receive(Buffer into) {
            byte[] piece = arriving.poll();
            if (piece == null) {
                return AGAIN;
            }
            int part = Math.min(piece.length, into.room());
            into.put(piece, 0, part);
            if (part < piece.length) {
                arriving.addFirst(Arrays.copyOfRange(piece, part, piece.length));
            }
            return part;
        }

        @Override
        public int send(Buffer from, boolean more) {
            int part = Math.min(window, from.length());
            var bytes = new byte[part];
            from.copy(0, bytes, 0, part);
            heard.writeBytes(bytes);
            from.skip(part);
            return part;
        }

        @Override
        public long transfer(OpenFile file, long position, long bytesMax, Buffer scratch) {
            throw new AssertionError("a cache sends no files");
        }

        @Override
        public void shutdownOutput() {
            closed = Close.LINGER; // what follows is dropped
        }

        @Override
        public void close(Close how) {
            closed = how;
        }
    }
}
