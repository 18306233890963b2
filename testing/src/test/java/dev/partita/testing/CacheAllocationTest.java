package dev.partita.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.partita.cache.Memcached;
import dev.partita.cache.Settings;
import dev.partita.model.Amped;
import dev.partita.model.Mp;
import dev.partita.model.Seda;
import dev.partita.model.Sped;
import dev.partita.model.Symped;
import dev.partita.server.Running;
import dev.partita.server.ServerModel;
import dev.partita.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Neither a get nor a set over another one allocates anything once the code is compiled, on any thread that touches it.
@Timeout(120)
class CacheAllocationTest {
    private static final int CONNECTIONS = 4;
    private static final int BATCH = 1_024;
    private static final int BATCHES_MAX = 1_000;
    private static final int CLEAN_BATCHES = 3;
    private static final int VALUE_BYTES = 1_000;

    static Stream<ServerModel> models() {
        return Stream.of(new Sped(), new Symped(2), new Amped(2), new Seda(2), new Mp(16));
    }

    @ParameterizedTest
    @MethodSource("models")
    void aGetAllocatesNothing(ServerModel model) throws Exception {
        assertThat(measure(model, "get key7 none key8\r\n", "END\r\n")).isZero();
    }

    @ParameterizedTest
    @MethodSource("models")
    void aMetaGetAllocatesNothing(ServerModel model) throws Exception {
        assertThat(measure(model, "mg key7 v c f t k O123\r\n", "x\r\n")).isZero();
    }

    @ParameterizedTest
    @MethodSource("models")
    void aSetOverAnotherOneAllocatesNothing(ServerModel model) throws Exception {
        String set = "set key7 0 0 " + VALUE_BYTES + "\r\n" + "x".repeat(VALUE_BYTES) + "\r\n";
        assertThat(measure(model, set, "STORED\r\n")).isZero();
    }

    /// Bytes allocated for a request, over all threads of the server, in the last batch.
    private static double measure(ServerModel model, String request, String last) throws Exception {
        Optional<Transport> epoll = Under.transports().stream().filter(each -> each.name().equals("epoll")).findFirst();
        assumeTrue(epoll.isPresent(), "the JDK's channels, which are all that is here, allocate");
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        try (Running server = new Under(model, epoll.get()).run(new Memcached(Settings.defaults()), Under.SMALL)) {
            List<WireClient> clients = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                clients.add(WireClient.connect(server));
            }
            for (int i = 0; i < 20; i++) {
                clients.getFirst()
                        .send("set key" + i + " 0 0 " + VALUE_BYTES + "\r\n" + "x".repeat(VALUE_BYTES) + "\r\n");
                clients.getFirst().readThrough("STORED\r\n");
            }
            byte[] bytes = request.getBytes(ISO_8859_1);
            clients.getFirst().send(bytes);
            int replyLength = clients.getFirst().readThrough(last).length();
            ask(clients, bytes, replyLength, 1); // all of the threads are there now
            AllocationMeter meter = AllocationMeter
                    .of(thread -> !before.contains(thread) && !thread.getName().equals("background"));
            long allocated = 0;
            int clean = 0;
            int batches = 0;
            while (clean < CLEAN_BATCHES && batches < BATCHES_MAX) {
                Map<String, Long> start = meter.bytes();
                ask(clients, bytes, replyLength, BATCH / CONNECTIONS);
                allocated = 0;
                for (var each : meter.bytes().entrySet()) {
                    allocated += each.getValue() - start.getOrDefault(each.getKey(), 0L);
                }
                clean = allocated == 0 ? clean + 1 : 0;
                batches++;
            }
            System.out.printf("%s over epoll, %s: %.2f bytes allocated per request, after %d requests%n", model,
                    request.substring(0, request.indexOf('\r')), (double) allocated / BATCH, batches * BATCH);
            for (WireClient client : clients) {
                client.close();
            }
            return (double) allocated / BATCH;
        }
    }

    private static void ask(List<WireClient> clients, byte[] request, int replyLength, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            for (WireClient client : clients) {
                client.send(request);
            }
            for (WireClient client : clients) {
                client.readExactly(replyLength);
            }
        }
    }
}
