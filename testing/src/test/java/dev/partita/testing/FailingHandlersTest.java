package dev.partita.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.http.Http;
import dev.partita.http.Request;
import dev.partita.http.Response;
import dev.partita.http.Routes;
import dev.partita.limits.Counter;
import dev.partita.server.Running;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Handlers that fail in every way, again and again: each costs its own request and nothing else. `-Dpartita.failures=N` says how
/// many failures under each model and transport, and `-Dpartita.model=Sped` that only this model is tried.
@Timeout(600)
class FailingHandlersTest {
    private static final int FAILURES = Integer.getInteger("partita.failures", 240);
    private static final String MODEL = System.getProperty("partita.model", "");
    private static final int CLIENTS = 8;
    private static final int WAYS = 6;
    /// Requests that a client sends at once: each way of failing, and one that does not fail.
    private static final String BATCH = IntStream.range(0, WAYS)
            .mapToObj(way -> "GET /fail/" + way + " HTTP/1.1\r\nHost: a\r\n\r\n")
            .collect(Collectors.joining("", "", "GET /well HTTP/1.1\r\nHost: a\r\n\r\n"));

    /// Strong, since the JDK forgets a logger that nobody holds.
    private static final Logger LOG = Logger.getLogger("dev.partita");

    @ParameterizedTest
    @MethodSource("under")
    void costTheirRequestsAndNothingElse(Under under) throws Exception {
        Level before = LOG.getLevel();
        LOG.setLevel(Level.OFF); // each failure has a record of its own
        List<WireClient> clients = new ArrayList<>();
        Routes routes = new Routes()
                .get("/fail/*", FailingHandlersTest::fail)
                .get("/well", (request, response) -> response.text("well"));
        try (Running server = under.run(Http.serving(routes), Under.SMALL)) {
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(WireClient.connect(server));
                converse(clients.getLast());
            }
            List<Thread> threads = serving();
            int rounds = FAILURES / (CLIENTS * WAYS) - 1;
            for (int round = 0; round < rounds; round++) {
                for (WireClient client : clients) {
                    converse(client);
                }
            }
            assertThat(threads).as("threads that were there before").allMatch(Thread::isAlive);
            assertThat(server.count(Counter.FAILURES)).isEqualTo((long) (rounds + 1) * CLIENTS * WAYS);
            assertThat(server.count(Counter.CLOSED)).isZero();
        } finally {
            LOG.setLevel(before);
            for (WireClient client : clients) {
                client.close();
            }
        }
    }

    static Stream<Under> under() {
        return Under.all().stream()
                .filter(each -> MODEL.isEmpty() || each.model().getClass().getSimpleName().equals(MODEL));
    }

    private static void converse(WireClient client) throws Exception {
        client.send(BATCH);
        for (int way = 0; way < WAYS; way++) {
            assertThat(client.readReply().status()).as("way " + way).isEqualTo(500);
        }
        assertThat(client.readReply().text()).isEqualTo("well");
    }

    /// Threads that work now; those of a pool of the JDK's come and go as they are needed.
    private static List<Thread> serving() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.getName().startsWith("ForkJoinPool"))
                .toList();
    }

    private static void fail(Request request, Response response) {
        switch (Integer.parseInt(request.rest())) {
            case 0 -> throw new IllegalStateException("asked to fail");
            case 1 -> overflow(0);
            case 2 -> throw new OutOfMemoryError("asked to fail");
            case 3 -> throw new AssertionError("asked to fail");
            case 4 -> throw new NoClassDefFoundError("asked to fail");
            default -> {
                response.text("once");
                response.text("twice");
            }
        }
    }

    private static int overflow(int depth) {
        return depth < 0 ? 0 : overflow(depth + 1) + 1; // the stack is over long before the numbers are
    }
}
