package dev.partita.transport.nio;

import dev.partita.connection.Connection;
import dev.partita.connection.ConnectionTable;
import dev.partita.limits.Counter;
import dev.partita.limits.Counters;
import dev.partita.transport.AcceptPolicy;
import dev.partita.transport.Connecting;
import dev.partita.transport.Destination;
import dev.partita.transport.Listener;
import dev.partita.transport.Poller;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A selector. It is level-triggered, so a key keeps its interest only while readiness would be news: what arrives unasked
/// is latched in the endpoint and its interest dropped until somebody asks.
final class NioPoller implements Poller {
    /// A listener and who gets its connections; the attachment of its key.
    private record Acceptor(NioListener listener, AcceptPolicy policy) {}

    private final ConnectionTable table;
    private final Counters counters;
    private final Selector selector;
    private final Consumer<SelectionKey> onReady = this::onReady;
    private final List<SelectionKey> listening = new ArrayList<>();
    private final ArrayDeque<Connection> ready = new ArrayDeque<>();
    /// When accepting goes on after the system ran out of something; 0 while it did not. See [System#nanoTime].
    private long acceptRetryAt;

    NioPoller(ConnectionTable table, Counters counters) throws IOException {
        this.table = table;
        this.counters = counters;
        selector = Selector.open();
    }

    @Override
    public void listen(Listener listener, AcceptPolicy policy) throws IOException {
        NioListener ours = (NioListener) listener;
        listening.add(ours.channel()
                .register(selector, SelectionKey.OP_ACCEPT, new Acceptor(ours, policy)));
    }

    @Override
    public void accepting(boolean on) {
        acceptRetryAt = 0;
        for (SelectionKey key : listening) {
            interest(key, on ? SelectionKey.OP_ACCEPT : 0);
        }
    }

    @Override
    public void stopListening() {
        for (SelectionKey key : listening) {
            Acceptor acceptor = (Acceptor) key.attachment();
            while (accept(acceptor)) {
                // until the backlog is empty or nothing more can be taken
            }
            acceptor.listener.close();
        }
        listening.clear();
        // The JDK closes a channel that is registered with a selector when that selects next: the kernel has to refuse
        // connections from now on.
        select(0);
    }

    @Override
    public Connecting connect(Connection connection, Destination destination) {
        NioEndpoint endpoint = (NioEndpoint) connection.endpoint();
        NioDestination to = (NioDestination) destination;
        SocketChannel channel = null;
        try {
            channel = to.open();
            boolean established = channel.connect(to.address());
            endpoint.open(channel);
            endpoint.readable = false; // the selector tells
            endpoint.asked = established ? 0 : SelectionKey.OP_CONNECT;
            endpoint.key = channel.register(
                    selector, established ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, connection);
            return established ? Connecting.ESTABLISHED : Connecting.UNDER_WAY;
        } catch (IOException failure) {
            discard(channel);
            return NioDestination.meaning(failure);
        }
    }

    private static void discard(@Nullable SocketChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException failure) {
            // The descriptor is gone whatever close(2) says.
        }
    }

    /// Ends the wait for a connection of our own, one way or the other.
    private void onConnected(SelectionKey key, Connection connection, NioEndpoint endpoint) {
        endpoint.asked = 0;
        try {
            ((SocketChannel) key.channel()).finishConnect();
            interest(key, SelectionKey.OP_READ);
        } catch (IOException refused) {
            connection.lost();
        }
        ready.add(connection);
    }

    @Override
    public void adopt(Connection connection) {
        NioEndpoint endpoint = (NioEndpoint) connection.endpoint();
        SocketChannel channel = endpoint.channel;
        if (channel != null) {
            try {
                endpoint.key = channel.register(selector, SelectionKey.OP_READ, connection);
            } catch (ClosedChannelException closed) {
                // Its next receive says so.
            }
        }
    }

    @Override
    public void lend(Connection connection) {
        ((NioEndpoint) connection.endpoint()).asked = 0;
    }

    @Override
    public void reclaim(Connection connection) {
        // Nothing was let go of: what came meanwhile is latched.
    }

    @Override
    public boolean read(Connection connection) {
        NioEndpoint endpoint = (NioEndpoint) connection.endpoint();
        if (connection.receive()) {
            endpoint.asked = 0;
            return true;
        }
        connection.rest();
        ask(endpoint, SelectionKey.OP_READ);
        return false;
    }

    @Override
    public boolean write(Connection connection) {
        NioEndpoint endpoint = (NioEndpoint) connection.endpoint();
        if (connection.send()) {
            endpoint.asked = 0;
            return true;
        }
        ask(endpoint, SelectionKey.OP_WRITE);
        return false;
    }

    @Override
    public boolean await(Connection connection) {
        ((NioEndpoint) connection.endpoint()).asked = 0;
        return connection.await();
    }

    @Override
    public void close(Connection connection) {
        connection.close();
    }

    @Override
    public int poll(long timeoutNanos) {
        long timeout = timeoutNanos;
        if (acceptRetryAt != 0) {
            long untilRetry = acceptRetryAt - System.nanoTime();
            if (untilRetry <= 0) {
                accepting(true);
            } else if (timeout < 0 || untilRetry < timeout) {
                timeout = untilRetry;
            }
        }
        counters.increment(Counter.POLLS);
        select(ready.isEmpty() ? timeout : 0);
        return ready.size();
    }

    private void select(long timeout) {
        Thread.interrupted(); // an interrupt that an abort has left behind would end every further wait at once
        try {
            if (timeout == 0) {
                selector.selectNow(onReady);
            } else if (timeout < 0) {
                selector.select(onReady);
            } else {
                selector.select(onReady, TimeUnit.NANOSECONDS.toMillis(timeout + 999_999));
            }
        } catch (IOException failure) {
            throw new IllegalStateException("the selector failed: " + failure.getMessage(), failure);
        }
    }

    @Override
    public @Nullable Connection take() {
        return ready.poll();
    }

    @Override
    public void wakeup() {
        selector.wakeup();
    }

    @Override
    public void close() {
        try {
            selector.close();
        } catch (IOException failure) {
            // Nothing of it is used any longer.
        }
    }

    private void onReady(SelectionKey key) {
        if (key.attachment() instanceof Connection connection) {
            onReady(key, connection);
        } else {
            Acceptor acceptor = (Acceptor) key.attachment();
            // Whether there is more than the one that was told of is asked only while there is a slot for it: otherwise a server
            // that is just full would be taken for one that keeps somebody waiting.
            int left = table.limits().acceptBatchMax();
            while (left > 0 && accept(acceptor) && table.hasRoom()) {
                left--;
            }
        }
    }

    private void onReady(SelectionKey key, Connection connection) {
        NioEndpoint endpoint = (NioEndpoint) connection.endpoint();
        if (!key.equals(endpoint.key)) {
            return; // of a connection that had this slot before
        }
        int operations = key.readyOps();
        if ((operations & SelectionKey.OP_CONNECT) != 0) {
            onConnected(key, connection, endpoint);
            return;
        }
        if ((operations & SelectionKey.OP_READ) != 0) {
            endpoint.readable = true;
            if (endpoint.asked != SelectionKey.OP_READ) {
                interest(key, key.interestOps() & ~SelectionKey.OP_READ);
            }
        }
        if ((operations & SelectionKey.OP_WRITE) != 0) {
            endpoint.writable = true;
            interest(key, key.interestOps() & ~SelectionKey.OP_WRITE);
        }
        if ((operations & endpoint.asked) != 0) {
            endpoint.asked = 0;
            ready.add(connection);
        }
    }

    private static void ask(NioEndpoint endpoint, int operation) {
        endpoint.asked = operation;
        SelectionKey key = endpoint.key;
        if (key != null && (key.interestOps() & operation) == 0) {
            interest(key, key.interestOps() | operation);
        }
    }

    private static void interest(SelectionKey key, int operations) {
        try {
            key.interestOps(operations);
        } catch (CancelledKeyException closed) {
            // Its connection is closed, or about to say so.
        }
    }

    /// Accepts one connection.
    ///
    /// @return false if there is none, or none can be taken now
    private boolean accept(Acceptor acceptor) {
        Connection connection = table.reserve();
        if (connection == null) {
            counters.increment(Counter.ACCEPT_PAUSES_FULL);
            accepting(false);
            return false;
        }
        SocketChannel channel = null;
        try {
            channel = acceptor.listener.accept();
        } catch (IOException starved) {
            // The JDK does not tell ECONNABORTED from EMFILE; a short pause is right for both.
            counters.increment(Counter.ACCEPT_PAUSES_STARVED);
            accepting(false);
            acceptRetryAt = System.nanoTime() + ACCEPT_RETRY_NANOS;
        }
        if (channel == null) {
            table.cancel(connection);
            return false;
        }
        ((NioEndpoint) connection.endpoint()).open(channel);
        acceptor.policy.place(connection);
        ready.add(connection);
        return true;
    }
}
