package dev.partita.linux.epoll;

import dev.partita.connection.Connection;
import dev.partita.connection.ConnectionTable;
import dev.partita.connection.Inbox;
import dev.partita.transport.Parking;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/// One edge-triggered set for many virtual threads, each registered once. A thread that finds nothing parks; the watching
/// thread unparks it when the kernel says that it can go on. So a wait costs no system call of its own, while the JDK's
/// poller arms its set anew for every one.
///
/// The two threads meet in the bits of [EpollEndpoint#signal], by atomic operations:
///
///     watching thread                             connection's thread
///     adds READABLE                               adds AWAITS_READ
///     AWAITS_READ was there: unparks              READABLE was there: does not park
///
/// Whichever comes second sees the other's bit, so no wake-up is lost. The connection's thread takes the bits away before it
/// receives: what comes after that adds them again.
final class EpollParking implements Parking {
    private static final int READABLE = 1;
    private static final int WRITABLE = 1 << 1;
    private static final int ENDED = 1 << 2;
    private static final int WOKEN = 1 << 3;
    private static final int AWAITS_READ = 1 << 4;
    private static final int AWAITS_WRITE = 1 << 5;

    private static final int ENDS_READ = READABLE | ENDED | WOKEN;
    private static final int ENDS_WRITE = WRITABLE | ENDED | WOKEN;

    private final ConnectionTable table;
    private final EpollSet set;

    EpollParking(ConnectionTable table) throws IOException {
        this.table = table;
        set = new EpollSet();
    }

    // The connection's thread.

    @Override
    public void adopt(Connection connection) {
        EpollEndpoint endpoint = endpointOf(connection);
        endpoint.useOwnMemory();
        endpoint.watch(set, connection.slot());
    }

    /// Since Linux 6.10 epoll_wait(2) holds a reference to a file while it asks for its state (`epi_fget`, fs/eventpoll.c). If the
    /// watching thread does that while the connection's thread closes the file, the last reference is the watching thread's, and
    /// is put when that returns from the kernel: the peer would hear of the end with the next event of another socket, whenever
    /// that comes. EPOLL_CTL_DEL waits until nobody asks, and then nobody can.
    @Override
    public void leave(Connection connection) {
        EpollEndpoint endpoint = endpointOf(connection);
        if (endpoint.fd() >= 0) {
            set.remove(endpoint.memory(), endpoint.fd());
        }
    }

    @Override
    public void readable(Connection connection) {
        await(connection, endpointOf(connection), AWAITS_READ, ENDS_READ);
    }

    @Override
    public void writable(Connection connection) {
        EpollEndpoint endpoint = endpointOf(connection);
        endpoint.watchOutput(set, connection.slot());
        await(connection, endpoint, AWAITS_WRITE, ENDS_WRITE);
    }

    private void await(Connection connection, EpollEndpoint endpoint, int awaits, int ends) {
        int seen = endpoint.signal(awaits);
        while ((seen & ends) == 0 && !connection.isToEnd() && !connection.isLate()) {
            LockSupport.park(this);
            // An interrupt that a handler has left behind would end every further park at once.
            Thread.interrupted();
            seen = endpoint.signals();
        }
        seen = endpoint.unsignal(awaits | ends);
        if ((seen & ENDED) != 0) {
            endpoint.mayEnd();
        } else if ((seen & ends & READABLE) != 0) {
            endpoint.mayRead();
        }
    }

    // The watching thread.

    @Override
    public int poll(long timeoutNanos, Inbox waking) {
        int count = set.await(timeoutNanos);
        for (int event = 0; event < count; event++) {
            long tag = set.tagAt(event);
            if (tag == EpollSet.WAKEUP) {
                wakeAll(waking);
            } else {
                Connection connection = table.at((int) tag);
                EpollEndpoint endpoint = endpointOf(connection);
                if (endpoint.isCurrent(tag)) {
                    happened(connection, endpoint, signalsOf(set.eventsAt(event)), waking);
                }
            }
        }
        return count;
    }

    private static void happened(Connection connection, EpollEndpoint endpoint, int happened, Inbox waking) {
        int before = endpoint.signal(happened);
        if ((before & AWAITS_READ) != 0 && (happened & ENDS_READ) != 0
                || (before & AWAITS_WRITE) != 0 && (happened & ENDS_WRITE) != 0) {
            waking.wake(connection);
        }
    }

    private void wakeAll(Inbox waking) {
        for (int slot = 0; slot < table.size(); slot++) {
            Connection connection = table.at(slot);
            happened(connection, endpointOf(connection), WOKEN, waking);
        }
    }

    private static int signalsOf(int events) {
        int signals = 0;
        if ((events & EpollSet.EPOLLIN) != 0) {
            signals |= READABLE;
        }
        if ((events & EpollSet.EPOLLOUT) != 0) {
            signals |= WRITABLE;
        }
        if ((events & (EpollSet.EPOLLRDHUP | EpollSet.EPOLLHUP | EpollSet.EPOLLERR)) != 0) {
            signals |= ENDED;
        }
        return signals;
    }

    // Any thread.

    /// Lets the watching thread end the waits of all the others, and its own.
    @Override
    public void wake() {
        set.wakeup();
    }

    @Override
    public void close() {
        set.close();
    }

    private static EpollEndpoint endpointOf(Connection connection) {
        return (EpollEndpoint) connection.endpoint();
    }
}
