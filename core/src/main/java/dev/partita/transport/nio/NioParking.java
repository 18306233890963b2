package dev.partita.transport.nio;

import dev.partita.connection.Connection;
import dev.partita.connection.ConnectionTable;
import dev.partita.connection.Inbox;
import dev.partita.transport.Parking;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;

/// One selector for many virtual threads. A thread that finds nothing says what it waits for, wakes the selector and parks;
/// the selector's thread arms its key for one readiness and unparks it. That costs a wake-up for every wait, which is the
/// price of a level-triggered selector.
final class NioParking implements Parking {
    private final ConnectionTable table;
    private final Selector selector;
    private final Runnable letGo;
    private final Queue<Connection> arriving = new ConcurrentLinkedQueue<>();
    /// What the thread of each slot waits for: an operation bit, or 0 once it is ready.
    private final AtomicIntegerArray awaited;

    NioParking(ConnectionTable table) throws IOException {
        this.table = table;
        selector = Selector.open();
        letGo = selector::wakeup;
        awaited = new AtomicIntegerArray(table.size());
    }

    @Override
    public void adopt(Connection connection) {
        awaited.set(connection.slot(), 0);
    }

    @Override
    public void readable(Connection connection) {
        await(connection, SelectionKey.OP_READ);
    }

    @Override
    public void writable(Connection connection) {
        await(connection, SelectionKey.OP_WRITE);
    }

    @Override
    public int poll(long timeoutNanos, Inbox waking) {
        int ready;
        try {
            if (timeoutNanos < 0) {
                ready = selector.select(key -> onReady(key, waking));
            } else if (timeoutNanos == 0) {
                ready = selector.selectNow(key -> onReady(key, waking));
            } else {
                ready = selector.select(
                        key -> onReady(key, waking), Math.max(1, TimeUnit.NANOSECONDS.toMillis(timeoutNanos)));
            }
        } catch (IOException failure) {
            throw new IllegalStateException("the selector failed: " + failure.getMessage(), failure);
        }
        for (Connection connection = arriving.poll(); connection != null; connection = arriving.poll()) {
            arm(connection, waking);
        }
        return ready;
    }

    @Override
    public void wake() {
        for (int slot = 0; slot < table.size(); slot++) {
            Connection connection = table.at(slot);
            if (awaited.getAndSet(slot, 0) != 0) {
                connection.home().wake(connection);
            }
        }
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

    private void await(Connection connection, int operation) {
        int slot = connection.slot();
        ((NioEndpoint) connection.endpoint()).letGo = letGo;
        awaited.set(slot, operation);
        arriving.add(connection);
        selector.wakeup();
        while (awaited.get(slot) != 0 && !connection.isToEnd() && !connection.isLate()) {
            LockSupport.park(this);
            // An interrupt that a handler has left behind would end every further park at once.
            Thread.interrupted();
        }
    }

    private void arm(Connection connection, Inbox waking) {
        int operation = awaited.get(connection.slot());
        SocketChannel channel = ((NioEndpoint) connection.endpoint()).channel;
        if (operation == 0 || channel == null) {
            return;
        }
        try {
            SelectionKey key = channel.keyFor(selector);
            if (key == null) {
                channel.register(selector, operation, connection);
            } else {
                key.interestOps(operation);
            }
        } catch (ClosedChannelException | CancelledKeyException closed) {
            ready(connection, waking);
        }
    }

    private void onReady(SelectionKey key, Inbox waking) {
        try {
            key.interestOps(0);
        } catch (CancelledKeyException closed) {
            return;
        }
        ready((Connection) key.attachment(), waking);
    }

    private void ready(Connection connection, Inbox waking) {
        if (awaited.getAndSet(connection.slot(), 0) != 0) {
            waking.wake(connection);
        }
    }
}
