package dev.partita.linux.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.Connection;
import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Eventfd;
import dev.partita.linux.libc.Libc;
import dev.partita.transport.Listener;
import dev.partita.transport.Transport.Sharing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The poller over loopback, turned by hand.
@Timeout(value = 20, unit = TimeUnit.SECONDS)
class EpollPollerTest {
    private static final int BUFFER_BYTES = Limits.defaults().bufferBytes();

    /// F_DUPFD_CLOEXEC
    private static final int DUPLICATE = 1030;

    private HandLoop loop;

    @BeforeEach
    void open() throws IOException {
        loop = new HandLoop(4);
    }

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void echoesWhatArrives() throws IOException {
        try (Peer peer = loop.connectOne()) {
            peer.say("hello");

            loop.turnUntil(() -> loop.counters.get(Counter.BYTES_OUT) == 5);

            assertThat(peer.hear(5)).isEqualTo("hello");
        }
    }

    @Test
    void anEventfdThatIsNoLongerWatchedTellsNothingAlsoWhereOthersHaveIt() throws IOException {
        int eventfd = Eventfd.open(CallMemory.ofThread());
        int other = Libc.fcntl(CallMemory.ofThread(), eventfd, DUPLICATE, 0);
        try {
            loop.poller.watch(eventfd);
            Eventfd.signal(other);
            assertThat(loop.poller.poll(0)).as("events").isEqualTo(1);
            assertThat(loop.poller.take()).isNull();

            loop.poller.unwatch(eventfd);
            Libc.close(eventfd);
            Eventfd.signal(other);

            assertThat(loop.poller.poll(0)).as("events").isZero();
        } finally {
            Libc.close(other);
        }
    }

    @Test
    void aConnectionThatFindsNothingHoldsNoBuffer() throws IOException {
        try (Peer peer = loop.connectOne()) {
            Connection c = loop.accept();
            assertThat(peer.channel.isConnected()).isTrue();

            assertThat(loop.poller.read(c)).isFalse();

            assertThat(c.inbound().isAttached()).isFalse();
        }
    }

    @Test
    void afterAShortReadTheKernelIsNotAskedBeforeItSaysSomething() throws IOException {
        try (Peer peer = loop.connectOne()) {
            Connection c = loop.accept();
            receiveSome(c, peer);
            peer.say("more");
            Peer.untilArrived(c);

            assertThat(loop.poller.read(c)).as("the latch is off, so recv is not called").isFalse();

            assertThat(loop.next()).isSameAs(c);
            assertThat(loop.poller.read(c)).isTrue();
        }
    }

    @Test
    void aReadThatFilledItsBufferIsFollowedByAnotherWithoutAnEvent() throws IOException {
        try (Peer peer = loop.connectOne()) {
            Connection c = loop.accept();
            peer.say(ByteBuffer.allocate(BUFFER_BYTES + 1));
            int received = 0;
            while (received < BUFFER_BYTES) {
                received += receiveWhenReady(c);
            }
            c.inbound().clear();

            assertThat(receiveWhenReady(c)).isEqualTo(1);
        }
    }

    @Test
    void theEndBehindDataIsFoundWithoutAnEvent() throws IOException {
        try (Peer peer = loop.connectOne()) {
            Connection c = loop.accept();
            assertThat(loop.poller.read(c)).isFalse();
            peer.say("last words");
            peer.halfClose();
            Peer.untilEnded(c);
            assertThat(loop.next()).isSameAs(c);
            assertThat(loop.poller.read(c)).isTrue();
            assertThat(c.inbound().length()).isEqualTo(10);

            assertThat(loop.poller.read(c)).isTrue();

            assertThat(c.hasEnded()).isTrue();
        }
    }

    @Test
    void theEndAfterAShortReadIsAnEvent() throws IOException {
        try (Peer peer = loop.connectOne()) {
            Connection c = loop.accept();
            receiveSome(c, peer);
            c.inbound().clear();
            assertThat(loop.poller.read(c)).isFalse();
            peer.halfClose();

            assertThat(loop.next()).isSameAs(c);

            assertThat(loop.poller.read(c)).isTrue();
            assertThat(c.hasEnded()).isTrue();
        }
    }

    @Test
    void aResetIsAnEventAndBreaksTheConnection() throws IOException {
        try (Peer peer = loop.connectOne()) {
            Connection c = loop.accept();
            assertThat(loop.poller.read(c)).isFalse();
            peer.reset();

            assertThat(loop.next()).isSameAs(c);

            assertThat(loop.poller.read(c)).isTrue();
            assertThat(loop.counters.get(Counter.BROKEN)).isEqualTo(1);
        }
    }

    @Test
    void whatWasAskedForIsGivenOnce() throws IOException {
        try (Peer peer = loop.connectOne()) {
            Connection c = loop.accept();
            assertThat(loop.poller.read(c)).isFalse();
            peer.say("a");
            assertThat(loop.next()).isSameAs(c);
            peer.say("b");
            Peer.untilArrived(c);

            assertThat(loop.isSilent()).isTrue();
        }
    }

    @Test
    void aLentConnectionIsSilentAndWhatCameMeanwhileIsRemembered() throws IOException {
        try (Peer peer = loop.connectOne()) {
            Connection c = loop.accept();
            receiveSome(c, peer);
            c.inbound().clear();
            loop.poller.lend(c);
            peer.say("while lent");
            Peer.untilArrived(c);
            assertThat(loop.isSilent()).isTrue();

            loop.poller.reclaim(c);

            assertThat(loop.poller.read(c)).as("latched").isTrue();
            assertThat(c.inbound().length()).isEqualTo(10);
        }
    }

    @Test
    void lendingDropsAnOlderQuestion() throws IOException {
        try (Peer peer = loop.connectOne()) {
            Connection c = loop.accept();
            assertThat(loop.poller.read(c)).isFalse();
            loop.poller.lend(c); // as after a deadline, which gave the connection a turn although nothing came
            peer.say("while lent");
            Peer.untilArrived(c);

            assertThat(loop.isSilent()).isTrue();
        }
    }

    @Test
    void aFullSocketGoesOnWhenThePeerHasRead() throws IOException {
        try (Peer peer = loop.connectOne()) {
            Connection c = loop.accept();
            int sent = fill(c);
            assertThat(loop.isSilent()).isTrue();

            peer.hearBytes(sent);

            assertThat(loop.next()).isSameAs(c);
            loop.poller.write(c);
            assertThat(loop.counters.get(Counter.BYTES_OUT)).isGreaterThan(sent);
        }
    }

    @Test
    void aPeerThatHalfClosesDoesNotWakeAWriter() throws IOException {
        try (Peer peer = loop.connectOne()) {
            Connection c = loop.accept();
            fill(c);
            peer.halfClose();
            Peer.untilArrived(c);

            assertThat(loop.isSilent()).isTrue();

            assertThat(loop.poller.read(c)).as("latched").isTrue();
            assertThat(c.hasEnded()).isTrue();
        }
    }

    @Test
    void aWriterLearnsThatItsPeerIsGone() throws IOException {
        try (Peer peer = loop.connectOne()) {
            Connection c = loop.accept();
            fill(c);
            peer.reset();

            assertThat(loop.next()).isSameAs(c);

            assertThat(loop.poller.write(c)).isTrue();
            assertThat(loop.counters.get(Counter.BROKEN)).isEqualTo(1);
        }
    }

    @Test
    void anEventOfAnEarlierConversationIsNotTakenForTheSlotsNextOne() throws IOException {
        Listener listener = loop.listen(HandLoop.ANY_PORT, Sharing.SINGLE);
        try (Peer first = Peer.of(listener.address())) {
            Connection c = loop.accept();
            assertThat(loop.poller.read(c)).isFalse();
            first.say("too late");
            Peer.untilArrived(c);
            loop.poller.poll(HandLoop.FOREVER);
            loop.poller.close(c);
            loop.open.clear();
            Connection next = loop.table.reserve();
            assertThat(next).as("the slot that was free last").isSameAs(c);
            EpollEndpoint endpoint = (EpollEndpoint) c.endpoint();
            endpoint.open(-1);
            endpoint.ask(EpollEndpoint.READ);

            assertThat(loop.poller.take()).isNull();
        }
    }

    @Test
    void aWakeupEndsTheWait() throws Exception {
        Thread waker = Thread.ofPlatform().start(loop.poller::wakeup);

        loop.poller.poll(HandLoop.FOREVER);

        assertThat(loop.poller.take()).isNull();
        waker.join();
    }

    @Test
    void aWakeupIsNotLostWhenNobodyWaitsAndOneEndsOneWait() {
        loop.poller.wakeup();
        loop.poller.wakeup();

        assertThat(loop.poller.poll(HandLoop.FOREVER)).isEqualTo(1);
        assertThat(loop.poller.take()).isNull();
        assertThat(loop.poller.poll(0)).isZero();
    }

    @Test
    void aWakeupAfterTheEndTouchesNoDescriptor() throws IOException {
        loop.poller.close();

        loop.poller.wakeup();

        loop.poller.close();
    }

    @Test
    void aWaitEndsWithItsTime() {
        assertThat(loop.poller.poll(1)).isZero();
        assertThat(loop.poller.poll(1_000_000)).isZero();
    }

    private void receiveSome(Connection c, Peer peer) throws IOException {
        peer.say("some");
        Peer.untilArrived(c);
        assertThat(loop.poller.read(c)).isTrue();
        assertThat(c.inbound().length()).isEqualTo(4);
        // They were received before the set was asked, so it has nothing to tell of them.
        assertThat(loop.isSilent()).isTrue();
    }

    /// Receives once, after an event where one is needed.
    private int receiveWhenReady(Connection c) {
        int before = c.inbound().length();
        while (!loop.poller.read(c)) {
            assertThat(loop.next()).isSameAs(c);
        }
        return c.inbound().length() - before;
    }

    /// Sends until the socket takes no more.
    private int fill(Connection c) {
        byte[] much = new byte[16 << 20];
        c.prepare();
        c.outbound().follow(much, 0, much.length);
        while (loop.poller.write(c)) {
            assertThat(c.hadItsShare()).as("more than a turn's share, and nobody else waits").isTrue();
        }
        return (int) loop.counters.get(Counter.BYTES_OUT);
    }
}
