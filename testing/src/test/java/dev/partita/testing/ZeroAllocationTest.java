package dev.partita.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.Protocol;
import dev.partita.http.AccessLog;
import dev.partita.http.AccessLog.Format;
import dev.partita.http.Http;
import dev.partita.limits.Limits;
import dev.partita.model.Amped;
import dev.partita.model.Mp;
import dev.partita.model.Seda;
import dev.partita.model.Sped;
import dev.partita.model.Symped;
import dev.partita.model.VirtualThreads;
import dev.partita.server.Running;
import dev.partita.server.ServerModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A request allocates nothing once the code is compiled: measured on every thread that touches one.
@Timeout(120)
class ZeroAllocationTest {
    private static final int CONNECTIONS = 4;
    private static final int BATCH = 1_024;
    /// Compilation comes in steps, and some of them throw away what was compiled before.
    private static final int BATCHES_MAX = 1_000;
    private static final int BATCHES_MAX_WITH_GARBAGE = 20;
    private static final int PIPELINED = 16;
    /// So many batches in a row have to allocate nothing.
    private static final int CLEAN_BATCHES = 3;
    private static final String HTTP = "GET /plaintext HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: test\r\n\r\n";
    private static final String LINE = "echo Hello, World!\n";

    @TempDir
    private static Path folder;

    static Stream<Arguments> modelsWithoutGarbage() {
        return Stream.<ServerModel>of(new Sped(), new Symped(2), new Amped(2), new Seda(2), new Mp(16))
                .flatMap(ZeroAllocationTest::overTransportsWithoutGarbage)
                .flatMap(under -> Dialects.all().stream().map(dialect -> Arguments.of(under, dialect)));
    }

    /// All but the JDK's channels, which allocate.
    private static Stream<Under> overTransportsWithoutGarbage(ServerModel model) {
        return Under.transports().stream()
                .filter(transport -> !transport.name().equals("nio"))
                .map(transport -> new Under(model, transport));
    }

    @ParameterizedTest
    @MethodSource("modelsWithoutGarbage")
    void aRequestAllocatesNothing(Under under, Dialect dialect) throws Exception {
        Map<String, Long> allocated = measure(under, dialect, 1, BATCHES_MAX);
        assertThat(allocated).allSatisfy((thread, bytes) -> assertThat(bytes).isZero());
    }

    @ParameterizedTest
    @MethodSource("modelsWithoutGarbage")
    void pipelinedRequestsAllocateNothing(Under under, Dialect dialect) throws Exception {
        Map<String, Long> allocated = measure(under, dialect, PIPELINED, BATCHES_MAX);
        assertThat(allocated).allSatisfy((thread, bytes) -> assertThat(bytes).isZero());
    }

    static Stream<Under> sped() {
        return overTransportsWithoutGarbage(new Sped());
    }

    @ParameterizedTest
    @MethodSource("sped")
    void aRouteWithParametersAllocatesNothing(Under under) throws Exception {
        String request = HTTP.replace("/plaintext", "/numbers/17/plaintext");
        Map<String, Long> allocated = measure(under, Dialects.HTTP, protocol(Dialects.HTTP), request, 1, BATCHES_MAX);
        assertThat(allocated).allSatisfy((thread, bytes) -> assertThat(bytes).isZero());
    }

    static Stream<Arguments> logged() {
        return Stream.<ServerModel>of(new Sped(), new Amped(2), new Seda(2), new Mp(16))
                .flatMap(ZeroAllocationTest::overTransportsWithoutGarbage)
                .flatMap(under -> Stream.of(1, PIPELINED).flatMap(pipelined -> Stream.of(Format.values())
                        .map(format -> Arguments.of(under, pipelined, format))));
    }

    @ParameterizedTest
    @MethodSource("logged")
    void aRequestThatIsLoggedAllocatesNothingEither(Under under, int pipelined, Format format) throws Exception {
        try (AccessLog access = AccessLog.to(folder.resolve("access.log"), format, Limits.defaults())) {
            Http http = ((Http) protocol(Dialects.HTTP)).observing(access);
            Map<String, Long> allocated = measure(under, Dialects.HTTP, http, HTTP, pipelined, BATCHES_MAX);
            // Now and then the compiler does not see through a system call any longer (the slice of CallMemory that the JDK
            // makes for errno, 40 bytes), depending on what it happens to compile first: then it gets another chance.
            for (int again = 0; again < 3 && sum(allocated) != 0; again++) {
                allocated = measure(under, Dialects.HTTP, http, HTTP, pipelined, BATCHES_MAX);
            }
            assertThat(allocated).allSatisfy((thread, bytes) -> assertThat(bytes).isZero());
        }
    }

    static Stream<Arguments> virtualThreads() {
        return overTransportsWithoutGarbage(new VirtualThreads())
                .flatMap(under -> Dialects.all().stream().map(dialect -> Arguments.of(under, dialect)));
    }

    /// The JDK allocates when it unparks a virtual thread, so this is printed and not asserted.
    @ParameterizedTest
    @MethodSource("virtualThreads")
    void aRequestOnAVirtualThreadAllocatesLittle(Under under, Dialect dialect) throws Exception {
        measure(under, dialect, 1, BATCHES_MAX_WITH_GARBAGE);
    }

    private static Map<String, Long> measure(Under under, Dialect dialect, int pipelined, int batchesMax)
            throws Exception {
        String request = dialect.toString().equals("http") ? HTTP : LINE;
        return measure(under, dialect, protocol(dialect), request, pipelined, batchesMax);
    }

    private static Protocol protocol(Dialect dialect) {
        return dialect.protocol(new Backstage(), folder);
    }

    /// What each of the server's threads has allocated in the last batch.
    private static Map<String, Long> measure(
            Under under, Dialect dialect, Protocol protocol, String one, int pipelined, int batchesMax)
            throws Exception {
        byte[] request = one.repeat(pipelined).getBytes(ISO_8859_1);
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        try (Running server = under.run(protocol, Under.SMALL)) {
            List<WireClient> clients = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                clients.add(WireClient.connect(server));
            }
            clients.getFirst().send(request);
            int replyLength = 0;
            for (int i = 0; i < pipelined; i++) {
                replyLength += length(clients.getFirst(), dialect);
            }
            ask(clients, request, replyLength, 1); // all of the threads are there now
            AllocationMeter meter = AllocationMeter.of(
                    thread -> !before.contains(thread) && !thread.getName().equals("background")
                            || under.model() instanceof VirtualThreads && thread.getName().startsWith("ForkJoinPool"));
            Map<String, Long> allocated = new TreeMap<>();
            int clean = 0;
            int batches = 0;
            while (clean < CLEAN_BATCHES && batches < batchesMax) {
                Map<String, Long> start = meter.bytes();
                ask(clients, request, replyLength, BATCH / CONNECTIONS / pipelined);
                allocated.clear();
                meter.bytes().forEach((thread, bytes) -> allocated.put(thread, bytes - start.getOrDefault(thread, 0L)));
                clean = sum(allocated) == 0 ? clean + 1 : 0;
                batches++;
            }
            System.out.printf(
                    "%s, %s, %d at a time: %.2f bytes allocated per request, after %d requests; %s%n",
                    under, dialect, pipelined, (double) sum(allocated) / BATCH, batches * BATCH, allocated);
            for (WireClient client : clients) {
                client.close();
            }
            return allocated;
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

    /// Reads a reply and says how long all of it is.
    private static int length(WireClient client, Dialect dialect) throws Exception {
        if (dialect.toString().equals("http")) {
            String head = client.readThrough("\r\n\r\n");
            return head.length() + client.readExactly("Hello, World!".length()).length;
        }
        String text = dialect.reply(client);
        return (text.length() + "\n" + text).length();
    }

    private static long sum(Map<String, Long> bytes) {
        return bytes.values().stream().mapToLong(Long::longValue).sum();
    }
}
