package dev.partita.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.partita.http.Handler;
import dev.partita.http.Http;
import dev.partita.limits.Counter;
import dev.partita.load.ErrorKind;
import dev.partita.load.HttpDialogue;
import dev.partita.load.HttpDialogue.Request;
import dev.partita.load.Load;
import dev.partita.load.LoadRun;
import dev.partita.load.Progress;
import dev.partita.load.RawDialogue;
import dev.partita.load.Result;
import dev.partita.model.Sped;
import dev.partita.server.Running;
import dev.partita.transport.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// The load generator against real servers, over every transport.
@ParameterizedClass(name = "{0}")
@MethodSource("dev.partita.testing.Under#transports")
@Timeout(60)
class LoadTest {
    private static final Handler HELLO = Handler.neverBlocking((request, response) -> response.text("Hello, World!"));

    private final Transport transport;

    LoadTest(Transport transport) {
        this.transport = transport;
    }

    private Running serve(Handler handler) throws IOException {
        return new Under(new Sped(), transport).run(Http.serving(handler), Under.SMALL);
    }

    private Load load(Running server, List<Request> mix) {
        return Load.of(HttpDialogue.of(URI.create("http://127.0.0.1:" + server.port()), mix))
                .transport(transport)
                .connections(8)
                .warmUp(Duration.ZERO)
                .duration(Duration.ofMillis(500));
    }

    private static Request get(int weight, String path) {
        return Request.of(weight, "GET", path, new byte[0]);
    }

    @Test
    void everyRequestThatIsDueIsMadeOnceAndAnswered() throws Exception {
        try (Running server = serve(HELLO)) {
            Result result = load(server, List.of(get(1, "/"))).rate(1_000).warmUp(Duration.ofMillis(200)).run();
            assertThat(result.served()).isEqualTo(500);
            assertThat(result.failed()).isZero();
            assertThat(result.latency().getTotalCount()).isEqualTo(500);
            assertThat(server.count(Counter.REQUESTS)).isEqualTo(700);
            assertThat(server.count(Counter.ACCEPTED)).isEqualTo(8);
            Eventually.holds("every connection is closed in order", () -> server.connections() == 0);
            assertThat(server.count(Counter.BROKEN)).isZero();
        }
    }

    @Test
    void aClosedLoopOfSeveralThreadsAndPipelinesGoesOnUntilTheEnd() throws Exception {
        try (Running server = serve(HELLO)) {
            Result result = load(server, List.of(get(1, "/"))).closed().threads(2).pipeline(4).run();
            assertThat(result.served()).isGreaterThan(8 * 4);
            assertThat(result.failed()).isZero();
            assertThat(server.count(Counter.REQUESTS)).isEqualTo(result.served());
        }
    }

    @Test
    void eachKindOfAMixHasItsLatencyAndItsErrors() throws Exception {
        Handler handler = Handler.neverBlocking((request, response) -> {
            switch (request.path()) {
                case "/bad" -> response.status(404).text("no");
                case "/worse" -> response.status(503).text("no");
                default -> response.text(request.path());
            }
        });
        List<Request> mix = List.of(get(5, "/a"), Request.of(3, "POST", "/b", new byte[20_000]), get(1, "/bad"),
                get(1, "/worse"), Request.of(2, "HEAD", "/c", new byte[0]));
        try (Running server = serve(handler)) {
            Result result = load(server, mix).rate(1_000).run();
            assertThat(result.kinds()).extracting(Result.OfKind::name)
                    .containsExactly("GET /a", "POST /b", "GET /bad", "GET /worse", "HEAD /c");
            assertThat(result.kinds().get(0).latency().getTotalCount()).isPositive();
            assertThat(result.kinds().get(1).latency().getTotalCount()).isPositive();
            assertThat(result.kinds().get(2).latency().getTotalCount()).isZero();
            assertThat(result.errors().get(ErrorKind.STATUS_4XX)).isPositive();
            assertThat(result.errors().get(ErrorKind.STATUS_5XX)).isPositive();
            assertThat(result.refused().getTotalCount()).isEqualTo(result.failed());
            assertThat(result.requests()).isEqualTo(500);
        }
    }

    @Test
    void aNewConnectionForEachRequest() throws Exception {
        try (Running server = serve(HELLO)) {
            Result result = load(server, List.of(get(1, "/"))).rate(400).requestsPerConnection(1).run();
            assertThat(result.served()).isEqualTo(200);
            assertThat(result.opened()).isEqualTo(200);
            assertThat(server.count(Counter.ACCEPTED)).isEqualTo(200);
        }
    }

    @Test
    void slowReadersTakeLittle() throws Exception {
        Handler large = Handler.neverBlocking((request, response) -> response.bytes("x/y", new byte[1 << 20]));
        try (Running server = serve(large)) {
            Result result = load(server, List.of(get(1, "/"))).rate(5).connections(1).slowReaders(3)
                    .duration(Duration.ofSeconds(2)).run();
            assertThat(result.served()).isEqualTo(10);
            assertThat(result.slowBytes()).isBetween(3L, 3L << 18);
        }
    }

    @Test
    void whatIsStoppedEarlyIsAResult() throws Exception {
        try (Running server = serve(HELLO)) {
            var running = new AtomicReference<LoadRun>();
            LoadRun run = load(server, List.of(get(1, "/"))).rate(200).duration(Duration.ofHours(1))
                    .start(new Progress() {
                        @Override
                        public void second(Second second, Histogram latency) {
                            Objects.requireNonNull(running.get()).stop();
                        }
                    });
            running.set(run);
            Result result = run.await();
            assertThat(result.stopped()).isTrue();
            assertThat(result.served()).isGreaterThan(100);
            assertThat(result.measured()).isLessThan(Duration.ofMinutes(1));
            assertThat(result.seconds()).isNotEmpty();
        }
    }

    @Test
    void whereNobodyListensItSaysSo() throws Exception {
        int port;
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = taken.getLocalPort();
        }
        Load load = Load.of(HttpDialogue.get(URI.create("http://127.0.0.1:" + port))).transport(transport).rate(10);
        assertThatThrownBy(load::run).isInstanceOf(IOException.class)
                .hasMessage("cannot connect to 127.0.0.1:" + port + ": nobody answers there; start the server first");
    }

    @Test
    void repliesThatEndTooEarlyAreErrors() throws Exception {
        Thread thread;
        try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            thread = Thread.ofPlatform().start(() -> {
                try {
                    while (true) {
                        try (Socket peer = server.accept()) {
                            if (peer.getInputStream().read(new byte[4]) > 0) {
                                peer.getOutputStream().write("ye".getBytes(ISO_8859_1));
                            }
                        }
                    }
                } catch (IOException closed) {
                    // The test is over.
                }
            });
            var dialogue = new RawDialogue("ask\n".getBytes(ISO_8859_1), "\n".getBytes(ISO_8859_1));
            Result result = Load.of(dialogue, new InetSocketAddress(server.getInetAddress(), server.getLocalPort()))
                    .transport(transport)
                    .connections(1)
                    .rate(20)
                    .warmUp(Duration.ZERO)
                    .duration(Duration.ofMillis(500))
                    .run();
            assertThat(result.errors()).containsEntry(ErrorKind.EARLY_END, 10L);
            assertThat(result.isVoid()).as("nothing was answered").isTrue();
        }
        thread.join();
    }

    @Test
    void anotherMachineIsNotPutUnderLoadUnlessItsOwnerSaysSo() {
        Load load = Load.of(HttpDialogue.get(URI.create("http://192.0.2.1/"))).rate(1);
        assertThatThrownBy(() -> load.start(Progress.NONE)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("another machine");
    }

    @Test
    void aLoadIsAnOpenLoopOrAClosedOne() {
        Load load = Load.of(HttpDialogue.get(URI.create("http://127.0.0.1/")));
        assertThatThrownBy(load::run).isInstanceOf(IllegalStateException.class).hasMessageContaining("rate", "closed");
    }
}
