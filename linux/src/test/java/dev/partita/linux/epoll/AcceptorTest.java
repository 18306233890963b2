package dev.partita.linux.epoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.partita.connection.Connection;
import dev.partita.connection.Place;
import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import dev.partita.linux.DescriptorLimit;
import dev.partita.transport.Listener;
import dev.partita.transport.Transport.Sharing;
import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Accepting: batches, pauses and their ends, and the end of listening.
@Timeout(value = 20, unit = TimeUnit.SECONDS)
class AcceptorTest {
    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
    }

    @Test
    void pausesWhenEverySlotIsTakenAndGoesOnWhenTold() throws IOException {
        HandLoop loop = loop(1);
        Listener listener = loop.listen(HandLoop.ANY_PORT, Sharing.SINGLE);
        peer(listener);
        peer(listener);
        boolean[] room = {false};
        loop.table.whenRoom(() -> room[0] = true);
        Connection first = loop.accept();
        assertThat(loop.isSilent()).isTrue();
        assertThat(loop.counters.get(Counter.ACCEPT_PAUSES_FULL)).isEqualTo(1);
        assertThat(loop.poller.poll(0)).as("the backlog is not told of again").isZero();

        loop.poller.close(first);
        loop.open.clear();
        assertThat(room[0]).isTrue();
        loop.poller.accepting(true);

        assertThat(loop.accept().place()).isEqualTo(Place.HOME);
    }

    @ParameterizedTest
    @EnumSource
    void acceptsNothingWhileItIsToldNotTo(Sharing sharing) throws IOException {
        HandLoop loop = loop(2);
        Listener listener = loop.listen(HandLoop.ANY_PORT, sharing);
        loop.poller.accepting(false);
        peer(listener);
        assertThat(loop.poller.poll(0)).isZero();

        loop.poller.accepting(true);

        assertThat(loop.accept().place()).isEqualTo(Place.HOME);
    }

    @Test
    void acceptsABatchInOnePollAndTheRestInTheNext() throws IOException {
        HandLoop loop = opened(new HandLoop(Limits.defaults().withConnectionsMax(8).with("acceptBatchMax", 2)));
        Listener listener = loop.listen(HandLoop.ANY_PORT, Sharing.SINGLE);
        for (int i = 0; i < 3; i++) {
            peer(listener);
        }

        loop.turn(HandLoop.FOREVER);
        assertThat(loop.open).hasSize(2);

        loop.turn(HandLoop.FOREVER);
        assertThat(loop.open).hasSize(3);
    }

    @Test
    void withoutDescriptorsItPausesForAWhileAndServesTheOthers() throws IOException {
        HandLoop loop = loop(4);
        Listener listener = loop.listen(HandLoop.ANY_PORT, Sharing.SINGLE);
        Peer first = peer(listener);
        loop.turnUntil(() -> loop.open.size() == 1);
        peer(listener);
        try (var _ = new DescriptorLimit()) {
            loop.turnUntil(() -> loop.counters.get(Counter.ACCEPT_PAUSES_STARVED) == 1);
            for (int i = 0; i < 1_000; i++) {
                assertThat(loop.poller.poll(0)).isZero();
            }
            assertThat(loop.counters.get(Counter.ACCEPT_PAUSES_STARVED)).isEqualTo(1);
            first.say("still there");
            loop.turnUntil(() -> loop.counters.get(Counter.BYTES_OUT) == 11);
        }

        loop.turnUntil(() -> loop.open.size() == 2);

        assertThat(first.hear(11)).isEqualTo("still there");
    }

    @Test
    void stoppingTakesWhatIsInTheBacklogAndThenListensNoMore() throws IOException {
        HandLoop loop = loop(4);
        Listener listener = loop.listen(HandLoop.ANY_PORT, Sharing.SINGLE);
        Peer waiting = peer(listener);

        loop.poller.stopListening();

        assertThat(loop.counters.get(Counter.ACCEPTED)).isEqualTo(1);
        loop.turn(HandLoop.FOREVER);
        assertThat(loop.open).hasSize(1);
        waiting.say("served");
        loop.turnUntil(() -> loop.counters.get(Counter.BYTES_OUT) == 6);
        assertThatThrownBy(() -> peer(listener)).isInstanceOf(ConnectException.class);
        listener.close();
    }

    @Test
    void aSharedListenerIsClosedByTheLastLoopThatLetsGo() throws IOException {
        HandLoop one = loop(4);
        HandLoop other = loop(4);
        Listener listener = one.listen(HandLoop.ANY_PORT, Sharing.SHARED);
        other.poller.listen(listener, c -> c.begin(other.home, other.pool, other.counters));

        one.poller.stopListening();

        peer(listener);
        assertThat(other.accept().place()).isEqualTo(Place.HOME);
        other.poller.stopListening();
        assertThatThrownBy(() -> peer(listener)).isInstanceOf(ConnectException.class);
    }

    @Test
    void aListenerThatIsClosedUnderALoopIsToldOfAtMostOnce() throws IOException {
        HandLoop loop = loop(4);
        Listener listener = loop.listen(HandLoop.ANY_PORT, Sharing.SINGLE);

        listener.close();

        assertThat(loop.isSilent()).isTrue();
        assertThat(loop.poller.poll(0)).isZero();
        assertThatThrownBy(() -> peer(listener)).isInstanceOf(ConnectException.class);
        assertThatThrownBy(() -> loop.poller.listen(listener, c -> {})).hasMessageContaining("is closed");
    }

    private HandLoop loop(int connectionsMax) throws IOException {
        return opened(new HandLoop(connectionsMax));
    }

    private Peer peer(Listener listener) throws IOException {
        return opened(Peer.of(listener.address()));
    }

    private <T extends AutoCloseable> T opened(T thing) {
        opened.add(thing);
        return thing;
    }
}
