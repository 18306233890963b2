package dev.partita.linux.uring;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.Buffer;
import dev.partita.connection.BufferPool;
import dev.partita.connection.Close;
import dev.partita.connection.Connection;
import dev.partita.connection.ConnectionTable;
import dev.partita.connection.Session;
import dev.partita.connection.Step;
import dev.partita.limits.Counter;
import dev.partita.limits.Counters;
import dev.partita.limits.Limits;
import dev.partita.loop.EventLoop;
import dev.partita.loop.Worker;
import dev.partita.transport.Listener;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.Transport.Sharing;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Connections that are opened, half read, reset, flooded and closed in an order drawn from a seed, while the server works on
/// them itself, lends them and lets others send: nothing is left of them afterwards. `-Dpartita.storm=N` says how many
/// connections, `-Dpartita.seed=N` repeats a run.
///
/// The seed also draws how few completions, submissions and receive buffers there are, so that all of them run out again and
/// again.
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class StormTest {
    private static final int CONNECTIONS = Integer.getInteger("partita.storm", 2_000);
    private static final int CLIENTS = 8;
    private static final int SLOTS = 48;
    /// So few that the kernel may accept ahead while most slots are free.
    private static final int BACKLOG = 32;
    private static final int PATIENCE_MILLIS = 20_000;

    /// Replies of these sizes are asked for by the letters from `a` on; `q` asks for a small one and the end.
    private static final int[] REPLIES = {1, 100, 4_096, 4_097, 30_000, 400_000};

    /// What every reply begins with.
    private static final byte[] PATTERN = new byte[REPLIES[REPLIES.length - 1]];

    static {
        for (int i = 0; i < PATTERN.length; i++) {
            PATTERN[i] = (byte) (i % 251);
        }
    }

    private final long seed = Long.getLong("partita.seed", System.nanoTime());

    static List<Ring.Features> features() {
        return List.of(Ring.Features.ALL, new Ring.Features(false, false, false));
    }

    @ParameterizedTest
    @MethodSource("features")
    void nothingIsLeftOfAStormOfConnections(Ring.Features features) throws Exception {
        UringPoller.Sizes sizes = sizes(new Random(seed));
        var transport = new UringTransport(features, sizes);
        Assumptions.assumeTrue(transport.unavailable().isEmpty(), transport.unavailable());
        System.out.println("storm of " + CONNECTIONS + " connections, " + features + ", " + sizes + ", seed " + seed);
        SocketChannel.open().close(); // the JDK keeps a socket of its own from the first one on
        List<String> before = descriptors();
        Limits limits = Limits.defaults().withConnectionsMax(SLOTS).with("bufferBytesMax", 65_536)
                .with("backlog", BACKLOG);
        var table = new ConnectionTable(Letters::new, limits, transport.files(), transport::endpoint);
        Counters counters = Counters.shared();
        long bytes = BufferPool.bytesNeeded(limits.bufferBytes(), 2 * SLOTS, limits.bufferBytesMax(), SLOTS);
        var poller = (UringPoller) transport.poller(table, counters);
        try (Arena arena = Arena.ofShared()) {
            var pool = new BufferPool(transport.map(bytes, arena), limits.bufferBytes(), 2 * SLOTS,
                    limits.bufferBytesMax(), SLOTS, false);
            var lender = new Worker("lender", 1, table, Connection::work, Connection::goHome);
            var stage = new Worker("stage", 2, table, Connection::work, StormTest::respond);
            var loop = new EventLoop("storm", poller, table, SLOTS, pool, counters, () -> {}, self -> {
                var random = new Random(seed);
                return c -> advance(self, c, random, lender, stage);
            });
            table.whenRoom(loop::wake);
            Listener listener = transport.listen(
                    new InetSocketAddress(InetAddress.getByName("0.0.0.0"), 0), BACKLOG,
                    SocketOptions.defaults().with("so-sndbuf=16384"), Sharing.SINGLE);
            loop.listen(listener, loop);
            lender.start();
            stage.start();
            loop.start();

            long connected = storm(((InetSocketAddress) listener.address()).getPort());

            within("every connection is closed", () -> loop.connections() == 0);
            assertThat(counters.get(Counter.ACCEPTED)).isEqualTo(connected);
            assertThat(counters.get(Counter.FAILURES)).isZero();
            loop.stopAccepting();
            loop.awaitStopped(TimeUnit.SECONDS.toNanos(10));
            table.drain();
            loop.wake();
            lender.stop();
            stage.stop();
            assertThat(loop.join(TimeUnit.SECONDS.toNanos(10))).isTrue();
            assertThat(lender.join(TimeUnit.SECONDS.toNanos(10))).isTrue();
            assertThat(stage.join(TimeUnit.SECONDS.toNanos(10))).isTrue();
            listener.close();
            System.out.println(connected + " connected, " + counters.get(Counter.BROKEN) + " broken by the peer, "
                    + counters.get(Counter.BYTES_IN) + " bytes in, " + counters.get(Counter.BYTES_OUT) + " out, "
                    + poller.buffers.count() + " receive buffers, " + poller.buffers.shortages()
                    + " receives without a buffer, " + poller.putAside() + " times completions were put aside");
            assertThat(poller.buffers.count()).as("receive buffers after a shortage").isGreaterThan(sizes.buffers());
            assertThat(poller.putAside()).as("times that completions were put aside").isPositive();
        }
        assertThat(poller.buffers.waiting()).as("receive buffers that were not given back").isZero();
        for (int i = 0; i < SLOTS; i++) {
            assertThat(poller.leftovers.attach(new Buffer())).as("memory for what sockets have not taken").isTrue();
            assertThat(table.reserve()).as("a slot").isNotNull();
        }
        table.close();
        within("every descriptor is closed: " + descriptors(), () -> descriptors().size() <= before.size());
    }

    /// The fewest that a loop can do with, or a few more.
    private static UringPoller.Sizes sizes(Random random) {
        int completions = 2 << random.nextInt(3);
        return new UringPoller.Sizes(completions, completions, 1 + random.nextInt(3), 4 << random.nextInt(3));
    }

    // The server: a bit of every model.

    private static boolean advance(EventLoop loop, Connection c, Random random, Worker lender, Worker stage) {
        return switch (c.next()) {
            case READ -> loop.wire().read(c);
            case WORK, BLOCKING -> switch (random.nextInt(4)) {
                case 0 -> loop.lend(c, lender);
                case 1 -> loop.entrust(c, stage);
                default -> {
                    c.work();
                    yield true;
                }
            };
            case WRITE -> loop.wire().write(c);
            case WAIT -> loop.wire().await(c);
            case CLOSE -> {
                loop.wire().close(c);
                yield false;
            }
        };
    }

    /// As SEDA's last stage: one send, and home.
    private static void respond(Connection c) {
        if (c.next() == Step.WRITE) {
            c.send();
        }
        c.goHome();
    }

    /// Answers letters.
    private static final class Letters implements Session {
        private final Connection connection;
        private boolean ending;

        Letters(Connection connection) {
            this.connection = connection;
        }

        @Override
        public Step next() {
            if (!connection.outbound().isDrained()) {
                return Step.WRITE;
            }
            if (ending) {
                return Step.CLOSE;
            }
            return connection.inbound().isEmpty()
                    ? Step.READ
                    : connection.inbound().at(0) % 2 == 0
                            ? Step.WORK
                            : Step.BLOCKING;
        }

        @Override
        public void work() {
            byte letter = connection.inbound().at(0);
            connection.inbound().skip(1);
            ending = letter == 'q';
            if (ending) {
                connection.closing(Close.LINGER);
            }
            connection.outbound().follow(PATTERN, 0, replyBytes(letter));
        }

        @Override
        public boolean reset() {
            ending = false;
            return true;
        }
    }

    private static int replyBytes(byte letter) {
        return letter == 'q' ? REPLIES[1] : REPLIES[letter - 'a'];
    }

    // The clients.

    private long storm(int port) throws Exception {
        var connected = new AtomicLong();
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<?>> running = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                var random = new Random(seed + client);
                running.add(clients.submit(() -> {
                    List<SocketChannel> idle = new ArrayList<>();
                    for (int i = 0; i < CONNECTIONS / CLIENTS; i++) {
                        visit(port, random, idle);
                        connected.incrementAndGet();
                    }
                    for (SocketChannel each : idle) {
                        each.close();
                    }
                    return null;
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        }
        return connected.get();
    }

    private static void visit(int port, Random random, List<SocketChannel> idle) throws IOException {
        // Many addresses: an address has no more than 28,000 ports, each of which rests for a minute after its connection.
        InetAddress address = InetAddress
                .getByAddress(new byte[]{127, 0, (byte) random.nextInt(4), (byte) (1 + random.nextInt(250))});
        SocketChannel channel = SocketChannel.open(new InetSocketAddress(address, port));
        switch (random.nextInt(8)) {
            case 0 -> {} // says nothing
            case 1 -> converse(channel, random, 1.0);
            case 2 -> converse(channel, random, random.nextDouble());
            case 3 -> say(channel, letters(random, 1 + random.nextInt(6))); // reads nothing
            case 4 -> {
                String letters = letters(random, random.nextInt(4));
                say(channel, letters);
                channel.shutdownOutput();
                hear(channel, letters, Long.MAX_VALUE);
            }
            case 5 -> {
                String letters = letters(random, random.nextInt(4)) + "q";
                say(channel, letters);
                hear(channel, letters, Long.MAX_VALUE);
            }
            case 6 -> say(channel, "a".repeat(random.nextInt(40_000))); // a flood of small ones
            default -> {
                say(channel, "b");
                idle.add(channel);
                if (idle.size() < 4) {
                    return;
                }
                channel = idle.remove(random.nextInt(idle.size()));
            }
        }
        if (random.nextBoolean()) {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        }
        channel.close();
    }

    private static void converse(SocketChannel channel, Random random, double part) throws IOException {
        for (int turn = random.nextInt(4); turn >= 0; turn--) {
            String letters = letters(random, 1 + random.nextInt(3));
            say(channel, letters);
            hear(channel, letters, turn == 0 ? (long) (replyBytes(letters) * part) : Long.MAX_VALUE);
        }
    }

    private static String letters(Random random, int count) {
        var letters = new StringBuilder();
        for (int i = 0; i < count; i++) {
            letters.append((char) ('a' + random.nextInt(1 + random.nextInt(REPLIES.length)))); // more small ones
        }
        return letters.toString();
    }

    private static void say(SocketChannel channel, String letters) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(letters.getBytes(US_ASCII));
        channel.configureBlocking(false);
        while (bytes.hasRemaining() && channel.write(bytes) > 0) {
            // as long as the server takes it: who reads no replies is not listened to
        }
        channel.configureBlocking(true);
    }

    /// Reads the replies to some letters, at most so many bytes of them, and looks at every byte.
    private static void hear(SocketChannel channel, String letters, long bytesMax) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(16_384);
        long left = bytesMax;
        for (byte letter : letters.getBytes(US_ASCII)) {
            int length = replyBytes(letter);
            int heard = 0;
            while (heard < length && left > 0) {
                buffer.clear().limit((int) Math.min(buffer.capacity(), Math.min(left, length - heard)));
                int read = channel.read(buffer);
                assertThat(read).as("%s: bytes after %s of the reply to %s", letters, heard, (char) letter)
                        .isPositive();
                if (!Arrays.equals(buffer.array(), 0, read, PATTERN, heard, heard + read)) {
                    throw new AssertionError("wrong bytes in a reply of " + length + " after " + heard);
                }
                heard += read;
                left -= read;
            }
        }
    }

    private static long replyBytes(String letters) {
        long sum = 0;
        for (byte letter : letters.getBytes(US_ASCII)) {
            sum += replyBytes(letter);
        }
        return sum;
    }

    private static void within(String what, java.util.function.BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            Thread.sleep(5);
        }
    }

    /// The sockets, rings and eventfds of this process: what the JDK opens on its way is a file.
    private static List<String> descriptors() {
        List<String> found = new ArrayList<>();
        for (File each : Objects.requireNonNull(new File("/proc/self/fd").listFiles())) {
            try {
                String target = Files.readSymbolicLink(each.toPath()).toString();
                if (target.startsWith("socket:") || target.startsWith("anon_inode:")) {
                    found.add(target);
                }
            } catch (IOException closed) {
                // since it was listed
            }
        }
        return found;
    }
}
