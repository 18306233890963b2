package dev.partita.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import dev.partita.model.Amped;
import dev.partita.model.Sped;
import dev.partita.model.Symped;
import dev.partita.server.Running;
import dev.partita.server.Server;
import dev.partita.server.ServerModel;
import dev.partita.transport.Transport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What ends by itself after a time, under every model and transport. All servers at once, so that the time passes only once.
@Timeout(60)
class DeadlineTest {
    private static final Limits SOON = Under.SMALL.with(Map.of(
            "headMillisMax", 100L, "bodyMillisGrace", 100L, "bodyBytesPerSecondMin", 1_000_000L, "writeMillisMax", 100L,
            "idleMillisMax", 100L, "workMillisMax", 100L));

    /// A loop looks once a second; one that spins makes as many in a hundredth of that.
    private static final long POLLS_OF_AN_IDLE_SERVER_MAX = 1_000;

    @TempDir
    private static Path folder;

    private final Backstage backstage = new Backstage();
    private final List<Running> servers = new ArrayList<>();
    private final List<WireClient> clients = new ArrayList<>();

    @AfterEach
    void endAll() throws Exception {
        backstage.openAll();
        for (WireClient client : clients) {
            client.close();
        }
        servers.forEach(Running::close);
    }

    private void start(Dialect dialect, Limits limits) throws Exception {
        for (Under under : Under.all()) {
            servers.add(under.run(dialect.protocol(backstage, folder), limits));
        }
        for (Under under : AmpedOverSlots.all()) {
            servers.add(under.run(dialect.protocol(backstage, folder), limits));
        }
    }

    /// A client of each server that has said something.
    private void say(byte[] bytes) throws Exception {
        for (Running server : servers) {
            clients.add(WireClient.connect(server.port(), 4_096));
            clients.getLast().send(bytes);
        }
    }

    private void awaitOneEach(Counter counter) {
        for (Running server : servers) {
            Eventually.holds(
                    counter.description() + ": 1 under " + server.model() + " over " + server.transport().name(),
                    () -> server.count(counter) == 1);
        }
    }

    private void awaitAllClosed() {
        for (Running server : servers) {
            Eventually.holds("it was closed under " + server.model(), () -> server.count(Counter.CLOSED) == 1);
        }
    }

    @Test
    void aLingeringConnectionEndsEvenIfThePeerNeverCloses() throws Exception {
        start(Dialects.LINE, Under.SMALL);
        say(Dialects.LINE.request("quit"));
        for (WireClient client : clients) {
            assertThat(Dialects.LINE.reply(client)).isEqualTo("bye");
            client.expectEnd();
        }
        awaitAllClosed();
    }

    @Test
    void aConnectionThatSaysNothingIsClosed() throws Exception {
        start(Dialects.HTTP, SOON);
        say(Dialects.HTTP.request("echo one"));
        for (WireClient client : clients) {
            assertThat(Dialects.HTTP.reply(client)).isEqualTo("one");
            client.expectEnd();
        }
        awaitOneEach(Counter.LATE_IDLE);
        awaitAllClosed();
    }

    @Test
    void aHeadThatTakesTooLongIs408() throws Exception {
        start(Dialects.HTTP, SOON);
        say("GET / HTT".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        for (WireClient client : clients) {
            assertThat(client.readReply().status()).isEqualTo(408);
            client.expectEnd();
        }
        awaitOneEach(Counter.LATE_HEADS);
    }

    @Test
    void h16ABodyThatIsAskedForAndNeverComesIs408() throws Exception {
        start(Dialects.HTTP, SOON);
        say(String.join("\r\n", "POST /put HTTP/1.1", "Host: a", "Expect: 100-continue", "Content-Length: 5", "", "")
                .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        for (WireClient client : clients) {
            assertThat(client.readReply().status()).isEqualTo(100);
            assertThat(client.readReply().status()).isEqualTo(408);
            client.expectEnd();
        }
        awaitOneEach(Counter.LATE_BODIES);
    }

    /// A socket that stays ready, since nobody wants what it is ready for, must not keep its loop awake.
    @Test
    void t12ALoopWithHalfDeadConnectionsDoesNotSpin() throws Exception {
        start(Dialects.HTTP, Under.SMALL.with("headMillisMax", 500));
        say(Dialects.HTTP.request("wait w"));
        List<Backstage.PutOff> replies = new ArrayList<>();
        for (WireClient client : clients) {
            replies.add(backstage.putOff("w"));
            client.halfClose();
        }
        say("GET / HTT".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        long[] polls = servers.stream().mapToLong(server -> server.count(Counter.POLLS)).toArray();
        awaitOneEach(Counter.LATE_HEADS);
        for (int i = 0; i < polls.length; i++) {
            assertThat(servers.get(i).count(Counter.POLLS) - polls[i]).as("polls under " + servers.get(i).model())
                    .isLessThan(POLLS_OF_AN_IDLE_SERVER_MAX);
        }
        replies.forEach(reply -> reply.complete("late"));
    }

    @Test
    void aBodyThatTakesTooLongIs408() throws Exception {
        start(Dialects.HTTP, SOON);
        say(Dialects.HTTP.request("put 100"));
        for (WireClient client : clients) {
            assertThat(client.readReply().status()).isEqualTo(408);
            client.expectEnd();
        }
        awaitOneEach(Counter.LATE_BODIES);
    }

    @Test
    void aPeerThatDoesNotReadIsReset() throws Exception {
        start(Dialects.HTTP, Under.SMALL.with("writeMillisMax", 100)); // the work may take its time
        say(Dialects.HTTP.request("big 4000000"));
        awaitOneEach(Counter.LATE_WRITES);
        for (WireClient client : clients) {
            assertThat(client.readToAnyEnd().length).isLessThan(4_000_000);
        }
        awaitAllClosed();
    }

    @Test
    void theKernelTakesLittleForAPeerThatDoesNotRead() throws Exception {
        for (Transport transport : Under.transports()) {
            if (transport.name().equals("nio")) {
                continue; // the JDK has no TCP_NOTSENT_LOWAT
            }
            servers.add(Server.of(Dialects.HTTP.protocol(backstage, folder))
                    .transport(transport)
                    .limits(Under.SMALL.with("writeMillisMax", 100))
                    .listen(0)
                    .run(new Sped()));
        }
        say(Dialects.HTTP.request("big 4000000"));
        awaitOneEach(Counter.LATE_WRITES);
        // 128 KiB that are not sent, what is under way, and the client's buffer; without the option 2.6 MB on loopback.
        assertThat(servers).allSatisfy(server -> assertThat(server.count(Counter.BYTES_OUT)).isLessThan(1_000_000));
        awaitAllClosed();
    }

    @Test
    void workThatTakesTooLongIsGivenUpWhereTheModelCan() throws Exception {
        try (Log log = new Log()) {
            start(Dialects.HTTP, SOON);
            say(Dialects.HTTP.request("block g"));
            backstage.gate("g").awaitArrivals(servers.size());
            for (int i = 0; i < servers.size(); i++) {
                ServerModel model = servers.get(i).model();
                if (model instanceof Amped || model instanceof AmpedOverSlots) {
                    assertThat(clients.get(i).readReply().status()).as(model.toString()).isEqualTo(503);
                    clients.get(i).expectEnd();
                } else if (!isItsLoopBusy(model)) {
                    assertThat(clients.get(i).readToAnyEnd()).as(model.toString()).isEmpty();
                }
            }
            awaitOneEach(Counter.STUCK);
            assertThat(log.without("busy with one request for more than 100 ms")).isEmpty();
            backstage.gate("g").open();
            for (int i = 0; i < servers.size(); i++) {
                boolean busy = isItsLoopBusy(servers.get(i).model());
                if (busy) {
                    assertThat(Dialects.HTTP.reply(clients.get(i))).isEqualTo("g");
                }
                assertThat(servers.get(i).count(Counter.LATE_WORK)).isEqualTo(busy ? 0 : 1);
                clients.get(i).close();
            }
            awaitAllClosed();
            clients.clear();
            say(Dialects.HTTP.request("echo on"));
            for (WireClient client : clients) {
                assertThat(Dialects.HTTP.reply(client)).isEqualTo("on");
            }
        }
    }

    /// True if the one thread that could answer is the one that works.
    private static boolean isItsLoopBusy(ServerModel model) {
        return model instanceof Sped || model instanceof Symped;
    }

    @Test
    void aReplyThatWasPutOffForTooLongIs503() throws Exception {
        start(Dialects.HTTP, SOON);
        say(Dialects.HTTP.request("wait w"));
        for (WireClient client : clients) {
            assertThat(client.readReply().status()).isEqualTo(503);
        }
        for (Running server : servers) {
            // A process that works has a clock of its own: it may have given the request up as well as its master.
            long most = server.model() instanceof AmpedOverSlots ? 2 : 1;
            Eventually.holds("it was given up under " + server.model(),
                    () -> server.count(Counter.LATE_WORK) > 0 && server.count(Counter.LATE_WORK) <= most);
        }
        for (WireClient client : clients) {
            backstage.putOff("w").complete("too late");
            client.close();
        }
        awaitAllClosed();
    }
}
