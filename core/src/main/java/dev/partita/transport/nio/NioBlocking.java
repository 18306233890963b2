package dev.partita.transport.nio;

import dev.partita.connection.Connection;
import dev.partita.transport.Waiting;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;

/// A selector of its own for one thread and the one socket that it serves at a time.
final class NioBlocking implements Waiting {
    private final Selector selector;
    private final Runnable letGo = this::letGo;

    NioBlocking() throws IOException {
        selector = Selector.open();
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
    public void wake() {
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
        NioEndpoint endpoint = (NioEndpoint) connection.endpoint();
        SocketChannel channel = endpoint.channel;
        if (channel == null) {
            return;
        }
        endpoint.letGo = letGo;
        try {
            // For a channel that is registered already this only sets what it is waited for.
            channel.register(selector, operation);
            long nanos = connection.remainingNanos();
            if (nanos > 0) {
                selector.select(key -> {}, TimeUnit.NANOSECONDS.toMillis(nanos + 999_999));
            }
        } catch (IOException closed) {
            // Its next receive or send says so.
        }
        // A selector lets no thread wait that is interrupted, and a handler's own timeout may be late.
        Thread.interrupted();
    }

    private void letGo() {
        try {
            if (selector.isOpen()) { // it let go of everything when it was closed
                selector.selectNow(key -> {});
            }
        } catch (IOException failure) {
            // The next wait says so.
        }
    }
}
