package dev.partita.linux.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.BufferPool;
import dev.partita.connection.Close;
import dev.partita.connection.Connection;
import dev.partita.connection.Place;
import dev.partita.limits.Counter;
import dev.partita.limits.Counters;
import dev.partita.limits.Limits;
import dev.partita.transport.Listener;
import dev.partita.transport.Parking;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.Transport.Sharing;
import dev.partita.transport.Waiting;
import dev.partita.transport.WaitingWire;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// How a thread waits for its one connection: platform threads with ppoll, virtual threads by parking.
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class WaitingTest {
    private static final int CONNECTIONS = 64;
    private static final int MEGABYTES = 1 << 20;

    enum Kind {
        PLATFORM, VIRTUAL
    }

    private final Conversations conversations = new Conversations(CONNECTIONS);
    private final Counters counters = Counters.shared();
    private HandLoop acceptor;
    private BufferPool pool;
    @SuppressWarnings("NullAway.Init") // every test begins with it
    private Waiting waiting;
    private @Nullable Thread watcher;
    private volatile boolean stopping;

    @BeforeEach
    void open() throws IOException {
        acceptor = new HandLoop(CONNECTIONS);
        Limits limits = Limits.defaults();
        int count = 2 * CONNECTIONS;
        long bytes = BufferPool.bytesNeeded(limits.bufferBytes(), count, limits.bufferBytesMax(), count);
        pool = new BufferPool(
                acceptor.transport.map(bytes, Arena.ofAuto()),
                limits.bufferBytes(),
                count,
                limits.bufferBytesMax(),
                count,
                true);
    }

    @AfterEach
    void close() throws Exception {
        acceptor.table.abort();
        waiting.wake();
        stopping = true;
        if (watcher != null) {
            waiting.wake();
            watcher.join();
        }
        waiting.close();
        acceptor.close();
    }

    @ParameterizedTest
    @EnumSource
    void manyThreadsHoldTheirConversationsAndNoWakeUpIsLost(Kind kind) throws Exception {
        begin(kind);
        Listener listener = listen();
        List<Peer> peers = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            peers.add(Peer.of(listener.address()));
            threads.add(converse(kind));
        }
        for (int round = 0; round < 200; round++) {
            for (Peer peer : peers) {
                peer.say("ping");
            }
            for (Peer peer : peers) {
                assertThat(peer.hear(4)).isEqualTo("ping");
            }
        }
        for (Peer peer : peers) {
            peer.halfClose();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(counters.get(Counter.CLOSED)).isEqualTo(CONNECTIONS);
        for (Peer peer : peers) {
            assertThat(peer.hear(1)).isEmpty();
            peer.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void waitsForASlowReader(Kind kind) throws Exception {
        begin(kind);
        byte[] content = new byte[20 * MEGABYTES];
        new Random(3).nextBytes(content);
        try (Peer peer = Peer.of(listen().address())) {
            converse(kind);
            var told = CompletableFuture.runAsync(() -> {
                try {
                    peer.say(ByteBuffer.wrap(content));
                    peer.halfClose();
                } catch (IOException failure) {
                    throw new IllegalStateException(failure);
                }
            });

            // The echo goes on only while somebody hears it.
            assertThat(peer.hearBytes(content.length)).isEqualTo(content);
            told.get();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDrainEndsTheWaitOfIdleConnections(Kind kind) throws Exception {
        begin(kind);
        Listener listener = listen();
        List<Peer> peers = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Peer peer = Peer.of(listener.address());
            peers.add(peer);
            threads.add(converse(kind));
            peer.say("one");
            assertThat(peer.hear(3)).isEqualTo("one");
        }

        acceptor.table.closeIdle(Close.NORMAL);
        waiting.wake();

        for (Thread thread : threads) {
            thread.join();
        }
        for (Peer peer : peers) {
            assertThat(peer.hear(1)).isEmpty();
            peer.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aThreadThatHasToWaitOnSleepsThroughADrainUntilTheAbort(Kind kind) throws Exception {
        begin(kind);
        try (Peer peer = Peer.of(listen().address())) {
            AtomicInteger returns = new AtomicInteger();
            CountDownLatch woken = new CountDownLatch(1);
            Connection c = acceptor.next();
            // In the middle of a request, so that draining alone is no reason to end.
            c.receive();
            c.inbound().put((byte) 'x');
            Thread thread = start(kind, c, () -> {
                while (!acceptor.table.isAborting()) {
                    waiting.readable(c);
                    returns.incrementAndGet();
                    if (acceptor.table.isDraining()) {
                        woken.countDown();
                    }
                }
                c.closing(Close.ABORT);
                c.close();
            });
            acceptor.table.closeIdle(Close.NORMAL);
            waiting.wake();
            woken.await();

            acceptor.table.abort();
            waiting.wake();
            thread.join();

            // A thread may return early: for its first wait, and around each wake-up. It does not spin.
            assertThat(returns.get()).isBetween(1, 6);
            assertThat(peer.channel.isOpen()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptThatAHandlerLeftBehindDoesNotEndTheWait(Kind kind) throws Exception {
        begin(kind);
        try (Peer peer = Peer.of(listen().address())) {
            Thread thread = converse(kind);
            peer.say("one");
            assertThat(peer.hear(3)).isEqualTo("one");

            thread.interrupt();

            peer.say("two");
            assertThat(peer.hear(3)).isEqualTo("two");
        }
    }

    private void begin(Kind kind) throws IOException {
        if (kind == Kind.PLATFORM) {
            waiting = acceptor.transport.blocking(acceptor.table);
            return;
        }
        Parking parking = acceptor.transport.parking(acceptor.table);
        waiting = parking;
        watcher = Thread.ofPlatform().start(() -> {
            while (!stopping) {
                parking.poll(HandLoop.FOREVER, conversations);
            }
        });
    }

    private Listener listen() throws IOException {
        Listener listener = acceptor.transport.listen(
                HandLoop.ANY_PORT, 128, SocketOptions.defaults(), Sharing.SINGLE);
        acceptor.poller.listen(listener, c -> c.begin(conversations, pool, counters));
        return listener;
    }

    /// Accepts a connection and starts its thread.
    private Thread converse(Kind kind) {
        Connection c = acceptor.next();
        WaitingWire wire = new WaitingWire(waiting);
        return start(kind, c, () -> Conversations.hold(wire, c));
    }

    private Thread start(Kind kind, Connection c, Runnable conversation) {
        c.place(Place.HOME);
        Thread.Builder builder = kind == Kind.PLATFORM ? Thread.ofPlatform() : Thread.ofVirtual();
        return conversations.start(builder, c, () -> {
            if (waiting instanceof Parking parking) {
                parking.adopt(c);
            }
            conversation.run();
        });
    }
}
