package dev.partita.testing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.partita.connection.Connection;
import dev.partita.connection.Protocol;
import dev.partita.connection.Session;
import dev.partita.connection.Step;
import dev.partita.limits.Counter;
import dev.partita.limits.Phase;
import dev.partita.limits.Refusal;
import dev.partita.loop.ConnectionThreads;
import dev.partita.loop.EventLoop;
import dev.partita.loop.Schedule;
import dev.partita.model.Amped;
import dev.partita.model.Seda;
import dev.partita.server.Running;
import dev.partita.server.Server;
import dev.partita.server.ServerModel;
import dev.partita.server.Tasks;
import dev.partita.server.Wiring;
import dev.partita.transport.AcceptPolicy;
import dev.partita.transport.Transport;
import dev.partita.transport.Wire;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What a program throws where it is asked for something besides its work: that costs its own connection at most, and neither the
/// thread that asked nor anybody else whom that thread serves.
@Timeout(60)
class FailingHooksTest {
    private static final String PLANTED = "planted";

    private final Backstage backstage = new Backstage();
    private final Log log = new Log();
    /// Whose session fails, by its port; 0 while none does.
    private volatile int failing;

    @AfterEach
    void nothingElseWentWrong() {
        backstage.openAll();
        log.close();
        assertThat(log.without(PLANTED, "busy with one request")).isEmpty();
    }

    static Stream<Under> seda() {
        return Under.all().stream().filter(under -> under.model() instanceof Seda);
    }

    @ParameterizedTest
    @MethodSource("dev.partita.testing.Under#all")
    void aSessionThatFailsWhileTheServerDrainsCostsItsConnection(Under under) throws Exception {
        try (Running server = under.run(new Failing(), Under.SMALL);
                WireClient one = WireClient.connect(server);
                WireClient waiting = WireClient.connect(server)) {
            assertThat(Dialects.LINE.ask(one, "echo one")).isEqualTo("one");
            waiting.send(Dialects.LINE.request("wait w"));
            Backstage.PutOff reply = backstage.putOff("w");
            failing = one.localPort();

            var drained = new CompletableFuture<Boolean>();
            Thread.ofPlatform().daemon().start(() -> drained.complete(server.drain()));
            assertThat(one.readToAnyEnd()).isEmpty();
            reply.complete("done");
            assertThat(Dialects.LINE.reply(waiting)).isEqualTo("done");
            waiting.expectEnd();
            waiting.leave();
            assertThat(drained.get(10, SECONDS)).isTrue();
            assertThat(server.count(Counter.FAILURES)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @MethodSource("seda")
    void aSessionThatCannotNameItsStageCostsItsConnection(Under under) throws Exception {
        try (Running server = under.run(new Failing(), Under.SMALL);
                WireClient one = WireClient.connect(server);
                WireClient other = WireClient.connect(server)) {
            failing = one.localPort();
            one.send(Dialects.LINE.request("stages 2"));
            assertThat(one.readToAnyEnd()).isEmpty();
            assertThat(Dialects.LINE.ask(other, "stages 2")).isEqualTo("parse work work render");
            assertThat(server.count(Counter.FAILURES)).isEqualTo(1);
            Eventually.holds("its slot is free", () -> server.connections() == 1);
        }
    }

    /// All servers at once, so that the time passes only once.
    @Test
    void aLateReplyThatCannotBeMadeCostsItsConnection() throws Exception {
        List<Running> servers = new ArrayList<>();
        List<WireClient> late = new ArrayList<>();
        List<WireClient> others = new ArrayList<>();
        try {
            for (Under under : Under.all()) {
                if (under.model() instanceof Amped) {
                    servers.add(under.run(new Failing(), Under.SMALL.with("workMillisMax", 100)));
                    others.add(WireClient.connect(servers.getLast()));
                    late.add(WireClient.connect(servers.getLast()));
                    late.getLast().send(Dialects.LINE.request("block g"));
                }
            }
            backstage.gate("g").awaitArrivals(servers.size());
            for (int i = 0; i < servers.size(); i++) {
                Running server = servers.get(i);
                Eventually.holds("the late reply was asked for", () -> server.count(Counter.FAILURES) == 1);
                assertThat(Dialects.LINE.ask(others.get(i), "echo on")).isEqualTo("on");
                assertThat(server.count(Counter.LATE_WORK)).isEqualTo(1);
            }
            backstage.gate("g").open();
            for (WireClient client : late) {
                assertThat(client.readToAnyEnd()).isEmpty();
            }
        } finally {
            backstage.openAll();
            for (WireClient client : Stream.concat(late.stream(), others.stream()).toList()) {
                client.close();
            }
            servers.forEach(Running::close);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.partita.testing.Under#transports")
    void aScheduleThatFailsCostsNobodyAnything(Transport transport) throws Exception {
        var failures = new AtomicInteger(3);
        Schedule schedule = () -> {
            if (failures.getAndDecrement() > 0) {
                throw new IllegalStateException(PLANTED);
            }
            return Schedule.NEVER;
        };
        try (Running server = run(new Own(schedule, loop -> loop), transport);
                WireClient client = WireClient.connect(server)) {
            assertThat(Dialects.LINE.ask(client, "echo on")).isEqualTo("on");
            Eventually.holds("it has failed", () -> server.count(Counter.FAILURES) == 3);
            assertThat(Dialects.LINE.ask(client, "echo still")).isEqualTo("still");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.partita.testing.Under#transports")
    void anAcceptPolicyThatFailsCostsOneConnection(Transport transport) throws Exception {
        var failures = new AtomicInteger(1);
        UnaryOperator<AcceptPolicy> policy = loop -> connection -> {
            if (failures.getAndDecrement() > 0) {
                throw new OutOfMemoryError(PLANTED);
            }
            loop.place(connection);
        };
        try (Running server = run(new Own(() -> Schedule.NEVER, policy), transport);
                WireClient lost = WireClient.connect(server)) {
            Eventually.holds("it has failed", () -> server.count(Counter.FAILURES) == 1);
            assertThat(lost.available()).isZero();
            try (WireClient client = WireClient.connect(server)) {
                assertThat(Dialects.LINE.ask(client, "echo on")).isEqualTo("on");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.partita.testing.Under#transports")
    void aConversationThatFailsKeepsNoDescriptor(Transport transport) throws Exception {
        int count = 40;
        try (Running server = run(new FailingConversations(), transport)) {
            converse(server, 1); // what is made once is there afterwards
            long before = descriptors();
            converse(server, count);
            assertThat(server.count(Counter.FAILURES)).isEqualTo(count + 1);
            assertThat(descriptors() - before).isLessThan(count);
        }
    }

    private static void converse(Running server, int count) throws IOException {
        long before = server.count(Counter.CLOSED);
        for (int i = 0; i < count; i++) {
            try (WireClient client = WireClient.connect(server)) {
                client.send("x");
                assertThat(client.readToAnyEnd()).isEmpty();
            }
        }
        Eventually.holds("all are closed", () -> server.count(Counter.CLOSED) == before + count);
    }

    private static long descriptors() {
        return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getOpenFileDescriptorCount();
    }

    private Running run(ServerModel model, Transport transport) throws IOException {
        return new Under(model, transport).run(new Failing(), Under.SMALL);
    }

    /// SPED with a schedule and an accept policy of one's own.
    private record Own(Schedule schedule, UnaryOperator<AcceptPolicy> policy) implements ServerModel {
        @Override
        public Running start(Server server) throws IOException {
            try (var wiring = new Wiring(server, this)) {
                EventLoop loop = wiring.loop("loop", self -> connection -> advance(self.wire(), connection));
                loop.schedule(schedule);
                wiring.listen(loop, policy.apply(loop));
                return wiring.start();
            }
        }

        private static boolean advance(Wire wire, Connection c) {
            return switch (c.next()) {
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

        @Override
        public Tasks tasks() {
            return new Tasks("a loop", "a loop", "a loop");
        }
    }

    /// MP whose conversations fail.
    private record FailingConversations() implements ServerModel {
        @Override
        public Running start(Server server) throws IOException {
            try (var wiring = new Wiring(server, this)) {
                ConnectionThreads threads = wiring.threads("own", (wire, connection) -> {
                    wire.read(connection);
                    throw new IllegalStateException(PLANTED);
                });
                wiring.listen(wiring.acceptor("acceptor"), threads);
                return wiring.start();
            }
        }

        @Override
        public Tasks tasks() {
            return new Tasks("an acceptor", "a thread each", "a thread each");
        }
    }

    /// The line protocol, with answers to its server that are exceptions.
    private final class Failing implements Protocol {
        private final LineProtocol lines = new LineProtocol(backstage);

        @Override
        public Session open(Connection connection) {
            return new FailingSession(connection, lines.open(connection));
        }

        @Override
        public List<String> stages() {
            return lines.stages();
        }

        @Override
        public byte[] lateReply() {
            throw new IllegalStateException(PLANTED);
        }
    }

    private final class FailingSession implements Session {
        private final Connection connection;
        private final Session line;

        FailingSession(Connection connection, Session line) {
            this.connection = connection;
            this.line = line;
        }

        private void failIf(boolean time) {
            if (time && failing != 0 && connection.peer() instanceof InetSocketAddress peer
                    && peer.getPort() == failing) {
                throw new IllegalStateException(PLANTED);
            }
        }

        @Override
        public Step next() {
            return line.next();
        }

        @Override
        public void work() {
            line.work();
        }

        /// Fails on a thread of a stage's.
        @Override
        public int stage() {
            int stage = line.stage();
            failIf(Thread.currentThread().getName().startsWith("stage-"));
            return stage;
        }

        @Override
        public Phase phase() {
            failIf(connection.isLastCall());
            return line.phase();
        }

        @Override
        public boolean refuse(Refusal why) {
            return line.refuse(why);
        }

        @Override
        public boolean mayReplyLate() {
            return true;
        }

        @Override
        public boolean reset() {
            return line.reset();
        }
    }
}
