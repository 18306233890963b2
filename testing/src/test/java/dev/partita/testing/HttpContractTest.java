package dev.partita.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import dev.partita.server.Running;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// What HTTP says on the wire when a model or a transport could change it.
@ParameterizedClass(name = "{0}")
@MethodSource("dev.partita.testing.Under#all")
@Timeout(60)
class HttpContractTest {
    private static final String GET = "GET /plaintext HTTP/1.1\r\nHost: test\r\n\r\n";

    @TempDir
    private static Path folder;

    private final Under under;
    private final Backstage backstage = new Backstage();
    private final Log log = new Log();

    HttpContractTest(Under under) {
        this.under = under;
    }

    @AfterEach
    void letEverybodyGo() {
        backstage.openAll();
        log.close();
        assertThat(log.without("asked to fail")).isEmpty();
    }

    private Running start() throws Exception {
        return start(Under.SMALL);
    }

    private Running start(Limits limits) throws Exception {
        return under.run(Dialects.HTTP.protocol(backstage, folder), limits);
    }

    @Test
    void keepsAConnectionAsHttp11Does() throws Exception {
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            client.send(GET);
            assertThat(client.readReply().field("Connection")).isEmpty();
            client.send("HEAD /plaintext HTTP/1.1\r\nHost: test\r\n\r\n");
            WireClient.HttpReply toHead = client.readReply(true);
            assertThat(toHead.field("Content-Length")).hasValue("13");
            client.send("GET /plaintext HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
            WireClient.HttpReply last = client.readReply();
            assertThat(last.text()).isEqualTo("Hello, World!");
            assertThat(last.field("Connection")).hasValue("close");
            client.expectEnd();
        }
    }

    @Test
    void knowsEachConnectionThoughManyTakeTurns() throws Exception {
        try (Running server = start(Under.SMALL.with("requestsPerConnectionMax", 3))) {
            List<WireClient> clients = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                clients.add(WireClient.connect(server));
            }
            WireClient inTheMiddle = clients.getFirst();
            for (int request = 1; request <= 3; request++) {
                inTheMiddle.send(GET.substring(0, 20));
                for (WireClient client : clients.reversed()) {
                    client.send(client == inTheMiddle ? GET.substring(20) : GET);
                    WireClient.HttpReply reply = client.readReply();
                    assertThat(reply.text()).isEqualTo("Hello, World!");
                    assertThat(reply.field("Connection").isPresent()).as("request %d", request).isEqualTo(request == 3);
                }
            }
            for (WireClient client : clients) {
                client.expectEnd();
                client.close();
            }
        }
    }

    @Test
    void closesAfterARequestInHttp10() throws Exception {
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            client.send("GET /plaintext HTTP/1.0\r\n\r\n");
            assertThat(client.readReply().text()).isEqualTo("Hello, World!");
            client.expectEnd();
        }
    }

    @Test
    void aHandlerThatThrowsIsA500AndTheConnectionGoesOn() throws Exception {
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            for (int i = 0; i < 5; i++) {
                client.send("GET /fail HTTP/1.1\r\nHost: test\r\n\r\n" + GET);
                WireClient.HttpReply failed = client.readReply();
                assertThat(failed.status()).isEqualTo(500);
                assertThat(failed.text()).doesNotContain("asked to fail");
                assertThat(client.readReply().text()).isEqualTo("Hello, World!");
            }
        }
    }

    @Test
    void answersWhatIsRightBeforeItRefusesWhatIsWrong() throws Exception {
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            client.send(GET + GET + "nonsense\r\n\r\n" + GET);
            assertThat(client.readReply().status()).isEqualTo(200);
            assertThat(client.readReply().status()).isEqualTo(200);
            WireClient.HttpReply refused = client.readReply();
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.field("Connection")).hasValue("close");
            client.expectEnd();
        }
    }

    @Test
    void asksForABodyThatIsHeldBackUntilThen() throws Exception {
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            client.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.readReply().status()).isEqualTo(100);
            client.send("abc");
            assertThat(client.readReply().text()).isEqualTo("abc");
        }
    }

    @Test
    void answersWhatNeedsNoBodyBeforeItAndGoesOn() throws Exception {
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            client.send("POST /nowhere HTTP/1.1\r\nHost: test\r\nContent-Length: 200000\r\n\r\n" + "x".repeat(100_000));
            assertThat(client.readReply().status()).isEqualTo(404);
            client.send("x".repeat(100_000) + GET);
            assertThat(client.readReply().text()).isEqualTo("Hello, World!");
            client.send("PUT /plaintext HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel");
            assertThat(client.readReply().status()).isEqualTo(405);
            client.send("lo\r\n0\r\n\r\n" + GET);
            assertThat(client.readReply().text()).isEqualTo("Hello, World!");
        }
    }

    @Test
    void whoWaitsToGoOnWithABodyThatNobodyWantsGetsTheAnswerAndTheEnd() throws Exception {
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            client.send("POST /nowhere HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
            WireClient.HttpReply reply = client.readReply();
            assertThat(reply.status()).isEqualTo(404);
            assertThat(reply.field("Connection")).hasValue("close");
            client.send("abc"); // it has not waited, and its answer has to arrive all the same
            client.expectEnd();
        }
    }

    @Test
    void aDrainSaysThatTheConnectionCloses() throws Exception {
        Running server = start();
        WireClient waiting = WireClient.connect(server);
        waiting.send("GET /wait/w HTTP/1.1\r\nHost: test\r\n\r\n");
        Backstage.PutOff reply = backstage.putOff("w");
        CompletableFuture<Boolean> drained = drain(server);
        reply.complete("done");
        WireClient.HttpReply last = waiting.readReply();
        assertThat(last.text()).isEqualTo("done");
        assertThat(last.field("Connection")).hasValue("close");
        waiting.send(GET); // too late, and yet the reply has to arrive
        waiting.expectEnd();
        waiting.close();
        assertThat(drained.get(10, TimeUnit.SECONDS)).isTrue();
    }

    /// An hour for idle connections: were they waited for after their answer, this would not end.
    @Test
    void aDrainAnswersIdleConnectionsOnceMoreAndWhatIsHalfSent() throws Exception {
        Running server = start(Under.SMALL.with("drainIdleMillis", 3_600_000).withDrain(Duration.ofHours(1)));
        WireClient idle = WireClient.connect(server);
        idle.send(GET);
        assertThat(idle.readReply().field("Connection")).isEmpty();
        WireClient half = WireClient.connect(server);
        half.send(GET.substring(0, 10));
        WireClient several = WireClient.connect(server);
        several.send(GET);
        assertThat(several.readReply().status()).isEqualTo(200);
        CompletableFuture<Boolean> drained = drain(server);
        half.send(GET.substring(10));
        idle.send(GET);
        several.send(GET + GET + GET);
        for (WireClient client : List.of(idle, half)) {
            assertThat(client.readReply().field("Connection")).hasValue("close");
            client.expectEnd();
            client.close();
        }
        assertThat(several.readReply().field("Connection")).as("more of it has arrived").isEmpty();
        assertThat(several.readReply().field("Connection")).isEmpty();
        assertThat(several.readReply().field("Connection")).hasValue("close");
        several.expectEnd();
        several.close();
        assertThat(drained.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aDrainAnswersWhatHasArrivedBehindABody() throws Exception {
        Running server = start(Under.SMALL.with("drainIdleMillis", 3_600_000).withDrain(Duration.ofHours(1)));
        List<WireClient> clients = List.of(WireClient.connect(server), WireClient.connect(server),
                WireClient.connect(server));
        for (WireClient client : clients) {
            client.send(GET);
            assertThat(client.readReply().status()).isEqualTo(200);
        }
        CompletableFuture<Boolean> drained = drain(server);
        List<String> bodies = List.of("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello",
                "POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                "POST /nowhere HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello");
        for (int i = 0; i < clients.size(); i++) {
            WireClient client = clients.get(i);
            client.send(bodies.get(i).repeat(2));
            String text = i == 2 ? "404 Not Found\n" : "hello";
            WireClient.HttpReply first = client.readReply();
            assertThat(first.text()).isEqualTo(text);
            assertThat(first.field("Connection")).as("one more has arrived").isEmpty();
            WireClient.HttpReply last = client.readReply();
            assertThat(last.text()).isEqualTo(text);
            assertThat(last.field("Connection")).hasValue("close");
            client.expectEnd();
            client.close();
        }
        assertThat(drained.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aDrainClosesItsSideOfWhatStaysIdleAndHearsItOut() throws Exception {
        Running server = start(Under.SMALL.with("drainIdleMillis", 20));
        List<WireClient> idle = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            WireClient client = WireClient.connect(server);
            client.send(GET);
            assertThat(client.readReply().status()).isEqualTo(200);
            idle.add(client);
        }
        CompletableFuture<Boolean> drained = drain(server);
        for (WireClient client : idle) {
            client.expectEnd();
            client.send(GET).send(GET); // had our socket been closed as a whole, the second one would fail
            client.expectEnd();
            client.close();
        }
        assertThat(drained.get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(server.count(Counter.CLOSED)).isEqualTo(6);
        assertThat(server.count(Counter.ABORTED) + server.count(Counter.BROKEN)).isZero();
    }

    /// Begins a drain and waits until the server knows of it.
    private static CompletableFuture<Boolean> drain(Running server) throws Exception {
        CompletableFuture<Boolean> drained = new CompletableFuture<>();
        try (WireClient witness = WireClient.connect(server)) {
            witness.send(GET);
            assertThat(witness.readReply().status()).isEqualTo(200);
            Thread.ofPlatform().daemon().start(() -> drained.complete(server.drain()));
            do {
                witness.send(GET);
            } while (witness.readReply().field("Connection").isEmpty());
        }
        return drained;
    }
}
