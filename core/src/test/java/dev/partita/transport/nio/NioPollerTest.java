package dev.partita.transport.nio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.BufferPool;
import dev.partita.connection.Connection;
import dev.partita.connection.ConnectionTable;
import dev.partita.connection.Session;
import dev.partita.connection.Step;
import dev.partita.limits.Counters;
import dev.partita.limits.Limits;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.Transport.Sharing;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The promise of a poller: after `false` the connection comes once, for what was asked last.
@Timeout(60)
class NioPollerTest {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final NioTransport transport = new NioTransport();
    private final Counters counters = Counters.confined();
    private final ConnectionTable table = new ConnectionTable(
            connection -> new Listening(), Limits.defaults().withConnectionsMax(2), transport.files(),
            transport::endpoint);
    private final BufferPool pool = new BufferPool(
            Arena.ofAuto().allocate(BufferPool.bytesNeeded(1024, 4, 4096, 2)), 1024, 4, 4096, 2, false);
    private final NioPoller poller = (NioPoller) transport.poller(table, counters);
    private final NioListener listener = NioListener.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16, SocketOptions.defaults(), Sharing.SINGLE);
    private @Nullable SocketChannel peer;

    NioPollerTest() throws IOException {}

    @BeforeEach
    void listen() throws IOException {
        poller.listen(listener, accepted -> accepted.begin(connection -> false, pool, counters));
        peer = SocketChannel.open(listener.address());
    }

    @AfterEach
    void close() throws IOException {
        Objects.requireNonNull(peer).close();
        listener.close();
        poller.close();
    }

    @Test
    void whoHasReadWithoutBeingToldIsNotToldAfterwards() throws IOException {
        Connection connection = accepted();
        assertThat(poller.read(connection)).isFalse();
        say();
        readWithoutBeingTold(connection);
        say();

        assertThat(poller.poll(0)).isZero();
        assertThat(poller.take()).isNull();
    }

    @Test
    void whoWaitsForSomethingElseIsNotToldOfWhatItAskedForBefore() throws IOException {
        Connection connection = accepted();
        connection.next();
        assertThat(poller.read(connection)).isFalse();
        connection.ticket();
        assertThat(poller.await(connection)).isFalse();
        say();
        Connection other = another();

        assertThat(poller.take()).as("nothing but " + other.slot()).isNull();
    }

    private Connection accepted() {
        Connection next = take();
        poller.adopt(next);
        return next;
    }

    /// One that has connected later than the first one has said something, which is known by then.
    private Connection another() throws IOException {
        try (SocketChannel later = SocketChannel.open(listener.address())) {
            assertThat(later.isConnected()).isTrue();
            return take();
        }
    }

    private Connection take() {
        assertThat(poller.poll(PATIENCE_NANOS)).isPositive();
        return Objects.requireNonNull(poller.take());
    }

    private void readWithoutBeingTold(Connection connection) {
        long giveUpAt = System.nanoTime() + PATIENCE_NANOS;
        do {
            assertThat(System.nanoTime() - giveUpAt).isNegative();
            connection.endpoint().doubt();
        } while (!poller.read(connection));
    }

    private void say() throws IOException {
        Objects.requireNonNull(peer).write(ByteBuffer.wrap(new byte[]{'a'}));
    }

    /// Waits without listening.
    private static final class Listening implements Session {
        @Override
        public Step next() {
            return Step.WAIT;
        }

        @Override
        public void work() {
            // there is none
        }
    }
}
