package dev.partita.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.BufferPool;
import dev.partita.connection.Connection;
import dev.partita.connection.ConnectionTable;
import dev.partita.connection.Session;
import dev.partita.connection.Step;
import dev.partita.limits.Counter;
import dev.partita.limits.Counters;
import dev.partita.limits.Limits;
import dev.partita.loop.EventLoop;
import dev.partita.loop.Schedule;
import dev.partita.loop.Turn;
import dev.partita.transport.Connecting;
import dev.partita.transport.Destination;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.Transport;
import dev.partita.transport.Wire;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Connections that a loop opens instead of accepting them, over every transport.
@ParameterizedClass(name = "{0}")
@MethodSource("dev.partita.testing.Under#transports")
@Timeout(60)
class OutgoingConnectionTest {
    private static final String HELLO = "hello";

    private final Transport transport;
    private final Arena arena = Arena.ofShared();
    /// What happened to connections, in order.
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<Destination> toOpen = new LinkedBlockingQueue<>();
    private final BlockingQueue<Connecting> outcomes = new LinkedBlockingQueue<>();
    private final Counters counters = Counters.confined();
    private ConnectionTable table;
    private EventLoop loop;
    private ServerSocket server;

    OutgoingConnectionTest(Transport transport) {
        this.transport = transport;
    }

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        // The shortest deadline there is, for connections that nobody answers.
        Limits limits = Limits.defaults().withConnectionsMax(8).with("writeMillisMax", 3_000);
        table = new ConnectionTable(Greeting::new, limits, transport.files(), transport::endpoint);
        long bytes = BufferPool.bytesNeeded(limits.bufferBytes(), 16, limits.inboundBytesMax(), 8);
        var pool = new BufferPool(
                transport.map(bytes, arena), limits.bufferBytes(), 16, limits.inboundBytesMax(), 8, false);
        loop = new EventLoop(
                "loop", transport.poller(table, counters), table, 8, pool, counters, () -> {},
                self -> turn(self.wire()));
        loop.schedule(this::openWhatIsAskedFor);
        loop.start();
    }

    @AfterEach
    void end() throws Exception {
        table.abort();
        loop.wake();
        assertThat(loop.join(SECONDS.toNanos(20))).isTrue();
        loop.close();
        table.close();
        arena.close();
        server.close();
        assertThat(counters.get(Counter.FAILURES)).isZero();
    }

    @Test
    void speaksAndHears() throws Exception {
        converse();
    }

    @Test
    void aSlotIsUsedAgain() throws Exception {
        for (int i = 0; i < 3 * table.size(); i++) {
            converse();
        }
    }

    private void converse() throws Exception {
        open(to(server));
        try (Socket peer = server.accept()) {
            assertThat(outcomes.take()).isIn(Connecting.ESTABLISHED, Connecting.UNDER_WAY);
            assertThat(peer.getInputStream().readNBytes(HELLO.length())).asString(ISO_8859_1).isEqualTo(HELLO);
            peer.getOutputStream().write("good day".getBytes(ISO_8859_1));
            assertThat(events.take()).isEqualTo("heard good day");
            assertThat(peer.getInputStream().read()).isEqualTo(-1);
            assertThat(events.take()).isEqualTo("ended");
        }
    }

    @Test
    void comesFromTheSourceAddressThatItWasGiven() throws Exception {
        InetAddress other = InetAddress.getByName("127.0.0.2");
        open(destination(server.getLocalSocketAddress(), new InetSocketAddress(other, 0)));
        try (Socket peer = server.accept()) {
            assertThat(peer.getInetAddress()).isEqualTo(other);
        }
    }

    @Test
    void whereNobodyListensTheSessionHearsOfItsEndOnly() throws Exception {
        SocketAddress nobody = server.getLocalSocketAddress();
        server.close();
        open(destination(nobody, null));
        assertThat(outcomes.take()).isIn(Connecting.REFUSED, Connecting.UNDER_WAY);
        assertThat(events.take()).isEqualTo("ended");
        Eventually.holds("its slot is free", () -> loop.connections() == 0 && table.hasRoom());
    }

    @Test
    void aSourceAddressThatIsNotOfThisMachineHasNoPorts() throws Exception {
        // 192.0.2.0/24 is for documentation, RFC 5737.
        open(destination(server.getLocalSocketAddress(), new InetSocketAddress("192.0.2.1", 0)));
        assertThat(outcomes.take()).isEqualTo(Connecting.NO_PORT);
        assertThat(events.take()).isEqualTo("ended");
    }

    /// The kernel drops the opening packet while the backlog is full, and sends it again after a second.
    @Test
    void waitsWhileTheBacklogIsFullAndGoesOnThen() throws Exception {
        List<Socket> before = fillTheBacklog();
        open(to(server));
        assertThat(outcomes.take()).isEqualTo(Connecting.UNDER_WAY);
        for (int i = 0; i < before.size(); i++) {
            server.accept().close();
        }
        try (Socket peer = server.accept()) {
            assertThat(peer.getInputStream().readNBytes(HELLO.length())).asString(ISO_8859_1).isEqualTo(HELLO);
        }
        for (Socket each : before) {
            each.close();
        }
    }

    @Test
    void whoIsNotAnsweredGivesUpAtTheDeadline() throws Exception {
        List<Socket> before = fillTheBacklog();
        open(to(server));
        assertThat(outcomes.take()).isEqualTo(Connecting.UNDER_WAY);
        table.tick(System.nanoTime() + SECONDS.toNanos(4));
        assertThat(events.take()).isEqualTo("ended");
        assertThat(counters.get(Counter.LATE_WRITES)).isEqualTo(1);
        for (Socket each : before) {
            each.close();
        }
    }

    @Test
    void anAbortEndsConnectionsThatAreBeingOpened() throws Exception {
        List<Socket> before = fillTheBacklog();
        open(to(server));
        assertThat(outcomes.take()).isEqualTo(Connecting.UNDER_WAY);
        table.abort();
        loop.wake();
        assertThat(events.take()).isEqualTo("ended");
        for (Socket each : before) {
            each.close();
        }
    }

    /// Connections that nobody accepts, until the kernel answers no more.
    private List<Socket> fillTheBacklog() throws IOException {
        List<Socket> all = new ArrayList<>();
        for (int i = 0; i < 2; i++) { // one more than the backlog, `listen(2)`
            all.add(new Socket(server.getInetAddress(), server.getLocalPort()));
        }
        return all;
    }

    private Destination to(ServerSocket server) throws IOException {
        return destination(server.getLocalSocketAddress(), null);
    }

    private Destination destination(SocketAddress address, @Nullable SocketAddress source) throws IOException {
        return transport.destination(address, source, SocketOptions.defaults());
    }

    private void open(Destination destination) {
        toOpen.add(destination);
        loop.wake();
    }

    /// On the loop's thread.
    private long openWhatIsAskedFor() {
        Destination destination = toOpen.poll();
        if (destination != null) {
            outcomes.add(loop.connect(Objects.requireNonNull(table.reserve()), destination));
        }
        return Schedule.NEVER;
    }

    private static Turn turn(Wire wire) {
        return c -> switch (c.next()) {
            case READ -> wire.read(c);
            case WORK, BLOCKING -> {
                c.work();
                yield true;
            }
            case WRITE -> wire.write(c);
            case WAIT -> wire.await(c);
            case CLOSE -> {
                wire.close(c);
                yield false;
            }
        };
    }

    /// Says hello, hears the answer, and leaves.
    private final class Greeting implements Session {
        private final Connection connection;
        private boolean said;
        private boolean heard;

        Greeting(Connection connection) {
            this.connection = connection;
        }

        @Override
        public Step next() {
            if (!said) {
                return Step.WORK;
            }
            if (!connection.outbound().isDrained()) {
                return Step.WRITE;
            }
            int length = connection.inbound().length();
            if (length > 0) {
                byte[] bytes = new byte[length];
                connection.inbound().copy(0, bytes, 0, length);
                connection.inbound().clear();
                events.add("heard " + new String(bytes, ISO_8859_1));
                heard = true;
            }
            return heard ? Step.CLOSE : Step.READ;
        }

        @Override
        public void work() {
            connection.outbound().bytes().putLatin1(HELLO);
            said = true;
        }

        @Override
        public boolean reset() {
            events.add("ended");
            said = false;
            heard = false;
            return true;
        }
    }
}
