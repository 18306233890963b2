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
import dev.partita.transport.Transports;
import java.io.BufferedReader;
import java.nio.file.Files;
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
///
/// Whether the compiler sees through a system call (the slice of `CallMemory` that the JDK makes for errno, 40 bytes) depends on
/// what else has run in the same JVM; a server has one model and one transport in its own. So what is not clean here is
/// tried in a JVM of its own, and has to be clean there.
@Timeout(180)
class ZeroAllocationTest {
    private static final int CONNECTIONS = 4;
    private static final int BATCH = 1_024;
    /// Compilation comes in steps, and some of them throw away what was compiled before.
    private static final int BATCHES_MAX = 1_000;
    private static final int BATCHES_MAX_AMONG_OTHERS = 100;
    private static final int BATCHES_MAX_WITH_GARBAGE = 20;
    private static final int PIPELINED = 16;
    /// So many batches in a row have to allocate nothing.
    private static final int CLEAN_BATCHES = 3;
    /// The JDK allocates some 50 bytes a request where virtual threads are unparked; in a JVM in which much else has run, 40 more
    /// for each system call.
    private static final int VIRTUAL_BYTES_MAX = 256;
    private static final String TEXT = "Hello, World!";
    private static final String BODY = "replaced";
    private static final List<ServerModel> MODELS =
            List.of(new Sped(), new Symped(2), new Amped(2), new Seda(2), new Mp(16), new AmpedOverSlots(2));

    @TempDir
    private static Path folder;

    /// What is measured.
    ///
    /// @param log the format of the access log, or a hyphen if there is none
    /// @param one the line that asks; of HTTP, method and path
    private record Case(ServerModel model, String transport, Dialect dialect, int pipelined, String log, String one) {
        private static final String VERSION = " HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: test\r\n";

        static Case of(Under under, Dialect dialect, int pipelined, String log) {
            String one = dialect.toString().equals("http") ? "GET /plaintext" : "echo " + TEXT;
            return new Case(under.model(), under.transport().name(), dialect, pipelined, log, one);
        }

        String request() {
            if (!dialect.toString().equals("http")) {
                return one + "\n";
            }
            return one + VERSION
                    + (one.startsWith("PUT ") ? "Content-Length: " + BODY.length() + "\r\n\r\n" + BODY : "\r\n");
        }

        String[] arguments() {
            return new String[]{Integer.toString(MODELS.indexOf(model)), transport, dialect.toString(),
                Integer.toString(pipelined), log, one};
        }

        static Case of(String... arguments) {
            return new Case(MODELS.get(Integer.parseInt(arguments[0])), arguments[1],
                    Dialects.all().stream().filter(each -> each.toString().equals(arguments[2])).findAny()
                            .orElseThrow(),
                    Integer.parseInt(arguments[3]), arguments[4], arguments[5]);
        }

        /// What each of the server's threads has allocated in the last batch.
        Map<String, Long> measure(Path folder, int batchesMax) throws Exception {
            var under = new Under(model, Transports.named(transport));
            Protocol protocol = dialect.protocol(new Backstage(), folder);
            if (log.equals("-")) {
                return ZeroAllocationTest.measure(under, dialect, protocol, request(), pipelined, batchesMax);
            }
            try (AccessLog access =
                    AccessLog.to(folder.resolve("access.log"), Format.valueOf(log), Limits.defaults())) {
                return ZeroAllocationTest.measure(under, dialect, ((Http) protocol).observing(access), request(),
                        pipelined, batchesMax);
            }
        }
    }

    private static void assertNothingIsAllocated(Case measured) throws Exception {
        if (sum(measured.measure(folder, BATCHES_MAX_AMONG_OTHERS)) == 0) {
            return;
        }
        Process alone = new ProcessBuilder(ChildJvm.command(ZeroAllocationTest.class, measured.arguments()))
                .redirectErrorStream(true)
                .start();
        try (BufferedReader out = alone.inputReader()) {
            String said = out.readAllAsString();
            System.out.print("alone: " + said);
            assertThat(alone.waitFor()).as(said).isZero();
        } finally {
            alone.destroyForcibly();
        }
    }

    /// The other process.
    public static void main(String[] arguments) throws Exception {
        Path own = Files.createTempDirectory("allocation");
        long bytes = sum(Case.of(arguments).measure(own, BATCHES_MAX));
        Files.deleteIfExists(own.resolve("access.log"));
        System.exit(bytes == 0 ? 0 : 1);
    }

    static Stream<Arguments> modelsWithoutGarbage() {
        return Stream.concat(
                MODELS.stream().filter(model -> !(model instanceof AmpedOverSlots))
                        .flatMap(ZeroAllocationTest::overTransportsWithoutGarbage),
                AmpedOverSlots.all().stream())
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
        assertNothingIsAllocated(Case.of(under, dialect, 1, "-"));
    }

    @ParameterizedTest
    @MethodSource("modelsWithoutGarbage")
    void pipelinedRequestsAllocateNothing(Under under, Dialect dialect) throws Exception {
        assertNothingIsAllocated(Case.of(under, dialect, PIPELINED, "-"));
    }

    static Stream<Under> sped() {
        return overTransportsWithoutGarbage(new Sped());
    }

    @ParameterizedTest
    @MethodSource("sped")
    void aRouteWithParametersAllocatesNothing(Under under) throws Exception {
        assertNothingIsAllocated(new Case(under.model(), under.transport().name(), Dialects.HTTP, 1, "-",
                "GET /numbers/17/plaintext"));
    }

    static Stream<Arguments> otherMethods() {
        return sped().flatMap(
                under -> Stream.of("HEAD /plaintext", "PUT /kept").map(request -> Arguments.of(under, request)));
    }

    @ParameterizedTest
    @MethodSource("otherMethods")
    void aRequestOfAnotherMethodAllocatesNothing(Under under, String request) throws Exception {
        assertNothingIsAllocated(new Case(under.model(), under.transport().name(), Dialects.HTTP, 1, "-", request));
    }

    static Stream<Arguments> logged() {
        return MODELS.stream()
                .filter(model -> !(model instanceof Symped || model instanceof AmpedOverSlots))
                .flatMap(ZeroAllocationTest::overTransportsWithoutGarbage)
                .flatMap(under -> Stream.of(1, PIPELINED).flatMap(pipelined -> Stream.of(Format.values())
                        .map(format -> Arguments.of(under, pipelined, format))));
    }

    @ParameterizedTest
    @MethodSource("logged")
    void aRequestThatIsLoggedAllocatesNothingEither(Under under, int pipelined, Format format) throws Exception {
        assertNothingIsAllocated(Case.of(under, Dialects.HTTP, pipelined, format.name()));
    }

    static Stream<Arguments> virtualThreads() {
        return overTransportsWithoutGarbage(new VirtualThreads())
                .flatMap(under -> Dialects.all().stream().map(dialect -> Arguments.of(under, dialect)));
    }

    /// The JDK allocates when it unparks a virtual thread.
    @ParameterizedTest
    @MethodSource("virtualThreads")
    void aRequestOnAVirtualThreadAllocatesLittle(Under under, Dialect dialect) throws Exception {
        Map<String, Long> allocated = Case.of(under, dialect, 1, "-").measure(folder, BATCHES_MAX_WITH_GARBAGE);
        assertThat(sum(allocated) / BATCH).as("bytes a request: %s", allocated).isLessThanOrEqualTo(VIRTUAL_BYTES_MAX);
    }

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
                replyLength += length(clients.getFirst(), dialect, one);
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
    private static int length(WireClient client, Dialect dialect, String one) throws Exception {
        if (dialect.toString().equals("http")) {
            String head = client.readThrough("\r\n\r\n");
            return head.length() + client.readExactly(one.startsWith("HEAD ") ? 0 : TEXT.length()).length;
        }
        String text = dialect.reply(client);
        return (text.length() + "\n" + text).length();
    }

    private static long sum(Map<String, Long> bytes) {
        return bytes.values().stream().mapToLong(Long::longValue).sum();
    }
}
