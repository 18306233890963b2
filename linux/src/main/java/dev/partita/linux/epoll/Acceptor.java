package dev.partita.linux.epoll;

import dev.partita.connection.Connection;
import dev.partita.connection.ConnectionTable;
import dev.partita.limits.Counter;
import dev.partita.limits.Counters;
import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Errno;
import dev.partita.linux.socket.ListeningSocket;
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
/// Listeners are watched level-triggered: what a batch leaves in the backlog is told again by the next poll. While accepting
/// pauses they are out of the set, because a backlog that nobody empties would be told for ever. (They are taken out and put
/// back rather than modified: EPOLL_CTL_MOD does not take a descriptor with EPOLLEXCLUSIVE.)
final class Acceptor {
    /// A listener in the set, and who gets its connections.
    private record Watched(ListeningSocket socket, AcceptPolicy policy) {}

    private static final long NEVER = 0;

    private final EpollSet set;
    private final ConnectionTable table;
    private final Counters counters;
    private final MemorySegment memory = CallMemory.allocate();
    private final List<Watched> listeners = new ArrayList<>();
    /// Connections out of a backlog that was emptied at the end.
    private final ArrayDeque<Connection> last = new ArrayDeque<>();

    private boolean paused;
    /// When accepting goes on after the system ran out of something, see [System#nanoTime]; [#NEVER] while it did not.
    private long retryAt = NEVER;
    /// The listener whose batch is being accepted.
    private @Nullable Watched current;
    private int batchLeft;

    Acceptor(EpollSet set, ConnectionTable table, Counters counters) {
        this.set = set;
        this.table = table;
        this.counters = counters;
    }

    void listen(ListeningSocket socket, AcceptPolicy policy) throws IOException {
        socket.watch();
        listeners.add(new Watched(socket, policy));
        if (!paused) {
            int result = add(listeners.size() - 1);
            if (result < 0) {
                listeners.removeLast();
                socket.unwatch();
                throw new IOException("epoll_ctl of a listener failed: " + Errno.name(-result));
            }
        }
    }

    void accepting(boolean on) {
        retryAt = NEVER;
        if (on == paused) {
            paused = !on;
            for (int i = 0; i < listeners.size(); i++) {
                if (!on) {
                    set.remove(memory, listeners.get(i).socket.fd());
                } else if (add(i) < 0 && listeners.get(i).socket.isOpen()) {
                    starved();
                    return;
                }
            }
        }
    }

    /// The system has run out of something. Accepting goes on after a while.
    private void starved() {
        counters.increment(Counter.ACCEPT_PAUSES_STARVED);
        accepting(false);
        retryAt = System.nanoTime() + Poller.ACCEPT_RETRY_NANOS;
    }

    /// Empties the backlogs, then lets go of the listeners.
    void stop() {
        for (Watched watched : listeners) {
            for (int most = table.size(); most > 0; most--) {
                Connection connection = accept(watched);
                if (connection == null) {
                    break;
                }
                last.add(connection);
            }
        }
        close();
    }

    void close() {
        if (!paused) {
            accepting(false);
        }
        current = null;
        retryAt = NEVER;
        listeners.forEach(watched -> watched.socket.unwatch());
        listeners.clear();
    }

    /// Says that the poller is about to wait.
    ///
    /// @return how long it may
    long beforeWait(long timeoutNanos) {
        if (!last.isEmpty()) {
            return 0;
        }
        if (retryAt == NEVER) {
            return timeoutNanos;
        }
        long untilRetry = retryAt - System.nanoTime();
        if (untilRetry <= 0) {
            accepting(true);
            return beforeWait(timeoutNanos);
        }
        return timeoutNanos < 0 ? untilRetry : Math.min(timeoutNanos, untilRetry);
    }

    /// How many connections [#take] has whatever the kernel says.
    int waiting() {
        return last.size();
    }

    /// An event that is no connection's: a listener's, or the wake-up, which has done its work by ending the wait.
    void happened(long tag) {
        if (tag != EpollSet.WAKEUP && !paused) {
            current = listeners.get(index(tag));
            batchLeft = table.limits().acceptBatchMax();
        }
    }

    /// The next accepted connection, or null.
    @Nullable Connection take() {
        if (current == null && last.isEmpty()) {
            return null;
        }
        Watched watched = current;
        if (watched == null) {
            return last.poll();
        }
        // The event was about one connection. Whether another one waits is asked only while there is a slot for it: otherwise
        // the next event tells, and a server that is just full is not taken for one that keeps somebody waiting.
        boolean first = batchLeft == table.limits().acceptBatchMax();
        if (batchLeft-- > 0 && (first || table.hasRoom())) {
            Connection accepted = accept(watched);
            if (accepted != null) {
                return accepted;
            }
        }
        current = null;
        return null;
    }

    /// Accepts one connection into a slot that was free before, so that none is ever accepted in vain.
    ///
    /// @return null if there is none, or none can be taken now
    private @Nullable Connection accept(Watched watched) {
        Connection connection = table.reserve();
        if (connection == null) {
            counters.increment(Counter.ACCEPT_PAUSES_FULL);
            accepting(false);
            return null;
        }
        int accepted = acceptPast(watched.socket);
        if (accepted < 0) {
            table.cancel(connection);
            return null;
        }
        ((EpollEndpoint) connection.endpoint()).open(accepted);
        watched.policy.place(connection);
        return connection;
    }

    /// Accepts, past connections that failed before they were accepted: accept(2) says their errors too.
    private int acceptPast(ListeningSocket socket) {
        int accepted = socket.accept(memory);
        for (int tries = table.limits().acceptBatchMax(); accepted < 0 && tries > 0; tries--) {
            switch (-accepted) {
                case Errno.EAGAIN -> {
                    return accepted;
                }
                case Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM -> {
                    starved();
                    return accepted;
                }
                case Errno.EINVAL, Errno.EBADF -> {
                    set.remove(memory, socket.fd()); // it was closed, which would be told for ever
                    return accepted;
                }
                default -> {
                    // ECONNABORTED, EPROTO, EPERM (a firewall's), EINTR, network errors: the next one may be well
                    accepted = socket.accept(memory);
                }
            }
        }
        return accepted;
    }

    private int add(int index) {
        ListeningSocket socket = listeners.get(index).socket;
        int exclusive = socket.isShared() ? EpollSet.EPOLLEXCLUSIVE : 0;
        return set.add(memory, socket.fd(), EpollSet.EPOLLIN | exclusive, tag(index));
    }

    // Negative, unlike a connection's tag, and never WAKEUP.

    private static long tag(int index) {
        return Long.MIN_VALUE + index;
    }

    private static int index(long tag) {
        return (int) (tag - Long.MIN_VALUE);
    }
}
