package dev.partita.linux.epoll;

import dev.partita.connection.Connection;
import dev.partita.connection.ConnectionTable;
import dev.partita.limits.Counter;
import dev.partita.limits.Counters;
import dev.partita.linux.libc.Errno;
import dev.partita.linux.libc.Libc;
import dev.partita.linux.socket.ListeningSocket;
import dev.partita.linux.socket.RemoteSocket;
import dev.partita.transport.AcceptPolicy;
import dev.partita.transport.Connecting;
import dev.partita.transport.Destination;
import dev.partita.transport.Listener;
import dev.partita.transport.Poller;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The poller of one loop: edge-triggered, each connection registered once when it is adopted.
///
///       recv -> nothing -> asked = READ          EPOLLIN -> latched
///       (rest: the buffer goes back)             asked == READ ? given out by take() : remembered
///
/// A keep-alive request costs one recv(2) and one send(2), and its share of one epoll_pwait2(2) for the whole batch.
/// EPOLLOUT is watched for from a connection's first full socket on, one epoll_ctl(2) in its life.
final class EpollPoller implements Poller {
    private final ConnectionTable table;
    private final Counters counters;
    private final EpollSet set;
    private final Acceptor acceptor;
    private int next;
    private int count;

    EpollPoller(ConnectionTable table, Counters counters) throws IOException {
        this.table = table;
        this.counters = counters;
        set = new EpollSet();
        acceptor = new Acceptor(set, table, counters);
    }

    // A connection's steps.

    @Override
    public boolean read(Connection connection) {
        EpollEndpoint endpoint = endpointOf(connection);
        if (connection.receive()) {
            endpoint.ask(EpollEndpoint.NOTHING);
            return true;
        }
        connection.rest();
        endpoint.ask(EpollEndpoint.READ);
        return false;
    }

    @Override
    public boolean write(Connection connection) {
        EpollEndpoint endpoint = endpointOf(connection);
        if (connection.send()) {
            endpoint.ask(EpollEndpoint.NOTHING);
            return true;
        }
        endpoint.ask(EpollEndpoint.WRITE);
        endpoint.watchOutput(set, connection.slot());
        return false;
    }

    @Override
    public boolean await(Connection connection) {
        endpointOf(connection).ask(EpollEndpoint.NOTHING);
        return connection.await();
    }

    @Override
    public void close(Connection connection) {
        connection.close(); // close(2) takes the descriptor out of the set
    }

    @Override
    public Connecting connect(Connection connection, Destination destination) {
        if (!(destination instanceof RemoteSocket remote)) {
            throw new IllegalArgumentException("the destination is of another transport: " + destination.getClass());
        }
        int fd = remote.open();
        if (fd < 0) {
            return RemoteSocket.meaning(-fd);
        }
        int result = remote.connect(fd);
        if (result < 0 && result != -Errno.EINPROGRESS) {
            Libc.close(fd);
            return RemoteSocket.meaning(-result);
        }
        EpollEndpoint endpoint = endpointOf(connection);
        endpoint.openOwn(fd);
        if (result == 0) {
            endpoint.watch(set, connection.slot());
            return Connecting.ESTABLISHED;
        }
        return endpoint.watchConnecting(set, connection.slot()) ? Connecting.UNDER_WAY : Connecting.NO_DESCRIPTOR;
    }

    @Override
    public void adopt(Connection connection) {
        endpointOf(connection).watch(set, connection.slot());
    }

    @Override
    public void lend(Connection connection) {
        endpointOf(connection).ask(EpollEndpoint.NOTHING);
    }

    @Override
    public void reclaim(Connection connection) {
        // Nothing was let go of: what came meanwhile is latched.
    }

    // The wait.

    @Override
    public int poll(long timeoutNanos) {
        if (next == count) {
            long timeout = acceptor.beforeWait(timeoutNanos);
            counters.increment(Counter.POLLS);
            count = set.await(timeout);
            next = 0;
        }
        return count - next + acceptor.waiting();
    }

    @Override
    public @Nullable Connection take() {
        while (true) {
            Connection accepted = acceptor.take();
            if (accepted != null || next == count) {
                return accepted;
            }
            int event = next++;
            long tag = set.tagAt(event);
            if (tag < 0) {
                acceptor.happened(tag);
            } else {
                Connection connection = table.at((int) tag);
                EpollEndpoint endpoint = endpointOf(connection);
                if (endpoint.isCurrent(tag)) {
                    int events = set.eventsAt(event);
                    if (endpoint.isConnecting() && EpollSet.isFailure(events)) {
                        connection.lost();
                    }
                    if (endpoint.happened(events)) {
                        return connection;
                    }
                }
            }
        }
    }

    @Override
    public void wakeup() {
        set.wakeup();
    }

    /// Edge-triggered.
    @Override
    public boolean watch(int eventfd) {
        return set.watch(eventfd);
    }

    /// Closing it would do as well, unless another process still has it.
    @Override
    public void unwatch(int eventfd) {
        set.unwatch(eventfd);
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
        acceptor.stop();
    }

    @Override
    public void close() {
        acceptor.close();
        set.close();
    }

    private static EpollEndpoint endpointOf(Connection connection) {
        return (EpollEndpoint) connection.endpoint();
    }
}
