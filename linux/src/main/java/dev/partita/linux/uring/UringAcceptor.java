package dev.partita.linux.uring;

import dev.partita.connection.Connection;
import dev.partita.connection.ConnectionTable;
import dev.partita.limits.Counter;
import dev.partita.limits.Counters;
import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Errno;
import dev.partita.linux.libc.Libc;
import dev.partita.linux.socket.ListeningSocket;
import dev.partita.linux.socket.Sockets;
import dev.partita.transport.AcceptPolicy;
import dev.partita.transport.Poller;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Accepts for one poller, on its loop's thread.
///
/// While more slots are free than a backlog holds, one operation for each listener completes with every connection: the kernel
/// does not ask whether there is a slot for the next one. With fewer of them the ring only says that somebody waits, and
/// each is accepted by a call, into a slot that was free before. So none is accepted in vain; only where several loops take
/// the same slots at once some may wait here, and nothing more is accepted before they have theirs. All others wait in the
/// kernel's backlog.
final class UringAcceptor {
    /// A listener, and who gets its connections.
    private static final class Watched {
        final ListeningSocket socket;
        final AcceptPolicy policy;
        boolean armed;
        /// What is armed completes with connections, not with the news that there is one.
        boolean greedy;
        boolean cancelling;
        /// Somebody waits, as far as the ring has said.
        boolean waitedFor;
        /// It was closed, by others or by us.
        boolean over;
        boolean released;

        Watched(ListeningSocket socket, AcceptPolicy policy) {
            this.socket = socket;
            this.policy = policy;
        }
    }

    private static final long NEVER = 0;
    /// Turns until an accept that is cancelled has completed; one is enough where operations complete in `enter` only.
    private static final int CANCEL_TRIES_MAX = 1_000;

    private final Ring ring;
    private final ConnectionTable table;
    private final Counters counters;
    private final MemorySegment memory = CallMemory.allocate();
    private final List<Watched> listeners = new ArrayList<>();
    /// Accepted descriptors without a connection yet, each with its listener's index: a ring.
    private final int[] descriptors;
    private final int[] origins;
    private int firstAccepted;
    private int acceptedCount;
    /// For how many listeners somebody waits.
    private int waitedFor;
    /// Connections out of a backlog that was emptied at the end.
    private final ArrayDeque<Connection> last = new ArrayDeque<>();

    /// No accept is to be armed.
    private boolean paused;
    /// Nor is what was accepted to be placed.
    private boolean holding;
    /// When accepting goes on after the system ran out of something, see [System#nanoTime]; [#NEVER] while it did not.
    private long retryAt = NEVER;
    private int batchLeft;

    UringAcceptor(Ring ring, ConnectionTable table, Counters counters) {
        this.ring = ring;
        this.table = table;
        this.counters = counters;
        int count = table.limits().backlog() + ring.completions();
        descriptors = new int[count];
        origins = new int[count];
    }

    void listen(ListeningSocket socket, AcceptPolicy policy) throws IOException {
        socket.watch();
        listeners.add(new Watched(socket, policy));
    }

    void accepting(boolean on) {
        retryAt = NEVER;
        holding = !on;
        if (on) {
            paused = false;
        } else {
            pause();
        }
    }

    private void pause() {
        paused = true;
        listeners.forEach(this::cancel);
        listeners.forEach(this::heeded); // it is said again when accepting goes on
    }

    /// Empties the backlogs, then lets go of the listeners.
    void stop(UringPoller poller) {
        pause();
        for (int tries = CANCEL_TRIES_MAX; tries > 0 && isArmed(); tries--) {
            poller.submitAndComplete();
        }
        for (Connection c = placeNext(); c != null; c = placeNext()) {
            last.add(c);
        }
        for (Watched watched : listeners) {
            Connection c = acceptedCount == 0 ? accept(watched) : null;
            while (c != null) {
                last.add(c);
                c = last.size() < table.size() ? accept(watched) : null;
            }
        }
        close();
    }

    void close() {
        pause();
        retryAt = NEVER;
        while (acceptedCount > 0) {
            reset(removeFirst());
        }
        for (Watched watched : listeners) {
            watched.over = true;
            if (!watched.released) {
                watched.released = true;
                watched.socket.unwatch();
            }
        }
    }

    /// Says that the poller is about to wait.
    ///
    /// @return how long it may
    long beforeWait(long timeoutNanos) {
        long untilRetry = retryAt == NEVER ? 0 : retryAt - System.nanoTime();
        if (retryAt != NEVER && untilRetry <= 0) {
            accepting(true);
        }
        if (!paused) {
            arm();
        }
        if (!last.isEmpty() || !holding && acceptedCount + waitedFor > 0) {
            return 0;
        }
        if (retryAt == NEVER) {
            return timeoutNanos;
        }
        return timeoutNanos < 0 ? untilRetry : Math.min(timeoutNanos, untilRetry);
    }

    /// So many connections may be placed until the next poll.
    void beginBatch() {
        batchLeft = table.limits().acceptBatchMax();
    }

    /// How many connections [#take] has at most.
    int waiting() {
        return last.size() + acceptedCount + waitedFor;
    }

    /// The next accepted connection, or null.
    @Nullable Connection take() {
        if (acceptedCount + waitedFor == 0 || holding || batchLeft == 0) {
            return last.poll();
        }
        batchLeft--;
        return acceptedCount > 0 ? placeNext() : acceptNext();
    }

    /// A completion of what is armed for the listener at `index`.
    void accepted(int index, int result, boolean more) {
        Watched watched = listeners.get(index);
        if (!more) {
            watched.armed = false;
            watched.cancelling = false;
        }
        if (result < 0) {
            failed(watched, -result);
        } else if (!watched.greedy) {
            if (!paused && !watched.waitedFor) {
                watched.waitedFor = true;
                waitedFor++;
            }
        } else if (watched.over || acceptedCount == descriptors.length) {
            reset(result);
        } else {
            watched.socket.prepare(memory, result);
            put(result, index);
        }
    }

    /// Whoever waits there now is told of anew.
    private void heeded(Watched watched) {
        if (watched.waitedFor) {
            watched.waitedFor = false;
            waitedFor--;
        }
    }

    private void failed(Watched watched, int errno) {
        switch (errno) {
            case Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM -> {
                counters.increment(Counter.ACCEPT_PAUSES_STARVED);
                pause();
                retryAt = System.nanoTime() + Poller.ACCEPT_RETRY_NANOS;
            }
            case Errno.EINVAL, Errno.EBADF -> watched.over = true;
            default -> {
                // ECONNABORTED, EPROTO, EPERM (a firewall's), EINTR, network errors: the next one may be well. ECANCELED: by us
            }
        }
    }

    private @Nullable Connection acceptNext() {
        Connection connection = null;
        for (int i = 0; i < listeners.size() && connection == null; i++) {
            Watched watched = listeners.get(i);
            if (watched.waitedFor) {
                connection = accept(watched);
            }
        }
        return connection;
    }

    /// Accepts one into a slot that was free before.
    ///
    /// @return null if there is none of either
    private @Nullable Connection accept(Watched watched) {
        Connection connection = table.reserve();
        if (connection == null) {
            full();
            return null;
        }
        int accepted = watched.socket.accept(memory);
        if (accepted < 0) {
            table.cancel(connection);
            heeded(watched);
            failed(watched, -accepted);
            return null;
        }
        // Whether another one waits is asked only while there is a slot for it: a server that is just full is not taken for
        // one that keeps somebody waiting.
        if (!table.hasRoom()) {
            heeded(watched);
        }
        return place(connection, accepted, watched);
    }

    /// Gives the descriptor that has waited longest a slot.
    ///
    /// @return null if there is none of either
    private @Nullable Connection placeNext() {
        if (acceptedCount == 0) {
            return null;
        }
        Connection connection = table.reserve();
        if (connection == null) {
            full();
            return null;
        }
        Watched watched = listeners.get(origins[firstAccepted]);
        return place(connection, removeFirst(), watched);
    }

    private void full() {
        counters.increment(Counter.ACCEPT_PAUSES_FULL);
        accepting(false);
    }

    private static Connection place(Connection connection, int accepted, Watched watched) {
        ((UringEndpoint) connection.endpoint()).open(accepted);
        watched.policy.place(connection);
        return connection;
    }

    private void put(int descriptor, int origin) {
        int at = firstAccepted + acceptedCount++;
        at = at < descriptors.length ? at : at - descriptors.length;
        descriptors[at] = descriptor;
        origins[at] = origin;
    }

    private int removeFirst() {
        int descriptor = descriptors[firstAccepted];
        firstAccepted = firstAccepted + 1 < descriptors.length ? firstAccepted + 1 : 0;
        acceptedCount--;
        return descriptor;
    }

    private void reset(int descriptor) {
        Sockets.resetOnClose(memory, descriptor);
        Libc.close(descriptor);
    }

    private boolean isArmed() {
        return listeners.stream().anyMatch(watched -> watched.armed);
    }

    private void arm() {
        boolean ample = table.free() - acceptedCount > table.limits().backlog();
        for (int i = 0; i < listeners.size(); i++) {
            Watched watched = listeners.get(i);
            if (watched.armed) {
                if (watched.greedy && !ample) {
                    cancel(watched);
                }
            } else if (!watched.over && !watched.waitedFor && (ample || acceptedCount == 0)) {
                arm(watched, i, ample && !watched.socket.isReceiving());
            }
        }
    }

    private void arm(Watched watched, int index, boolean greedy) {
        watched.armed = true;
        watched.greedy = greedy;
        if (greedy) {
            ring.accept(watched.socket.fd(), ListeningSocket.ACCEPT_FLAGS, number(index));
        } else {
            ring.awaitInput(watched.socket.fd(), number(index));
        }
    }

    private void cancel(Watched watched) {
        if (watched.armed && !watched.cancelling) {
            watched.cancelling = true;
            ring.cancel(number(listeners.indexOf(watched)), UringPoller.NOBODY);
        }
    }

    private static long number(int index) {
        return UringPoller.number(UringPoller.ACCEPT, 0, index, 0);
    }
}
