package dev.partita.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import dev.partita.model.Amped;
import dev.partita.model.Seda;
import dev.partita.server.Running;
import dev.partita.server.ServerModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What the models with queues do when these are full: shed the work with an answer, and forget nobody.
@ParameterizedClass(name = "{0}, {1}")
@MethodSource("modelsWithQueues")
@Timeout(60)
class FullQueueTest {
    private static final int QUEUE_MAX = 2;
    private static final Limits LIMITS = Under.SMALL.withQueueMax(QUEUE_MAX);
    /// Shed for waiting at once.
    private static final Limits IMPATIENT = LIMITS.with(Map.of("queueMillisTarget", 1L, "queueMillisInterval", 1L));

    @TempDir
    private static Path folder;

    private final Under under;
    private final Dialect dialect;
    private final Backstage backstage = new Backstage();
    private final Log log = new Log();

    FullQueueTest(Under under, Dialect dialect) {
        this.under = under;
        this.dialect = dialect;
    }

    static Stream<Arguments> modelsWithQueues() {
        return Under.transports().stream()
                .flatMap(transport -> Stream.<ServerModel>of(new Amped(1), new Seda(1))
                        .map(model -> new Under(model, transport)))
                .flatMap(under -> Dialects.all().stream().map(dialect -> Arguments.of(under, dialect)));
    }

    @AfterEach
    void letEverybodyGo() {
        backstage.openAll();
        log.close();
        assertThat(log.without("busy with one request for more than 100 ms")).isEmpty();
    }

    private Running startWithBlockedWork(WireClient[] blocking) throws Exception {
        Running server = under.run(dialect.protocol(backstage, folder), LIMITS);
        blocking[0] = WireClient.connect(server);
        blocking[0].send(dialect.request("block g"));
        backstage.gate("g").awaitArrivals(1);
        return server;
    }

    @Test
    void shedsWhatTheQueueHasNoRoomForAndServesTheRest() throws Exception {
        int count = 12;
        var blocking = new WireClient[1];
        try (Running server = startWithBlockedWork(blocking)) {
            List<WireClient> clients = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                clients.add(WireClient.connect(server));
                clients.getLast().send(dialect.request("echo served"));
            }
            Eventually.holds("all but the queued ones were shed",
                    () -> server.count(Counter.SHED) == count - QUEUE_MAX);
            backstage.gate("g").open();
            List<String> replies = new ArrayList<>();
            for (WireClient client : clients) {
                replies.add(dialect.reply(client));
            }
            assertThat(Collections.frequency(replies, "served")).isEqualTo(QUEUE_MAX);
            assertThat(Collections.frequency(replies, "busy")).isEqualTo(count - QUEUE_MAX);
            assertThat(dialect.reply(blocking[0])).isEqualTo("g");
            // A connection that was refused something goes on like any other.
            for (int round = 0; round < 3; round++) {
                for (WireClient client : clients) {
                    assertThat(dialect.ask(client, "echo again")).isEqualTo("again");
                }
            }
            assertThat(server.count(Counter.SHED)).isEqualTo(count - QUEUE_MAX);
            closeAll(clients);
            blocking[0].close();
        }
    }

    @Test
    void shedsWhatHasWaitedTooLongInAQueueThatIsSlow() throws Exception {
        try (Running server = under.run(dialect.protocol(backstage, folder), IMPATIENT);
                WireClient first = WireClient.connect(server);
                WireClient second = WireClient.connect(server);
                WireClient waiting = WireClient.connect(server)) {
            askSomethingShort(waiting);
            long shed = server.count(Counter.SHED_SLOW);
            long begun = System.nanoTime();
            block(first, "g");
            queue(second, "block h", server, 2);
            queue(waiting, "echo late", server, 3);
            // The longest of the two counts for nothing: so the last one has to wait for the other one long enough as well, and
            // that is for more than the target and more than twice the average, of which each is an eighth.
            long queued = System.nanoTime();
            spin(queued, Math.max(3 * (queued - begun), 20_000_000));
            backstage.gate("g").open();
            backstage.gate("h").awaitArrivals(1);
            long goneOn = System.nanoTime();
            spin(goneOn, (goneOn - begun) / 2);
            backstage.gate("h").open();
            assertThat(dialect.reply(first)).isEqualTo("g");
            assertThat(dialect.reply(second)).isEqualTo("h");
            assertThat(dialect.reply(waiting)).isEqualTo("busy");
            assertThat(server.count(Counter.SHED_SLOW)).isEqualTo(shed + 1);
            assertThat(server.count(Counter.SHED)).isZero();
            Eventually.holds("it goes on like any other", () -> "again".equals(ask(waiting, "echo again")));
        }
    }

    @Test
    void servesWhatHasWaitedWhileItsQueueStoodStill() throws Exception {
        try (Running server = under.run(dialect.protocol(backstage, folder), IMPATIENT);
                WireClient blocking = WireClient.connect(server);
                WireClient waiting = WireClient.connect(server)) {
            askSomethingShort(waiting);
            long shed = server.count(Counter.SHED_SLOW);
            long begun = System.nanoTime();
            block(blocking, "g");
            queue(waiting, "echo late", server, 2);
            long queued = System.nanoTime();
            spin(queued, Math.max(queued - begun, 4_000_000));
            backstage.gate("g").open();
            assertThat(dialect.reply(blocking)).isEqualTo("g");
            assertThat(dialect.reply(waiting)).isEqualTo("late");
            assertThat(server.count(Counter.SHED_SLOW)).isEqualTo(shed);
        }
    }

    /// So that work is known to be short.
    private void askSomethingShort(WireClient client) throws IOException {
        for (int i = 0; i < 50; i++) {
            assertThat(dialect.ask(client, "echo quick")).isIn("quick", "busy");
        }
    }

    /// Asks for work that is under way until its gate is opened.
    private void block(WireClient client, String gate) throws Exception {
        client.send(dialect.request("block " + gate));
        backstage.gate(gate).awaitArrivals(1);
    }

    /// Asks, and returns when as many as that wait or are worked on.
    private void queue(WireClient client, String command, Running server, int expected) throws Exception {
        client.send(dialect.request(command));
        Eventually.holds("it is queued", () -> server.queues().stream().anyMatch(queue -> queue.value() >= expected));
    }

    private static void spin(long sinceNanos, long nanos) {
        while (System.nanoTime() - sinceNanos < nanos) {
            Thread.onSpinWait();
        }
    }

    private String ask(WireClient client, String command) {
        try {
            return dialect.ask(client, command);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Test
    void answersPipelinedRequestsInOrderAlthoughSomeOfThemAreShed() throws Exception {
        var blocking = new WireClient[1];
        try (Running server = startWithBlockedWork(blocking)) {
            List<WireClient> queued = new ArrayList<>();
            for (int i = 0; i < QUEUE_MAX; i++) {
                int lent = i + 2;
                queued.add(WireClient.connect(server));
                queued.getLast().send(dialect.request("echo queued"));
                Eventually.holds("it is queued", () -> load(server) >= lent);
            }
            try (WireClient client = WireClient.connect(server)) {
                client.send(dialect.requests(List.of("echo 1", "echo 2", "echo 3")));
                for (int i = 0; i < 3; i++) {
                    assertThat(dialect.reply(client)).isEqualTo("busy");
                }
                backstage.gate("g").open();
                for (WireClient each : queued) {
                    assertThat(dialect.reply(each)).isEqualTo("queued");
                }
                assertThat(dialect.ask(client, "echo 4")).isEqualTo("4");
            }
            closeAll(queued);
            blocking[0].close();
        }
    }

    @Test
    void whatCannotBeRefusedAnyMoreIsServedOnceThereIsRoom() throws Exception {
        var blocking = new WireClient[1];
        try (Running server = startWithBlockedWork(blocking)) {
            List<WireClient> clients = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                // The line protocol has no answer for a body that it has not read, HTTP has.
                clients.add(WireClient.connect(server));
                clients.getLast().send(dialect.request("put 3")).send("abc");
            }
            Eventually.holds("the queue is full", () -> server.count(Counter.HAND_OVERS) > QUEUE_MAX);
            backstage.gate("g").open();
            for (WireClient client : clients) {
                assertThat(dialect.reply(client)).isIn("352441c2", "busy");
            }
            for (WireClient client : clients) {
                assertThat(dialect.ask(client, "echo on")).isEqualTo("on");
            }
            closeAll(clients);
            blocking[0].close();
        }
    }

    @Test
    void whatCannotBeRefusedHasADeadlineAsWell() throws Exception {
        assumeTrue(dialect.equals(Dialects.LINE), "HTTP has an answer for a request that is shed");
        try (Running server = under.run(dialect.protocol(backstage, folder), LIMITS.with("workMillisMax", 100));
                WireClient blocking = WireClient.connect(server)) {
            blocking.send(dialect.request("block g"));
            backstage.gate("g").awaitArrivals(1);
            List<WireClient> clients = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                clients.add(WireClient.connect(server));
                clients.getLast().send("put 3\nabc");
            }
            Eventually.holds("all were given up, in the queue or before it",
                    () -> server.count(Counter.LATE_WORK) == 1 + clients.size());
            for (WireClient client : clients) {
                client.readToAnyEnd();
            }
            backstage.gate("g").open();
            closeAll(clients);
        }
    }

    @Test
    void aLoopWhoseConnectionsAllWaitForRoomDoesNotSpin() throws Exception {
        assumeTrue(dialect.equals(Dialects.LINE), "HTTP has an answer for a request that is shed");
        var blocking = new WireClient[1];
        try (Running server = startWithBlockedWork(blocking)) {
            List<WireClient> clients = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                clients.add(WireClient.connect(server));
                clients.getLast().send("put 3\nabc");
            }
            Eventually.holds("the queue is full", () -> server.count(Counter.HAND_OVERS) > QUEUE_MAX);
            // The loop still has its other connections to serve: so many events, and hardly more polls.
            long before = server.count(Counter.POLLS);
            int events = 300;
            for (int i = 0; i < events; i++) {
                try (WireClient client = WireClient.connect(server)) {
                    client.halfClose().expectEnd();
                }
            }
            assertThat(server.count(Counter.POLLS) - before).isLessThan(20L * events);
            backstage.gate("g").open();
            for (WireClient client : clients) {
                assertThat(dialect.reply(client)).isEqualTo("352441c2");
            }
            closeAll(clients);
            blocking[0].close();
        }
    }

    @Test
    void aDrainServesWhatIsQueued() throws Exception {
        var blocking = new WireClient[1];
        Running server = startWithBlockedWork(blocking);
        List<WireClient> clients = new ArrayList<>();
        for (int i = 0; i < QUEUE_MAX; i++) {
            int lent = i + 2;
            clients.add(WireClient.connect(server));
            clients.getLast().send(dialect.request("echo queued"));
            Eventually.holds("it is queued", () -> load(server) >= lent);
        }
        Thread draining = Thread.ofPlatform().daemon().start(server::drain);
        backstage.gate("g").open();
        assertThat(dialect.reply(blocking[0])).isEqualTo("g");
        for (WireClient client : clients) {
            assertThat(dialect.reply(client)).isEqualTo("queued");
        }
        closeAll(clients);
        blocking[0].close();
        draining.join(WireClient.PATIENCE);
        assertThat(server.count(Counter.CLOSED)).isEqualTo(QUEUE_MAX + 1);
        assertThat(server.count(Counter.ABORTED)).isZero();
    }

    /// How many connections are queued or worked on.
    private static long load(Running server) {
        return server.queues().stream().mapToLong(Running.Level::value).sum();
    }

    private static void closeAll(List<WireClient> clients) throws IOException {
        for (WireClient client : clients) {
            client.close();
        }
    }
}
