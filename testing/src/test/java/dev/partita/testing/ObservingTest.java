package dev.partita.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.Protocol;
import dev.partita.connection.RequestObserver;
import dev.partita.connection.Timeline;
import dev.partita.http.Http;
import dev.partita.http.HttpObserver;
import dev.partita.http.Routes;
import dev.partita.model.Amped;
import dev.partita.model.Seda;
import dev.partita.server.Running;
import dev.partita.server.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Whoever observes a server is told of every request, once and in order, and where its time went; in any protocol, under
/// every model, over every transport.
@ParameterizedClass(name = "{0}")
@MethodSource("dev.partita.testing.Under#all")
@Timeout(60)
class ObservingTest {
    @TempDir
    private static Path folder;

    private final Under under;
    private final Backstage backstage = new Backstage();
    private final List<Told> told = new CopyOnWriteArrayList<>();

    /// What an observer may keep of a request.
    private record Told(
            long accept, long lag, long queue, long work, long write, long duration, long bytes, boolean whole,
            Object peer) {
        static Told of(Object peer, Timeline times) {
            return new Told(
                    times.acceptWaitNanos(), times.loopLagNanos(), times.queueWaitNanos(), times.workNanos(),
                    times.writeWaitNanos(), times.durationNanos(), times.bytes(), times.isWhole(), peer);
        }
    }

    ObservingTest(Under under) {
        this.under = under;
    }

    @AfterEach
    void letEverybodyGo() {
        backstage.openAll();
    }

    private Running run(Protocol protocol, RequestObserver... observers) throws IOException {
        Server server = Server.of(protocol)
                .transport(under.transport())
                .limits(Under.SMALL)
                .observing((connection, times) -> told.add(Told.of(String.valueOf(connection.peer()), times)))
                .listen(0);
        for (RequestObserver each : observers) {
            server = server.observing(each);
        }
        return server.run(under.model());
    }

    private void awaitTold(int count) {
        Eventually.holds(count + " requests were told of", () -> told.size() >= count);
        assertThat(told).hasSize(count);
    }

    @Test
    void aRequestIsToldOfOnceWithWhereItsTimeWent() throws Exception {
        for (Dialect dialect : Dialects.all()) {
            told.clear();
            try (Running server = run(dialect.protocol(backstage, folder));
                    WireClient client = WireClient.connect(server)) {
                client.send(dialect.request("echo one"));
                assertThat(dialect.reply(client)).isEqualTo("one");
                awaitTold(1);
                client.send(dialect.request("echo two"));
                assertThat(dialect.reply(client)).isEqualTo("two");
                awaitTold(2);
            }
            assertThat(told).hasSize(2);
            assertThat(told.getFirst().accept).as("accept wait").isPositive();
            assertThat(told.getLast().accept).as("accept wait of a second request").isZero();
            boolean lends = under.model() instanceof Seda || under.model().equals(new Amped(2));
            for (Told each : told) {
                assertThat(each.whole).isTrue();
                assertThat(each.work).as("work").isPositive();
                assertThat(each.write).as("write wait").isPositive();
                assertThat(each.queue).as("queue wait").matches(nanos -> nanos > 0 == lends);
                assertThat(each.lag + each.queue + each.work + each.write).isLessThanOrEqualTo(each.duration);
            }
        }
    }

    @Test
    void pipelinedRequestsAreToldOfOneByOneAndTheirBytesAddUp() throws Exception {
        for (Dialect dialect : Dialects.all()) {
            told.clear();
            try (Running server = run(dialect.protocol(backstage, folder));
                    WireClient client = WireClient.connect(server)) {
                client.send(concat(
                        dialect.request("echo a"), dialect.request("big 100000"), dialect.request("stream 70000"),
                        dialect.request("echo b")));
                assertThat(dialect.reply(client)).isEqualTo("a");
                assertThat(dialect.reply(client)).hasSize(100_000);
                assertThat(dialect.reply(client)).hasSize(70_000);
                assertThat(dialect.reply(client)).isEqualTo("b");
                awaitTold(4);
                client.send(dialect.request("echo a"));
                assertThat(dialect.reply(client)).isEqualTo("a");
                awaitTold(5);
            }
            assertThat(told).extracting(Told::whole).containsOnly(true);
            assertThat(told.getLast().bytes).as("the same reply has as many bytes alone").isEqualTo(
                    told.getFirst().bytes);
            assertThat(told.get(1).bytes).isBetween(100_000L, 100_500L);
            assertThat(told.get(2).bytes).isBetween(70_000L, 70_500L);
            assertThat(told.get(3).bytes).isEqualTo(told.getFirst().bytes);
        }
    }

    @Test
    void aReplyThatIsGivenUpIsToldOfWithTheBytesThatWereSent() throws Exception {
        for (Dialect dialect : Dialects.all()) {
            told.clear();
            try (Log log = new Log();
                    Running server = run(dialect.protocol(backstage, folder));
                    WireClient client = WireClient.connect(server)) {
                client.send(dialect.request("break 50000"));
                byte[] all = client.readToAnyEnd();
                awaitTold(1);
                assertThat(log.without("failed")).isEmpty();
                assertThat(told.getFirst().whole).isFalse();
                assertThat(told.getFirst().bytes).isGreaterThanOrEqualTo(all.length).isLessThan(51_000);
            }
        }
    }

    @Test
    void aRequestWhoseClientGoesAwayIsToldOf() throws Exception {
        try (Running server = run(Dialects.HTTP.protocol(backstage, folder))) {
            try (WireClient client = WireClient.connect(server)) {
                client.send("POST /put HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf");
                client.send("of it");
            }
            awaitTold(1);
            assertThat(told.getFirst().whole).isFalse();
            assertThat(told.getFirst().bytes).isZero();
        }
    }

    @Test
    void aConnectionThatSaysNothingIsNoRequest() throws Exception {
        try (Running server = run(Dialects.HTTP.protocol(backstage, folder))) {
            WireClient.connect(server).close();
            WireClient half = WireClient.connect(server);
            half.send("GET / HT");
            half.close();
            Eventually.holds("both are closed", () -> server.connections() == 0);
        }
        assertThat(told).isEmpty();
    }

    @Test
    void anObserverOfHttpKnowsRequestAndResponse() throws Exception {
        List<String> lines = new CopyOnWriteArrayList<>();
        HttpObserver observer = (request, response, times) -> lines.add(
                request.line() + " -> " + (response.isSent(times) ? response.status() : "nothing"));
        Http http = Http.serving(new Routes()
                .get("/", (request, response) -> response.text("here"))
                .get("/fails", (request, response) -> {
                    throw new IllegalStateException("planted");
                }))
                .observing(observer);
        try (Log log = new Log(); Running server = run(http); WireClient client = WireClient.connect(server)) {
            for (String line : List.of("GET / HTTP/1.1", "GET /b?c HTTP/1.1", "GET /fails HTTP/1.1", "GET  / HTTP/1.1",
                    "GET /never HTTP/1.1")) {
                client.send(line + "\r\nHost: a\r\n\r\n");
            }
            assertThat(client.readReply().status()).isEqualTo(200);
            assertThat(client.readReply().status()).isEqualTo(404);
            assertThat(client.readReply().status()).isEqualTo(500);
            assertThat(client.readReply().status()).isEqualTo(400);
            client.expectEnd();
            awaitTold(4);
            assertThat(log.without("a handler failed")).isEmpty();
            assertThat(lines).containsExactly("GET / HTTP/1.1 -> 200", "GET /b?c HTTP/1.1 -> 404",
                    "GET /fails HTTP/1.1 -> 500", "GET  / HTTP/1.1 -> 400");
        }
    }

    @Test
    void theSizesAddUpToWhatTheClientGot() throws Exception {
        try (Running server = run(Dialects.HTTP.protocol(backstage, folder));
                WireClient client = WireClient.connect(server)) {
            client.send("POST /put HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
            String interim = client.readThrough("\r\n\r\n");
            client.send("body" + "GET /plaintext HTTP/1.1\r\nHost: a\r\n\r\n"
                    + "HEAD /plaintext HTTP/1.1\r\nHost: a\r\n\r\nGET /stream/9000 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            long received = (long) interim.length() + client.readToEnd().length;
            awaitTold(4);
            assertThat(told.stream().mapToLong(Told::bytes).sum()).isEqualTo(received);
        }
    }

    @Test
    void thePeerHasTheAddressOfTheClient() throws Exception {
        try (Running server = run(Dialects.HTTP.protocol(backstage, folder));
                WireClient client = WireClient.connect(server)) {
            client.send("GET /plaintext HTTP/1.1\r\nHost: a\r\n\r\n");
            client.readReply();
            awaitTold(1);
            assertThat(told.getFirst().peer).isEqualTo(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), client.localPort()).toString()
                            .replace("localhost", ""));
        }
    }

    private static byte[] concat(byte[]... pieces) {
        var all = new StringBuilder();
        for (byte[] piece : pieces) {
            all.append(new String(piece, ISO_8859_1));
        }
        return all.toString().getBytes(ISO_8859_1);
    }
}
