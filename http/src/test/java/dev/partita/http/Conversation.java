package dev.partita.http;

import dev.partita.connection.Buffer;
import dev.partita.connection.BufferPool;
import dev.partita.connection.Close;
import dev.partita.connection.Connection;
import dev.partita.connection.ConnectionTable;
import dev.partita.connection.Endpoint;
import dev.partita.connection.Inbox;
import dev.partita.connection.OpenFile;
import dev.partita.connection.Protocol;
import dev.partita.connection.Session;
import dev.partita.connection.Step;
import dev.partita.limits.Counter;
import dev.partita.limits.Counters;
import dev.partita.limits.Limits;
import dev.partita.limits.Refusal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A client and a model without a socket or a thread: what is [said][#say] arrives in the pieces in which it was said, one a
/// receive, and what the session answers is collected. Performs the steps as SPED does.
final class Conversation implements AutoCloseable {
    /// The Date of every reply here.
    static final long NOW = 784_111_777;
    /// As [#NOW] is written.
    static final String DATE = "Sun, 06 Nov 1994 08:49:37 GMT";
    private static final int STEPS_MAX = 1_000_000;

    final Counters counters = Counters.confined();
    final List<Step> steps = new ArrayList<>();
    final List<Integer> stages = new ArrayList<>();
    /// How many of the next bytes the client's window has room for, each time somebody sends.
    int window = Integer.MAX_VALUE;
    /// Passes of work that are refused instead of done.
    int refusals;

    private final Arena arena = Arena.ofConfined();
    private final Deque<byte[]> arriving = new ArrayDeque<>();
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
    private final ConnectionTable table;
    private final Connection connection;
    private final BufferPool pool;
    private final Session session;
    private boolean finished;
    private boolean resumed;
    private boolean shut;
    private int refuseAt;
    private @Nullable Close closed;

    Conversation(Handler handler) {
        this(Http.serving(handler), Limits.defaults());
    }

    Conversation(Handler handler, Limits limits) {
        this(Http.serving(handler), limits);
    }

    Conversation(Protocol http, Limits given) {
        Limits limits = given.withConnectionsMax(1);
        http.tick(NOW);
        List<Session> opened = new ArrayList<>();
        Protocol remembering = new Protocol() {
            @Override
            public Session open(Connection connection) {
                Session session = http.open(connection);
                opened.add(session);
                return session;
            }
        };
        table = new ConnectionTable(remembering, limits, FolderOnDisk::new, Wire::new);
        session = opened.getFirst();
        pool = new BufferPool(
                arena.allocate(BufferPool.bytesNeeded(limits.bufferBytes(), 2, limits.inboundBytesMax(), 1)),
                limits.bufferBytes(), 2, limits.inboundBytesMax(), 1, false);
        connection = Objects.requireNonNull(table.reserve());
        begin();
    }

    private void begin() {
        Inbox home = back -> resumed = true;
        connection.begin(home, pool, counters);
    }

    /// Says something and lets the server go on until it waits.
    Conversation say(String... pieces) {
        for (String piece : pieces) {
            arriving.add(piece.getBytes(StandardCharsets.ISO_8859_1));
        }
        return run();
    }

    /// Says something without letting the server go on.
    void arrive(String piece) {
        arriving.add(piece.getBytes(StandardCharsets.ISO_8859_1));
    }

    Conversation say(byte[] piece) {
        arriving.add(piece);
        return run();
    }

    /// Says it in two pieces, the first of `first` bytes.
    Conversation sayInTwo(byte[] all, int first) {
        arriving.add(java.util.Arrays.copyOfRange(all, 0, first));
        arriving.add(java.util.Arrays.copyOfRange(all, first, all.length));
        return run();
    }

    /// Says it byte by byte.
    Conversation sayByByte(byte[] all) {
        for (byte one : all) {
            arriving.add(new byte[]{one});
        }
        return run();
    }

    /// The client says no more.
    Conversation finish() {
        finished = true;
        return run();
    }

    /// Ends this conversation and begins another one in the same slot.
    Conversation again() {
        if (closed == null) {
            connection.close();
        }
        if (table.reserve() != connection) {
            throw new AssertionError("another slot");
        }
        closed = null;
        finished = false;
        shut = false;
        heard.reset();
        begin();
        return this;
    }

    /// Refuses one pass of work: the first, the second, ...
    void refuseAt(int pass) {
        refuseAt = pass;
    }

    void drain() {
        table.drain();
    }

    /// What has come back so far.
    String heard() {
        return heard.toString(StandardCharsets.ISO_8859_1);
    }

    byte[] heardBytes() {
        return heard.toByteArray();
    }

    /// Lets time pass on the server's clock and does what its loop does then.
    Conversation pass(long millis) {
        letTimePass(millis);
        if (connection.isLate()) {
            connection.stopAwaiting();
            connection.expire();
        }
        return run();
    }

    /// Lets time pass on the server's clock.
    void letTimePass(long millis) {
        table.tick(table.now() + millis * 1_000_000);
    }

    /// How the server has ended the connection; null while it is open.
    @Nullable Close closed() {
        return closed;
    }

    boolean isOpen() {
        return closed == null;
    }

    long count(Counter counter) {
        return counters.get(counter);
    }

    Session session() {
        return session;
    }

    Connection connection() {
        return connection;
    }

    /// Goes on until the server waits for the client or for [Later].
    Conversation run() {
        for (int i = 0; i < STEPS_MAX; i++) {
            if (closed != null) {
                return this;
            }
            Step step = connection.next();
            steps.add(step);
            boolean goOn = switch (step) {
                case READ -> connection.receive();
                case WORK, BLOCKING -> work();
                case WRITE -> connection.send() || window > 0;
                case WAIT -> resumedOrWaiting();
                case CLOSE -> {
                    connection.close();
                    yield false;
                }
            };
            connection.rest();
            if (!goOn) {
                return this;
            }
        }
        throw new AssertionError("no end: " + steps.subList(steps.size() - 20, steps.size()));
    }

    private boolean work() {
        stages.add(connection.stage());
        if (refuseAt > 0 && --refuseAt == 0 || refusals > 0) {
            refusals = Math.max(0, refusals - 1);
            if (connection.refuse(Refusal.QUEUE_FULL)) {
                return true;
            }
        }
        connection.work();
        return true;
    }

    private boolean resumedOrWaiting() {
        boolean now = connection.await() || resumed;
        resumed = false;
        return now;
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
            byte[] piece = arriving.peek();
            if (piece == null) {
                return finished ? END : AGAIN;
            }
            int part = Math.min(piece.length, into.room());
            into.put(piece, 0, part);
            arriving.remove();
            if (part < piece.length) {
                arriving.addFirst(java.util.Arrays.copyOfRange(piece, part, piece.length));
            }
            return part == 0 ? receive(into) : part;
        }

        @Override
        public int send(Buffer from, boolean more) {
            if (shut) {
                throw new AssertionError("sent after the end");
            }
            int part = Math.min(window, from.length());
            var bytes = new byte[part];
            from.copy(0, bytes, 0, part);
            heard.writeBytes(bytes);
            from.skip(part);
            return part;
        }

        @Override
        public long transfer(OpenFile file, long position, long bytesMax, Buffer scratch) {
            try {
                int read = file.read(position, scratch, (int) Math.min(bytesMax, scratch.room()));
                return read == 0 ? BROKEN : read;
            } catch (IOException failure) {
                return BROKEN;
            }
        }

        @Override
        public void shutdownOutput() {
            shut = true;
        }

        @Override
        public void close(Close how) {
            closed = shut ? Close.LINGER : how;
        }
    }

    /// A request of HTTP/1.1 with these further lines.
    static String request(String methodAndTarget, String... fields) {
        return methodAndTarget + " HTTP/1.1\r\nHost: example.com\r\n"
                + String.join("", List.of(fields).stream().map(field -> field + "\r\n").toList()) + "\r\n";
    }

    /// The reply to a GET that says `text`.
    static String reply(String text) {
        return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + text.length() + "\r\nDate: " + DATE
                + "\r\n\r\n" + text;
    }

    /// The reply of an error after which the connection closes.
    static String refusal(String statusAndReason) {
        String text = statusAndReason + "\n";
        return "HTTP/1.1 " + statusAndReason + "\r\nContent-Type: text/plain\r\nContent-Length: " + text.length()
                + "\r\nDate: " + DATE + "\r\nConnection: close\r\n\r\n" + text;
    }

    static Path folder() throws IOException {
        return java.nio.file.Files.createTempDirectory("partita-http");
    }
}
