package dev.partita.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.http.Http;
import dev.partita.http.Later;
import dev.partita.http.Reply;
import dev.partita.http.Response;
import dev.partita.limits.Limits;
import dev.partita.server.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What becomes of a reply that was put off, under every model and transport. All servers at once, so that time passes only
/// once.
@Timeout(60)
class LaterTest {
    private final List<Serving> servers = new ArrayList<>();
    private final List<WireClient> clients = new ArrayList<>();

    /// A server that puts every reply off.
    private record Serving(Running server, BlockingQueue<Later> putOff) {
        static Serving start(Under under, Limits limits) throws Exception {
            BlockingQueue<Later> putOff = new LinkedBlockingQueue<>();
            Http http = Http.serving((request, response) -> putOff.add(response.later()));
            return new Serving(under.run(http, limits), putOff);
        }

        /// Asks for something, and waits until it is put off.
        Later ask(WireClient client) throws Exception {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            return Objects.requireNonNull(putOff.poll(WireClient.PATIENCE.toSeconds(), TimeUnit.SECONDS));
        }

        @Override
        public String toString() {
            return server.model() + " over " + server.transport().name();
        }
    }

    /// Counts what becomes of it.
    private static final class Counted implements Reply {
        private final AtomicInteger written = new AtomicInteger();
        private final AtomicInteger dropped = new AtomicInteger();

        @Override
        public void write(Response response) {
            written.incrementAndGet();
            response.text("written");
        }

        @Override
        public void dropped() {
            dropped.incrementAndGet();
        }
    }

    private void start(Limits limits) throws Exception {
        for (Under under : Stream.concat(Under.all().stream(), AmpedOverSlots.all().stream()).toList()) {
            servers.add(Serving.start(under, limits));
        }
    }

    private WireClient connect(Serving serving) throws Exception {
        clients.add(WireClient.connect(serving.server()));
        return clients.getLast();
    }

    @AfterEach
    void endAll() throws Exception {
        for (WireClient client : clients) {
            client.close();
        }
        servers.forEach(serving -> serving.server().close());
    }

    @Test
    void isOverWhenItsTimeIsUpWhetherItsClientIsThereOrNot() throws Exception {
        start(Under.SMALL.with("workMillisMax", 100));
        List<Later> laters = new ArrayList<>();
        List<WireClient> waiting = new ArrayList<>();
        for (Serving serving : servers) {
            waiting.add(connect(serving));
            laters.add(serving.ask(waiting.getLast()));
            WireClient gone = connect(serving);
            laters.add(serving.ask(gone));
            gone.reset();
        }
        for (WireClient client : waiting) {
            assertThat(client.readReply().status()).isEqualTo(503);
        }
        for (int i = 0; i < laters.size(); i++) {
            Later later = laters.get(i);
            Eventually.holds("it is over under " + servers.get(i / 2), later::isOver);
            var reply = new Counted();
            assertThat(later.complete(reply)).isFalse();
            assertThat(reply.written).hasValue(0);
            assertThat(reply.dropped).hasValue(0);
        }
    }

    @Test
    void isWrittenOrDroppedOnceWheneverItsServerEnds() throws Exception {
        start(Under.SMALL.withDrain(Duration.ZERO));
        for (Serving serving : servers) {
            var answered = new Counted();
            WireClient client = connect(serving);
            assertThat(serving.ask(client).complete(answered)).isTrue();
            assertThat(client.readReply().text()).isEqualTo("written");
            Later forgotten = serving.ask(connect(serving));
            Later raced = serving.ask(connect(serving));
            var either = new Counted();
            var set = new AtomicInteger();
            Thread other = Thread.ofPlatform().start(() -> set.set(raced.complete(either) ? 1 : 0));
            serving.server().close();
            other.join();
            assertThat(either.written.get() + either.dropped.get()).as("%s", serving).isEqualTo(set.get());
            assertThat(forgotten.isOver()).as("%s", serving).isTrue();
            assertThat(answered.written).as("%s", serving).hasValue(1);
            assertThat(answered.dropped).as("%s", serving).hasValue(0);
        }
    }
}
