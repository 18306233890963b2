package dev.partita.linux.uring;

import dev.partita.connection.Buffer;
import dev.partita.connection.BufferPool;
import dev.partita.connection.Connection;
import dev.partita.connection.ConnectionTable;
import dev.partita.limits.Counter;
import dev.partita.limits.Counters;
import dev.partita.linux.epoll.EpollEndpoint;
import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Errno;
import dev.partita.linux.libc.Eventfd;
import dev.partita.linux.libc.Libc;
import dev.partita.linux.libc.MappedMemory;
import dev.partita.linux.socket.ListeningSocket;
import dev.partita.linux.socket.RemoteSocket;
import dev.partita.transport.AcceptPolicy;
import dev.partita.transport.Connecting;
import dev.partita.transport.Destination;
import dev.partita.transport.Listener;
import dev.partita.transport.Poller;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The poller of one loop: a ring, entered once a turn. That call submits what the turn has sent, armed, cancelled and closed,
/// and waits for the next completions.
///
///       turn: read -> nothing -> asked = READ       receive completes -> waits in its buffer
///             send -> copied, submitted later       asked == READ ? given out by take() : remembered
///
/// A keep-alive request costs its share of that one io_uring_enter(2), and no other call: its connection's receive stays
/// armed, and a send that succeeds completes silently.
final class UringPoller implements Poller {
    // What an operation's number says it is.
    static final int RECEIVE = 0;
    static final int SEND = 1;
    static final int OUTPUT = 2;
    static final int ACCEPT = 3;
    private static final int WAKEUP = 4;
    private static final int SILENT = 5;
    static final int INPUT = 6;
    /// The number of operations whose completion nobody cares for.
    static final long NOBODY = number(SILENT, 0, 0, 0);

    /// The largest send that is copied and submitted with others: copying more costs more than a call of its own.
    static final int SEND_BYTES_MAX = 4 << 10;
    /// Sends that are collected at most before they are submitted: a reply waits for so many others, and their share of the
    /// call is small enough by then.
    private static final int SENDS_MAX = 32;

    /// How much there is of what is shared by all connections of a loop. All are powers of two, but `buffers` need not be.
    ///
    /// @param submissions of the ring
    /// @param completions of the ring; those beyond these are put aside by the kernel, which ends multishot operations and costs
    ///     time
    /// @param buffers receive buffers at first
    /// @param buffersMax receive buffers at most
    record Sizes(int submissions, int completions, int buffers, int buffersMax) {
        static final Sizes USUAL = new Sizes(256, 4_096, 64, 1_024);
    }

    final Ring ring;
    final ReceiveBuffers buffers;
    /// Memory for what sockets that were full have not taken yet, one piece for each connection at most.
    final BufferPool leftovers;

    private final ConnectionTable table;
    private final Counters counters;
    private final Arena arena = Arena.ofShared();
    private final UringAcceptor acceptor;
    private final int eventfd;
    private @Nullable Thread owner;
    private boolean closed;
    /// The numbers of the operations that watch eventfds of others, by descriptor.
    private final Map<Integer, Long> watched = new HashMap<>();
    private int watches;

    /// Bytes of the sends that were not submitted yet, one behind the other.
    private final MemorySegment sendMemory;
    private final int[] sendStart = new int[SENDS_MAX];
    private final int[] sendEnd = new int[SENDS_MAX];
    private int sends;
    private int submission;
    private long putAside;

    /// Conversations that can go on, by [#conversation], in a ring. One that has ended since stays in it until its turn, and
    /// its slot's next one may be there as well.
    private final long[] ready;
    private int readyFirst;
    private int readyCount;
    /// How many of them [#take] gives before the next poll.
    private int readyNow;

    /// Conversations that had more than one buffer waiting when the last one came, or a full one, by [#conversation].
    private final long[] flooded;
    private int floodedCount;

    /// @param wanted of the kernel's features
    UringPoller(ConnectionTable table, Counters counters, Ring.Features wanted, Sizes sizes) throws IOException {
        this.table = table;
        this.counters = counters;
        int connectionsMax = table.size();
        ready = new long[2 * connectionsMax];
        int buffersMax = Math.min(sizes.buffersMax, 2 * Integer.highestOneBit(2 * connectionsMax - 1));
        flooded = new long[buffersMax];
        try {
            sendMemory = MappedMemory.map((long) SENDS_MAX * SEND_BYTES_MAX, arena);
            long bytes = BufferPool.bytesNeeded(SEND_BYTES_MAX, connectionsMax, SEND_BYTES_MAX, 0);
            leftovers = new BufferPool(
                    MappedMemory.map(bytes, arena), SEND_BYTES_MAX, connectionsMax, SEND_BYTES_MAX, 0, false);
            eventfd = Eventfd.open(CallMemory.ofThread());
            try {
                ring = new Ring(sizes.submissions, sizes.completions, wanted, arena);
                try {
                    buffers = new ReceiveBuffers(
                            ring, 2 * table.limits().bufferBytes(), sizes.buffers, buffersMax, arena);
                } catch (IOException failure) {
                    ring.close();
                    throw failure;
                }
            } catch (IOException failure) {
                Libc.close(eventfd);
                throw failure;
            }
        } catch (IOException failure) {
            arena.close();
            throw failure;
        }
        acceptor = new UringAcceptor(ring, table, counters);
        add(eventfd);
    }

    /// The number of an operation: which conversation of which slot it belongs to, so that what completes late, after its
    /// descriptor was given to somebody else, is recognised. Slots are below 2^20, see
    /// [dev.partita.limits.Limits#connectionsMax].
    ///
    /// @param index which of the sends of a submission; below [#SENDS_MAX]
    static long number(int operation, int index, int slot, int generation) {
        return (long) generation << 32 | (operation << 28 | index << 20 | slot) & 0xFFFF_FFFFL;
    }

    /// A conversation of a slot. The table is shared by all loops, so the slot's next one may belong to another: nothing of it
    /// may be looked at before its generation is known to be the same.
    private static long conversation(int slot, UringEndpoint endpoint) {
        return (long) endpoint.generation() << 32 | slot;
    }

    private @Nullable Connection present(long conversation) {
        Connection connection = table.at((int) conversation);
        return endpointOf(connection).generation() == (int) (conversation >>> 32) ? connection : null;
    }

    // A connection's steps.

    @Override
    public boolean read(Connection connection) {
        UringEndpoint endpoint = endpointOf(connection);
        if (connection.receive()) {
            ask(endpoint, EpollEndpoint.NOTHING);
            return true;
        }
        connection.rest();
        ask(endpoint, EpollEndpoint.READ);
        return false;
    }

    @Override
    public boolean write(Connection connection) {
        UringEndpoint endpoint = endpointOf(connection);
        if (connection.send()) {
            ask(endpoint, EpollEndpoint.NOTHING);
            return true;
        }
        ask(endpoint, EpollEndpoint.WRITE);
        endpoint.awaitOutput(this);
        return false;
    }

    @Override
    public boolean await(Connection connection) {
        ask(endpointOf(connection), EpollEndpoint.NOTHING);
        return connection.await();
    }

    @Override
    public void close(Connection connection) {
        UringEndpoint endpoint = endpointOf(connection);
        if (!connection.close()) {
            ask(endpoint, EpollEndpoint.WRITE);
        }
    }

    @Override
    public Connecting connect(Connection connection, Destination destination) {
        if (!(destination instanceof RemoteSocket remote)) {
            throw new IllegalArgumentException("the destination is of another transport: " + destination.getClass());
        }
        start(); // a loop's schedule runs before its first poll
        int fd = remote.open();
        if (fd < 0) {
            return RemoteSocket.meaning(-fd);
        }
        int result = remote.connect(fd);
        if (result < 0 && result != -Errno.EINPROGRESS) {
            Libc.close(fd);
            return RemoteSocket.meaning(-result);
        }
        UringEndpoint endpoint = endpointOf(connection);
        endpoint.open(fd);
        if (result == 0) {
            endpoint.adopt(this, connection.slot());
            return Connecting.ESTABLISHED;
        }
        endpoint.connecting(this, connection.slot());
        return Connecting.UNDER_WAY;
    }

    @Override
    public void adopt(Connection connection) {
        endpointOf(connection).adopt(this, connection.slot());
    }

    @Override
    public void lend(Connection connection) {
        UringEndpoint endpoint = endpointOf(connection);
        ask(endpoint, EpollEndpoint.NOTHING);
        endpoint.lend();
    }

    @Override
    public void reclaim(Connection connection) {
        endpointOf(connection).reclaim(); // what came meanwhile waits in its buffers
    }

    private static void ask(UringEndpoint endpoint, byte what) {
        endpoint.hasItsTurn();
        endpoint.ask(what);
    }

    // Sending, for endpoints.

    /// Counts submissions, so that an endpoint knows whether its last send is in the one that is yet to come.
    int submission() {
        return submission;
    }

    /// Takes all bytes of a buffer, at most [#SEND_BYTES_MAX], into the next submission.
    void send(int socket, Buffer from, int slot, int generation) {
        if (sends == SENDS_MAX || ring.isFull()) {
            submitSends();
        }
        int length = from.length();
        int start = sends == 0 ? 0 : sendEnd[sends - 1];
        from.copy(sendMemory, start, length);
        from.skip(length);
        sendStart[sends] = start;
        sendEnd[sends] = start + length;
        ring.send(socket, sendMemory.address() + start, length, number(SEND, sends, slot, generation));
        sends++;
    }

    /// Submits what was sent. What did not fit into its socket is known afterwards.
    void submitSends() {
        if (sends > 0) {
            ring.submit();
            submitted();
        }
    }

    /// Submits everything, and takes what has come by now.
    void submitAndComplete() {
        ring.submitAndComplete();
        submitted();
    }

    /// After every submission: the sends are over, and the memory is free once those that have failed were seen.
    private void submitted() {
        takeCompletions();
        if (ring.hasPutAside()) {
            putAside++;
            while (sends > 0 && ring.hasPutAside()) {
                ring.submitAndComplete();
                takeCompletions();
            }
        }
        sends = 0;
        submission++;
    }

    /// After how many submissions completions were put aside.
    long putAside() {
        return putAside;
    }

    // The wait.

    /// The loop's thread has come, and the ring is its own from now on.
    private void start() {
        if (owner == null) {
            owner = Thread.currentThread();
            ring.enable();
        }
    }

    @Override
    public int poll(long timeoutNanos) {
        start();
        long timeout = acceptor.beforeWait(timeoutNanos);
        pauseFlooded();
        buffers.turn();
        counters.increment(Counter.POLLS);
        if (timeout != 0 && readyCount == 0) {
            ring.submitAndWait(timeout);
            submitted();
        } else if (ring.hasWork()) {
            submitAndComplete();
        }
        acceptor.beginBatch();
        readyNow = readyCount;
        return readyNow + acceptor.waiting();
    }

    @Override
    public @Nullable Connection take() {
        Connection accepted = acceptor.take();
        if (accepted != null) {
            return accepted;
        }
        while (readyNow > 0) {
            readyNow--;
            readyCount--;
            Connection first = present(ready[readyFirst]);
            readyFirst = readyFirst + 1 < ready.length ? readyFirst + 1 : 0;
            if (first != null && endpointOf(first).takeReady()) {
                return first;
            }
        }
        return null;
    }

    private void takeCompletions() {
        for (int count = ring.arrived(); count > 0; count = ring.arrived()) {
            for (int i = 0; i < count; i++) {
                completed(ring.numberAt(i), ring.resultAt(i), ring.flagsAt(i));
            }
            ring.taken(count);
        }
    }

    private void completed(long number, int result, int flags) {
        int low = (int) number;
        int slot = low & 0xF_FFFF;
        int generation = (int) (number >>> 32);
        switch (low >>> 28) {
            case RECEIVE -> received(slot, generation, result, flags);
            case SEND -> notSent(slot, generation, result, low >>> 20 & 0xFF);
            case INPUT -> readable(slot, generation);
            case OUTPUT -> writable(slot, generation, result);
            case ACCEPT -> acceptor.accepted(slot, result, (flags & Ring.HAS_MORE) != 0);
            case WAKEUP -> {
                if ((flags & Ring.HAS_MORE) == 0 && result >= 0 && isWatched(slot, number)) {
                    ring.watch(slot, number);
                }
            }
            default -> {} // SILENT
        }
    }

    private void received(int slot, int generation, int result, int flags) {
        UringEndpoint endpoint = endpointOf(table.at(slot));
        short buffer = (short) (flags >>> 16);
        if ((flags & Ring.HAS_BUFFER) != 0) {
            buffers.taken();
            if (result <= 0 || endpoint.generation() != generation) {
                buffers.giveBack(buffer);
            }
        }
        if (endpoint.generation() != generation) {
            return;
        }
        if (endpoint.received(result, buffer, (flags & Ring.HAS_MORE) != 0, this)) {
            ready(slot, endpoint);
        }
        if ((endpoint.isFlooded() || endpoint.isBulky()) && endpoint.list(UringEndpoint.FLOODED)) {
            if (floodedCount == flooded.length) {
                pauseFlooded();
            }
            flooded[floodedCount++] = conversation(slot, endpoint);
        }
    }

    private void readable(int slot, int generation) {
        UringEndpoint endpoint = endpointOf(table.at(slot));
        if (endpoint.generation() == generation && endpoint.inputCame()) {
            ready(slot, endpoint);
        }
    }

    /// A send has failed: the socket is full, and the rest has to wait, or it is broken.
    private void notSent(int slot, int generation, int result, int index) {
        UringEndpoint endpoint = endpointOf(table.at(slot));
        if (endpoint.generation() != generation) {
            return;
        }
        if (result < 0 && result != -Errno.EAGAIN && result != -Errno.EINTR) {
            if (endpoint.broke()) {
                ready(slot, endpoint);
            }
            return;
        }
        int start = sendStart[index] + Math.max(0, result);
        Buffer left = endpoint.left();
        if (!leftovers.attach(left)) {
            throw new AssertionError("there is a piece for each connection");
        }
        left.put(sendMemory, start, sendEnd[index] - start);
        endpoint.keep(left);
        endpoint.awaitOutput(this);
    }

    private void writable(int slot, int generation, int result) {
        Connection connection = table.at(slot);
        UringEndpoint endpoint = endpointOf(connection);
        if (endpoint.generation() != generation) {
            return;
        }
        if (endpoint.isConnecting()) {
            endpoint.connected();
            if (Ring.isFailure(result)) {
                connection.lost();
            }
            ready(slot, endpoint);
        } else if (endpoint.writable(this)) {
            ready(slot, endpoint);
        }
    }

    private void ready(int slot, UringEndpoint endpoint) {
        if (endpoint.makeReady()) {
            int last = readyFirst + readyCount++;
            ready[last < ready.length ? last : last - ready.length] = conversation(slot, endpoint);
        }
    }

    /// Those that had their turn and have more than one buffer waiting still are not going to read for a while: one flooding
    /// client must not have all buffers of the loop. Those that bring much at a time are better off without any.
    private void pauseFlooded() {
        for (int i = 0; i < floodedCount; i++) {
            Connection connection = present(flooded[i]);
            if (connection != null) {
                endpointOf(connection).pause(this);
            }
        }
        floodedCount = 0;
    }

    @Override
    public boolean watch(int eventfd) {
        start(); // a loop's schedule runs before its first poll
        add(eventfd);
        return true;
    }

    private void add(int eventfd) {
        long number = number(WAKEUP, 0, eventfd, ++watches);
        watched.put(eventfd, number);
        ring.watch(eventfd, number);
    }

    private boolean isWatched(int eventfd, long number) {
        Long current = watched.get(eventfd);
        return current != null && current == number;
    }

    /// Else the operation would hold the file behind the closed descriptor, as long as there is the ring.
    @Override
    public void unwatch(int eventfd) {
        Long number = watched.remove(eventfd);
        if (number != null && !isClosed()) {
            ring.cancel(number, NOBODY);
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /// It holds a lock for one write(2), because the descriptor's number may belong to somebody else after [#close].
    @Override
    public synchronized void wakeup() {
        if (!closed) {
            Eventfd.signal(eventfd);
        }
    }

    // Accepting.

    @Override
    public void listen(Listener listener, AcceptPolicy policy) throws IOException {
        if (!(listener instanceof ListeningSocket socket)) {
            throw new IllegalArgumentException("the listener is of another transport: " + listener.getClass());
        }
        acceptor.listen(socket, policy);
    }

    @Override
    public void accepting(boolean on) {
        acceptor.accepting(on);
    }

    @Override
    public void stopListening() {
        acceptor.stop(this);
    }

    @Override
    public void close() {
        Thread loop = owner;
        if (loop != null && loop != Thread.currentThread() && loop.isAlive()) {
            return; // it does this itself when it ends, and nobody else can
        }
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        acceptor.close();
        if (loop == Thread.currentThread()) {
            submitAndComplete(); // the last closes; and what was accepted meanwhile is closed
            submitAndComplete();
            ring.leave();
        }
        ring.close();
        Libc.close(eventfd);
        arena.close();
    }

    private static UringEndpoint endpointOf(Connection connection) {
        return (UringEndpoint) connection.endpoint();
    }
}
