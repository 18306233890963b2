package dev.partita.linux.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.Buffer;
import dev.partita.connection.BufferPool;
import dev.partita.connection.Connection;
import dev.partita.connection.ConnectionTable;
import dev.partita.connection.Inbox;
import dev.partita.connection.Place;
import dev.partita.connection.Session;
import dev.partita.connection.Step;
import dev.partita.limits.Counter;
import dev.partita.limits.Counters;
import dev.partita.limits.Limits;
import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Eventfd;
import dev.partita.linux.libc.Libc;
import dev.partita.transport.Listener;
import dev.partita.transport.Poller;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.Transport.Sharing;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A loop that the test turns by hand: what no server shows from outside.
@Timeout(30)
class UringPollerTest {
    private static final long FOREVER = -1;
    private static final int CONNECTIONS = 4;
    /// With so many connections: see [UringPoller].
    private static final int BUFFERS = 8;
    private static final int BUFFER_BYTES = 2 << 10;
    /// F_DUPFD_CLOEXEC
    private static final int DUPLICATE = 1030;

    private final UringTransport transport = new UringTransport();
    private final Limits limits =
            Limits.defaults().withConnectionsMax(CONNECTIONS).with("bufferBytes", BUFFER_BYTES / 2);
    private final ConnectionTable table =
            new ConnectionTable(Listening::new, limits, transport.files(), transport::endpoint);
    private final Counters counters = Counters.confined();
    private final Arena arena = Arena.ofShared();
    private final Inbox home = connection -> false;
    private final List<Connection> open = new ArrayList<>();
    private final List<SocketChannel> peers = new ArrayList<>();
    private final List<ByteArrayOutputStream> heard = new ArrayList<>();
    private BufferPool pool = BufferPool.EMPTY;
    private UringPoller poller;
    private Listener listener;

    @BeforeAll
    static void onlyWhereThereIsIoUring() {
        String unavailable = new UringTransport().unavailable();
        Assumptions.assumeTrue(unavailable.isEmpty(), unavailable);
    }

    @BeforeEach
    void listen() throws IOException {
        listen(UringPoller.Sizes.USUAL);
    }

    private void listen(UringPoller.Sizes sizes) throws IOException {
        long bytes =
                BufferPool.bytesNeeded(limits.bufferBytes(), 2 * CONNECTIONS, limits.bufferBytesMax(), CONNECTIONS);
        pool = new BufferPool(transport.map(bytes, arena), limits.bufferBytes(), 2 * CONNECTIONS,
                limits.bufferBytesMax(), CONNECTIONS, false);
        for (int i = 0; i < CONNECTIONS; i++) {
            heard.add(new ByteArrayOutputStream());
        }
        poller = (UringPoller) new UringTransport(Ring.Features.ALL, sizes).poller(table, counters);
        listener = transport.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16,
                SocketOptions.defaults(), Sharing.SINGLE);
        poller.listen(listener, connection -> connection.begin(home, pool, counters));
    }

    @AfterEach
    void close() throws IOException {
        for (SocketChannel peer : peers) {
            peer.close();
        }
        List.copyOf(open).forEach(poller::close);
        poller.close();
        assertThat(poller.buffers.waiting()).isZero();
        listener.close();
        arena.close();
    }

    @Test
    void bytesForWhichThereIsNoBufferComeInTheirOrderAllTheSame() throws Exception {
        assertThat(poller.buffers.count()).isEqualTo(BUFFERS);
        byte[] said = bytes(5 * BUFFERS * BUFFER_BYTES);
        List<Connection> all = connect(CONNECTIONS);
        // The first receive is for once; from the second on it is a multishot one.
        for (SocketChannel peer : peers) {
            say(peer, bytes(1));
        }
        turnUntil(() -> heard.stream().allMatch(each -> each.size() == 1));
        for (SocketChannel peer : peers) {
            say(peer, said);
        }
        // All that arrive are taken, and nobody reads before.
        for (int i = 0; i < 20; i++) {
            poller.poll(0);
        }
        assertThat(poller.buffers.waiting()).as("buffers that are filled").isEqualTo(BUFFERS);
        turnUntil(() -> heard.stream().allMatch(each -> each.size() == 1 + said.length));
        for (Connection each : all) {
            assertThat(heard.get(each.slot()).toByteArray()).endsWith(said);
        }
    }

    @Test
    void whoBringsMuchAtATimeTakesNoBufferAgainUntilItBringsLittle() throws Exception {
        Connection one = connect(1).getFirst();
        byte[] much = bytes(4 * BUFFER_BYTES);
        say(peers.getFirst(), much);
        turnUntil(() -> heard.get(one.slot()).size() == much.length);
        turn(0);
        for (int time = 1; time <= 2; time++) {
            say(peers.getFirst(), much);
            poller.poll(FOREVER);
            assertThat(poller.buffers.waiting()).as("buffers that are filled").isZero();
            int heardThen = (1 + time) * much.length;
            serve(one);
            turnUntil(() -> heard.get(one.slot()).size() == heardThen);
        }
        int before = heard.get(one.slot()).size();
        for (int time = 1; time <= 10; time++) {
            int heardThen = before + time;
            say(peers.getFirst(), bytes(1));
            turnUntil(() -> heard.get(one.slot()).size() == heardThen);
        }
        say(peers.getFirst(), bytes(1));
        poller.poll(FOREVER);
        assertThat(poller.buffers.waiting()).as("buffers that are filled").isOne();
        turnUntil(() -> heard.get(one.slot()).size() == before + 11);
        assertThat(heard.get(one.slot()).toByteArray()).startsWith(much);
    }

    @Test
    void aFloodForALentConnectionLeavesBuffersForTheOthers() throws Exception {
        List<Connection> both = connect(2);
        Connection lent = both.getFirst();
        // The first receive is for once; from here on it is a multishot one.
        say(peers.get(0), bytes(1));
        turnUntil(() -> heard.get(lent.slot()).size() == 1);
        poller.lend(lent);
        byte[] flood = bytes(200_000);
        say(peers.get(0), flood);
        for (int i = 0; i < 10; i++) {
            turn(0);
        }
        assertThat(poller.buffers.waiting()).as("buffers that are filled").isLessThanOrEqualTo(2);

        byte[] said = bytes(30_000);
        say(peers.get(1), said);
        turnUntil(() -> heard.get(both.get(1).slot()).size() == said.length);
        assertThat(heard.get(both.get(1).slot()).toByteArray()).isEqualTo(said);
        assertThat(heard.get(lent.slot()).size()).as("what was heard of the lent one").isEqualTo(1);

        poller.reclaim(lent);
        serve(lent);
        turnUntil(() -> heard.get(lent.slot()).size() == 1 + flood.length);
        assertThat(heard.get(lent.slot()).toByteArray()).endsWith(flood);
    }

    @Test
    void whoIsLentForEachRequestHasNoBufferFilledMeanwhile() throws Exception {
        Connection lent = connect(1).getFirst();
        byte[] flood = bytes(50_000);
        for (int time = 1; time <= 3; time++) {
            int before = heard.get(lent.slot()).size();
            say(peers.getFirst(), bytes(1));
            turnUntil(() -> heard.get(lent.slot()).size() == before + 1);
            poller.lend(lent);
            say(peers.getFirst(), flood);
            for (int i = 0; i < 10; i++) {
                turn(0);
            }
            assertThat(poller.buffers.waiting()).as("buffers that are filled").isLessThanOrEqualTo(2);
            poller.reclaim(lent);
            serve(lent);
            turnUntil(() -> heard.get(lent.slot()).size() == before + 1 + flood.length);
            assertThat(heard.get(lent.slot()).toByteArray()).endsWith(flood);
        }
    }

    @Test
    void oneShortageOfBuffersIsMadeUpForOnce() throws Exception {
        poller.close();
        listener.close();
        listen(new UringPoller.Sizes(256, 4_096, 1, BUFFERS));
        connect(CONNECTIONS);
        for (SocketChannel peer : peers) {
            say(peer, bytes(1));
        }

        poller.poll(0);

        assertThat(poller.buffers.shortages()).as("receives without a buffer").isGreaterThan(1);
        assertThat(poller.buffers.count()).isEqualTo(2);
        turnUntil(() -> heard.subList(0, CONNECTIONS).stream().allMatch(each -> each.size() == 1));
    }

    @Test
    void whoFindsNoSlotWaitsInTheBacklogAndNotAccepted() throws Exception {
        connect(CONNECTIONS);
        int others = 10;
        for (int i = 0; i < others; i++) {
            peers.add(SocketChannel.open(listener.address()));
        }
        int before = descriptors();
        for (int i = 0; i < 5; i++) {
            turn(0);
        }
        assertThat(descriptors()).as("descriptors").isEqualTo(before);
        for (int i = 0; i < others; i++) {
            poller.close(open.removeFirst());
            poller.accepting(true);
            turnUntil(() -> open.size() == CONNECTIONS);
            turn(0); // the closed one's descriptor is the system's again
            assertThat(descriptors()).as("descriptors").isEqualTo(before);
        }
        assertThat(counters.get(Counter.ACCEPTED)).isEqualTo(CONNECTIONS + others);
    }

    private static int descriptors() {
        return Objects.requireNonNull(new File("/proc/self/fd").list()).length;
    }

    @Test
    void anEventfdThatIsNoLongerWatchedIsLetGoOf() throws Exception {
        int eventfd = Eventfd.open(CallMemory.ofThread());
        int other = Libc.fcntl(CallMemory.ofThread(), eventfd, DUPLICATE, 0);
        try {
            poller.watch(eventfd);
            turn(0);
            Eventfd.signal(other);
            poller.poll(FOREVER);
            poller.unwatch(eventfd);
            turn(0);
            Libc.close(eventfd);

            Eventfd.signal(other);

            poller.ring.submitAndComplete();
            assertThat(poller.ring.arrived()).as("completions").isZero();
        } finally {
            Libc.close(other);
        }
    }

    @Test
    void aSlotThatIsUsedAgainHearsNothingOfWhatItsFormerConnectionWasSent() throws Exception {
        Connection first = connect(1).getFirst();
        say(peers.getFirst(), bytes(1));
        turnUntil(() -> heard.get(first.slot()).size() == 1);
        turn(0); // the receive is armed for more
        say(peers.getFirst(), bytes(100));
        poller.ring.submitAndComplete(); // the receive has completed, and nobody has looked
        poller.close(first);
        open.clear();
        heard.get(first.slot()).reset();
        Connection second = connect(1).getFirst();
        assertThat(second).isSameAs(first);
        byte[] said = new byte[]{42, 43};
        say(peers.get(1), said);
        turnUntil(() -> heard.get(second.slot()).size() >= said.length);
        assertThat(heard.get(second.slot()).toByteArray()).isEqualTo(said);
    }

    @Test
    void aConnectionWhoseReceiveIsArmedEndsForItsPeerWhenItIsClosed() throws Exception {
        Connection connection = connect(1).getFirst();
        say(peers.getFirst(), bytes(1));
        turnUntil(() -> heard.get(connection.slot()).size() == 1);
        turn(0); // the receive is armed for more
        poller.close(connection);
        open.clear();
        turn(0);
        assertThat(peers.getFirst().read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }

    @Test
    void whatIsThereIsFoundBehindEverythingElseThatIsThere() throws Exception {
        Connection connection = connect(1).getFirst();
        say(peers.getFirst(), bytes(1));
        turnUntil(() -> heard.get(connection.slot()).size() == 1);
        turn(0); // the receive is armed for more
        List<Integer> others = new ArrayList<>();
        try {
            for (int i = 0; i < 200; i++) {
                others.add(Eventfd.open(CallMemory.ofThread()));
                poller.watch(others.getLast());
            }
            turn(0);
            others.forEach(Eventfd::signal);
            say(peers.getFirst(), bytes(1));

            connection.endpoint().doubt();

            assertThat(poller.buffers.waiting()).as("buffers that are filled").isOne();
        } finally {
            others.forEach(Libc::close);
        }
        serve(connection);
    }

    @Test
    void aPollThatDoesNotWaitSeesWhatOtherCallsHaveCompleted() throws Exception {
        var withoutDeferring = new UringTransport(new Ring.Features(false, false, false), UringPoller.Sizes.USUAL);
        Poller other = withoutDeferring.poller(table, counters);
        Listener another = transport.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16,
                SocketOptions.defaults(), Sharing.SINGLE);
        other.listen(another, connection -> {});
        other.poll(0);
        peers.add(SocketChannel.open(another.address()));

        assertThat(other.poll(0)).as("connections that were accepted").isOne();

        other.close();
        another.close();
    }

    @Test
    void everyThreadEndsTheWaitAndATimeDoesToo() throws Exception {
        Thread waker = Thread.ofPlatform().start(poller::wakeup);
        poller.poll(FOREVER);
        waker.join();
        poller.poll(1_000);
        poller.wakeup();
        poller.wakeup();
        poller.poll(FOREVER);
        assertThat(poller.take()).isNull();
        assertThat(counters.get(Counter.POLLS)).isEqualTo(3);
    }

    @Test
    void aFullSocketIsKnownAlsoWhenItsCompletionIsPutAside() throws Exception {
        List<Connection> both = connect(2);
        var full = (UringEndpoint) both.get(0).endpoint();
        var other = (UringEndpoint) both.get(1).endpoint();
        byte[] said = bytes(8_000_000);
        Buffer piece = Buffer.over(arena.allocate(4_000));
        int sent = 0;
        boolean hasRoom = true;
        while (hasRoom && sent < said.length) {
            putCompletionsAside();
            piece.clear();
            piece.put(said, sent, piece.room());
            hasRoom = full.send(piece, false) > 0;
            sent += hasRoom ? piece.capacity() : 0;
            full.flush();
            piece.clear();
            piece.put(new byte[piece.room()]);
            other.send(piece, false);
            other.flush();
            peers.get(1).read(ByteBuffer.allocate(2 * piece.capacity()));
        }
        assertThat(hasRoom).as("the socket has taken everything").isFalse();

        ByteBuffer got = ByteBuffer.allocate(sent);
        peers.get(0).configureBlocking(false);
        while (got.hasRemaining()) {
            peers.get(0).read(got);
            poller.poll(0);
        }
        assertThat(got.array()).isEqualTo(Arrays.copyOf(said, sent));
    }

    /// More than there is room for: cancelling what is not there completes.
    private void putCompletionsAside() {
        if (!poller.ring.hasPutAside()) {
            for (int i = 0; i < 2 * poller.ring.completions(); i++) {
                poller.ring.cancel(-1, UringPoller.NOBODY);
            }
        }
    }

    private List<Connection> connect(int count) throws IOException {
        List<Connection> accepted = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            peers.add(SocketChannel.open(listener.address()));
            int wanted = open.size() + 1;
            turnUntil(() -> open.size() == wanted);
            accepted.add(open.getLast());
        }
        return accepted;
    }

    private static void say(SocketChannel peer, byte[] bytes) throws IOException {
        ByteBuffer all = ByteBuffer.wrap(bytes);
        while (all.hasRemaining()) {
            peer.write(all);
        }
    }

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    private void turnUntil(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            turn(FOREVER);
        }
    }

    private void turn(long timeoutNanos) {
        poller.poll(timeoutNanos);
        for (Connection c = poller.take(); c != null; c = poller.take()) {
            if (c.place() == Place.FRESH) {
                c.place(Place.HOME);
                poller.adopt(c);
                open.add(c);
            }
            serve(c);
        }
    }

    private void serve(Connection c) {
        boolean goesOn = true;
        while (goesOn) {
            goesOn = switch (c.next()) {
                case WORK, BLOCKING -> {
                    c.work();
                    yield true;
                }
                case READ -> poller.read(c);
                case WRITE -> poller.write(c);
                case WAIT -> poller.await(c);
                case CLOSE -> {
                    open.remove(c);
                    poller.close(c);
                    yield false;
                }
            };
        }
    }

    /// Hears and says nothing.
    private final class Listening implements Session {
        private final Connection connection;

        Listening(Connection connection) {
            this.connection = connection;
        }

        @Override
        public Step next() {
            return connection.inbound().isEmpty() ? Step.READ : Step.WORK;
        }

        @Override
        public void work() {
            byte[] bytes = new byte[connection.inbound().length()];
            connection.inbound().copy(0, bytes, 0, bytes.length);
            connection.inbound().clear();
            heard.get(connection.slot()).writeBytes(bytes);
        }

        @Override
        public boolean reset() {
            return true;
        }
    }
}
