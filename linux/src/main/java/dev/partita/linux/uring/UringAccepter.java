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
import dev.partita.transport.Accepting;
import dev.partita.transport.Poller;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Accepts for one poller, on its loop's thread: one operation for each listener, which completes with every connection.
///
/// The kernel does not ask whether there is a slot for the next one. Those for which there is none wait here, accepted, and
/// accepting pauses: at most as many as a backlog and the ring hold. The kernel's backlog holds the others meanwhile.
final class UringAccepter {
    /// A listener, and who gets its connections.
    private static final class Watched {
        final ListeningSocket socket;
        final Accepting accepting;
        boolean armed;
        boolean cancelling;
        /// It was closed, by others or by us.
        boolean over;
        boolean released;

        Watched(ListeningSocket socket, Accepting accepting) {
            this.socket = socket;
            this.accepting = accepting;
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
    /// Connections out of a backlog that was emptied at the end.
    private final ArrayDeque<Connection> last = new ArrayDeque<>();

    /// No accept is to be armed.
    private boolean paused;
    /// Nor is what was accepted to be placed.
    private boolean holding;
    /// When accepting goes on after the system ran out of something, see [System#nanoTime]; [#NEVER] while it did not.
    private long retryAt = NEVER;
    private int batchLeft;

    UringAccepter(Ring ring, ConnectionTable table, Counters counters) {
        this.ring = ring;
        this.table = table;
        this.counters = counters;
        int count = table.limits().backlog() + ring.completions();
        descriptors = new int[count];
        origins = new int[count];
    }

    void listen(ListeningSocket socket, Accepting accepting) throws IOException {
        socket.watch();
        listeners.add(new Watched(socket, accepting));
        armAll();
    }

    void accepting(boolean on) {
        retryAt = NEVER;
        holding = !on;
        if (on) {
            paused = false;
            armAll();
        } else {
            pause();
        }
    }

    private void pause() {
        paused = true;
        listeners.forEach(this::cancel);
    }

    /// Empties the backlogs, then lets go of the listeners.
    void stop(UringPoller poller) {
        pause();
        for (int tries = CANCEL_TRIES_MAX; tries > 0 && isArmed(); tries--) {
            poller.submitAndComplete();
        }
        int most = table.size();
        for (Connection c = placeNext(); c != null; c = placeNext()) {
            last.add(c);
        }
        for (int i = 0; i < listeners.size(); i++) {
            Watched watched = listeners.get(i);
            while (acceptedCount == 0 && last.size() < most) {
                int accepted = watched.socket.accept(memory);
                if (accepted < 0) {
                    break;
                }
                put(accepted, i);
                Connection connection = placeNext();
                if (connection != null) {
                    last.add(connection);
                }
            }
        }
        close();
    }

    void close() {
        paused = true;
        retryAt = NEVER;
        while (acceptedCount > 0) {
            reset(removeFirst());
        }
        for (Watched watched : listeners) {
            cancel(watched);
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
        if (!last.isEmpty() || acceptedCount > 0 && !holding) {
            return 0;
        }
        if (retryAt == NEVER) {
            return timeoutNanos;
        }
        long untilRetry = retryAt - System.nanoTime();
        if (untilRetry <= 0) {
            accepting(true);
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
        return last.size() + acceptedCount;
    }

    /// The next accepted connection, or null.
    @Nullable Connection take() {
        if (acceptedCount == 0 || holding || batchLeft == 0) {
            return last.poll();
        }
        batchLeft--;
        return placeNext();
    }

    /// A completion of the accept of the listener at `index`.
    void accepted(int index, int result, boolean more) {
        Watched watched = listeners.get(index);
        if (!more) {
            watched.armed = false;
            watched.cancelling = false;
        }
        if (result >= 0 && watched.socket.isReceiving()) {
            receive(watched, index);
        } else if (result >= 0) {
            if (watched.over || acceptedCount == descriptors.length) {
                reset(result);
            } else {
                watched.socket.prepare(memory, result);
                put(result, index);
            }
        } else {
            failed(watched, -result);
        }
        if (!paused) {
            arm(index);
        }
    }

    /// Another process passes connections on: one is there, which only a call takes.
    private void receive(Watched watched, int index) {
        int received = watched.over || acceptedCount == descriptors.length
                ? -Errno.EAGAIN
                : watched.socket.accept(memory);
        if (received >= 0) {
            put(received, index);
        } else if (received != -Errno.EAGAIN) {
            failed(watched, -received);
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

    /// Gives the descriptor that has waited longest a slot.
    ///
    /// @return null if there is none of either
    private @Nullable Connection placeNext() {
        if (acceptedCount == 0) {
            return null;
        }
        Connection connection = table.reserve();
        if (connection == null) {
            counters.increment(Counter.ACCEPT_PAUSES_FULL);
            accepting(false);
            return null;
        }
        Watched watched = listeners.get(origins[firstAccepted]);
        ((UringEndpoint) connection.endpoint()).open(removeFirst());
        watched.accepting.place(connection);
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

    private void armAll() {
        if (!paused) {
            for (int i = 0; i < listeners.size(); i++) {
                arm(i);
            }
        }
    }

    private void arm(int index) {
        Watched watched = listeners.get(index);
        if (!watched.armed && !watched.over) {
            watched.armed = true;
            if (watched.socket.isReceiving()) {
                ring.awaitInput(watched.socket.fd(), number(index));
            } else {
                ring.accept(watched.socket.fd(), ListeningSocket.ACCEPT_FLAGS, number(index));
            }
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
