package dev.partita.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import dev.partita.model.Amped;
import dev.partita.model.Mp;
import dev.partita.model.Seda;
import dev.partita.model.Sped;
import dev.partita.model.Symped;
import dev.partita.model.VirtualThreads;
import dev.partita.server.Running;
import dev.partita.server.ServerModel;
import dev.partita.transport.Transport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// What each model is known for, its weaknesses too: facts of the article, not bugs. Shown by which thread does what and by
/// the order of events, never by time.
@ParameterizedClass(name = "{0}")
@MethodSource("transports")
@Timeout(60)
class CharacterTest {
    private static final Dialect LINE = Dialects.LINE;

    private final Transport transport;
    private final Backstage backstage = new Backstage();
    private final Log log = new Log();

    CharacterTest(Transport transport) {
        this.transport = transport;
    }

    static Stream<Named<Transport>> transports() {
        return Under.transports().stream().map(transport -> Named.of(transport.name(), transport));
    }

    @AfterEach
    void letEverybodyGo() {
        backstage.openAll();
        log.close();
        assertThat(log.without()).isEmpty();
    }

    private Running start(ServerModel model) throws IOException {
        return start(model, Under.SMALL);
    }

    private Running start(ServerModel model, Limits limits) throws IOException {
        return new Under(model, transport).run(new LineProtocol(backstage), limits);
    }

    // One that blocks, and another.

    @Test
    void underSpedOneBlockingRequestDelaysEveryOther() throws Exception {
        try (Running server = start(new Sped());
                WireClient blocking = WireClient.connect(server);
                WireClient other = WireClient.connect(server)) {
            assertThat(LINE.ask(other, "thread")).isEqualTo("loop");
            blocking.send("block g\n");
            backstage.gate("g").awaitArrivals(1);
            other.send("thread\n");
            // The thread that would have to answer stands at the gate.
            assertThat(backstage.gate("g").threads()).containsExactly("loop");
            assertThat(other.available()).isZero();
            backstage.gate("g").open();
            assertThat(LINE.reply(blocking)).isEqualTo("g");
            assertThat(LINE.reply(other)).isEqualTo("loop");
        }
    }

    @Test
    void underSympedABlockingRequestDelaysItsLoopOnly() throws Exception {
        try (Running server = start(new Symped(2, Symped.Accept.HAND_OVER))) {
            // The fewest connections first: two for each loop.
            List<WireClient> clients = new ArrayList<>();
            List<String> loops = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                clients.add(WireClient.connect(server));
                loops.add(LINE.ask(clients.getLast(), "thread"));
            }
            assertThat(Collections.frequency(loops, "loop-0")).isEqualTo(2);
            assertThat(Collections.frequency(loops, "loop-1")).isEqualTo(2);
            String blocked = loops.getFirst();
            clients.getFirst().send("block g\n");
            backstage.gate("g").awaitArrivals(1);
            assertThat(backstage.gate("g").threads()).containsExactly(blocked);
            int neighbour = loops.lastIndexOf(blocked);
            clients.get(neighbour).send("thread\n");
            for (int i = 0; i < 4; i++) {
                if (!loops.get(i).equals(blocked)) {
                    assertThat(LINE.ask(clients.get(i), "thread")).isEqualTo(loops.get(i)).isNotEqualTo(blocked);
                }
            }
            assertThat(clients.get(neighbour).available()).isZero();
            backstage.gate("g").open();
            assertThat(LINE.reply(clients.get(neighbour))).isEqualTo(blocked);
            closeAll(clients);
        }
    }

    @Test
    void underTheOthersABlockingRequestDelaysNobody() throws Exception {
        for (ServerModel model : List.of(
                new Mp(), new VirtualThreads(), new Amped(2), new Amped(1, true), new Seda(2))) {
            String gate = model.toString().replace(" ", "");
            try (Running server = start(model);
                    WireClient blocking = WireClient.connect(server);
                    WireClient other = WireClient.connect(server)) {
                blocking.send("block " + gate + "\n");
                backstage.gate(gate).awaitArrivals(1);
                for (int i = 0; i < 100; i++) {
                    assertThat(LINE.ask(other, "echo " + i)).isEqualTo("" + i);
                }
                backstage.gate(gate).open();
                assertThat(LINE.reply(blocking)).isEqualTo(gate);
            }
        }
    }

    @Test
    void underSpedInputOutputAndWorkAreOneThread() throws Exception {
        assertThat(threadsOf(new Sped(), 4)).containsExactly("loop");
    }

    // MP and VT.

    @Test
    void underMpEveryConnectionHasAThreadOfItsOwnThatEndsWithIt() throws Exception {
        try (Running server = start(new Mp())) {
            List<WireClient> clients = new ArrayList<>();
            Set<String> threads = new TreeSet<>();
            for (int i = 0; i < 5; i++) {
                clients.add(WireClient.connect(server));
                String thread = LINE.ask(clients.getLast(), "thread");
                assertThat(LINE.ask(clients.getLast(), "thread")).isEqualTo(thread).startsWith("mp-");
                threads.add(thread);
            }
            assertThat(threads).hasSize(5);
            closeAll(clients);
            Eventually.holds("the threads have ended", () -> Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> threads.contains(thread.getName())));
        }
    }

    @Test
    void underMpThereAreNoMoreConnectionsThanThreads() throws Exception {
        try (Running server = start(new Mp(2));
                WireClient first = WireClient.connect(server);
                WireClient second = WireClient.connect(server);
                WireClient third = WireClient.connect(server)) {
            third.send("echo third\n");
            assertThat(LINE.ask(first, "echo first")).isEqualTo("first");
            assertThat(LINE.ask(second, "echo second")).isEqualTo("second");
            assertThat(server.limits().connectionsMax()).isEqualTo(2);
            assertThat(server.count(Counter.ACCEPTED)).isEqualTo(2);
            first.leave();
            assertThat(LINE.reply(third)).isEqualTo("third");
        }
    }

    @Test
    void underVirtualThreadsEveryConnectionHasOne() throws Exception {
        assertThat(threadsOf(new VirtualThreads(), 4)).hasSize(4).allMatch(name -> name.startsWith("vt-"));
    }

    // AMPED.

    @Test
    void underAmpedWorkersWorkAndTheirNumberIsNotThatOfConnections() throws Exception {
        assertThat(threadsOf(new Amped(2), 20)).isSubsetOf("worker-0", "worker-1");
    }

    @Test
    void underAmpedInlineWhatNeverBlocksStaysWithTheMaster() throws Exception {
        try (Running server = start(new Amped(1, true)); WireClient client = WireClient.connect(server)) {
            assertThat(LINE.ask(client, "thread")).isEqualTo("master");
            backstage.gate("g").open();
            assertThat(LINE.ask(client, "block g")).isEqualTo("g");
            assertThat(backstage.gate("g").threads()).containsExactly("worker-0");
        }
    }

    @Test
    void underAmpedWhatIsQueuedBehindALongRequestWaitsWhileAnotherWorkerIsIdle() throws Exception {
        try (Running server = start(new Amped(2))) {
            List<WireClient> clients = connect(server, 5);
            // Both workers are busy, ...
            clients.get(0).send("block first\n");
            backstage.gate("first").awaitArrivals(1);
            clients.get(1).send("block second\n");
            backstage.gate("second").awaitArrivals(1);
            // ... and each of them has one in its queue.
            for (int i = 2; i <= 3; i++) {
                int lent = i + 1;
                clients.get(i).send("thread\n");
                Eventually.holds("it is queued", () -> server.count(Counter.HAND_OVERS) == lent);
            }
            String free = backstage.gate("first").threads().getFirst();
            String stuck = backstage.gate("second").threads().getFirst();
            assertThat(Set.of(free, stuck)).containsExactlyInAnyOrder("worker-0", "worker-1");
            backstage.gate("first").open();
            assertThat(LINE.reply(clients.get(0))).isEqualTo("first");
            // One worker is idle now, and serves whoever comes, again and again; the one queued before all of them waits on.
            for (int i = 0; i < 100; i++) {
                assertThat(LINE.ask(clients.get(4), "thread")).isEqualTo(free);
            }
            WireClient luckier = clients.get(2).available() > 0 ? clients.get(2) : clients.get(3);
            WireClient behind = clients.get(2).available() > 0 ? clients.get(3) : clients.get(2);
            assertThat(LINE.reply(luckier)).isEqualTo(free);
            assertThat(behind.available()).isZero();
            backstage.gate("second").open();
            assertThat(LINE.reply(behind)).isEqualTo(stuck);
            closeAll(clients);
        }
    }

    // SEDA.

    @Test
    void underSedaEveryStageHasThreadsOfItsOwn() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        try (Running server = start(new Seda(2, 2)); WireClient client = WireClient.connect(server)) {
            assertThat(LINE.ask(client, "thread")).matches("stage-work-[01]");
            assertThat(LINE.ask(client, "stages 3")).isEqualTo("parse work work work render");
            assertThat(Thread.getAllStackTraces().keySet())
                    .filteredOn(thread -> !before.contains(thread))
                    .extracting(Thread::getName)
                    .contains("acceptor", "network-0", "network-1", "stage-parse-0", "stage-parse-1", "stage-work-0",
                            "stage-work-1", "stage-render-0", "stage-render-1");
            // To the stage, then from stage to stage; READ takes it home.
            assertThat(server.count(Counter.REQUESTS)).isEqualTo(2);
        }
    }

    @Test
    void underSedaTheOthersGoOnWhileOneStageIsStuck() throws Exception {
        try (Running server = start(new Seda(1));
                WireClient blocking = WireClient.connect(server);
                WireClient other = WireClient.connect(server)) {
            // The line protocol does all but `stages` in the stage "work": that one is stuck now.
            blocking.send("block g\n");
            backstage.gate("g").awaitArrivals(1);
            assertThat(backstage.gate("g").threads()).containsExactly("stage-work");
            other.send("echo behind\n");
            assertThat(other.available()).isZero();
            try (WireClient third = WireClient.connect(server)) {
                third.halfClose().expectEnd(); // accepting, reading and closing go on
            }
            backstage.gate("g").open();
            assertThat(LINE.reply(other)).isEqualTo("behind");
        }
    }

    // SYMPED.

    @Test
    void underSympedEveryAcceptPolicyUsesItsLoops() throws Exception {
        for (Symped.Accept accept : Symped.Accept.values()) {
            assertThat(threadsOf(new Symped(2, accept), 40)).as(accept.toString()).isSubsetOf("loop-0", "loop-1");
        }
        assertThat(threadsOf(new Symped(2, Symped.Accept.HAND_OVER), 40)).containsExactly("loop-0", "loop-1");
        // A hash of 40 pairs of ports: that all fall to one loop has a chance of 1 in 2^39.
        assertThat(threadsOf(new Symped(2, Symped.Accept.REUSE_PORT), 40)).containsExactly("loop-0", "loop-1");
    }

    private Set<String> threadsOf(ServerModel model, int connections) throws IOException {
        Set<String> threads = new TreeSet<>();
        try (Running server = start(model)) {
            List<WireClient> clients = connect(server, connections);
            for (WireClient client : clients) {
                client.send("thread\n");
            }
            for (WireClient client : clients) {
                threads.add(LINE.reply(client));
            }
            closeAll(clients);
        }
        return threads;
    }

    private static List<WireClient> connect(Running server, int count) throws IOException {
        List<WireClient> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(WireClient.connect(server));
        }
        return clients;
    }

    private static void closeAll(List<WireClient> clients) throws IOException {
        for (WireClient client : clients) {
            client.close();
        }
    }
}
