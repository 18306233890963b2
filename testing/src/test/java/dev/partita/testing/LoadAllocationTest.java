package dev.partita.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.partita.http.Handler;
import dev.partita.http.Http;
import dev.partita.limits.Limits;
import dev.partita.load.HttpDialogue;
import dev.partita.load.Load;
import dev.partita.load.LoadRun;
import dev.partita.load.Progress;
import dev.partita.load.Result;
import dev.partita.model.Sped;
import dev.partita.server.Running;
import dev.partita.transport.Transports;
import java.io.BufferedReader;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The load generator makes no garbage: once its code is compiled, its thread allocates nothing for a request, so that no
/// collection of its own can be taken for the server's latency. In a JVM of its own, as it runs for a user: how code is compiled
/// depends on what ran before it.
@Timeout(120)
class LoadAllocationTest {
    private static final int CLEAN_SECONDS = 3;
    private static final Duration LONGEST = Duration.ofSeconds(60);

    @ParameterizedTest
    @ValueSource(strings = {"open", "closed", "pipelined"})
    void aRequestAllocatesNothing(String loop) throws Exception {
        assumeTrue(Under.transports().stream().anyMatch(each -> each.name().equals("epoll")),
                "the JDK's channels, which are all that is here, allocate");
        Handler hello = Handler.neverBlocking((request, response) -> response.text("Hello, World!"));
        // A connection that is replaced costs the load something.
        Limits limits = Under.SMALL.with(Map.of("requestsPerConnectionMax", (long) Integer.MAX_VALUE));
        try (Running server = new Under(new Sped(), Transports.named("epoll")).run(Http.serving(hello), limits)) {
            Process load = new ProcessBuilder(
                    ChildJvm.command(LoadAllocationTest.class, loop, Integer.toString(server.port())))
                    .redirectErrorStream(true)
                    .start();
            try (BufferedReader out = load.inputReader()) {
                String said = out.readAllAsString();
                System.out.print(said);
                assertThat(load.waitFor()).as(said).isZero();
            } finally {
                load.destroyForcibly();
            }
        }
    }

    /// The other process: a load until there was nothing allocated for so many seconds in a row, or the time is over.
    public static void main(String[] arguments) throws Exception {
        Load load = Load.of(HttpDialogue.get(URI.create("http://127.0.0.1:" + arguments[1] + "/")))
                .transport(Transports.named("epoll"))
                .warmUp(Duration.ZERO)
                .duration(LONGEST);
        switch (arguments[0]) {
            case "open" -> load.rate(5_000);
            case "closed" -> load.closed().connections(4);
            default -> load.closed().connections(4).pipeline(16);
        }
        var watch = new Watch();
        LoadRun run = load.start(watch);
        watch.run.set(run);
        Result result = run.await();
        System.out.printf("%s: bytes that the load's thread allocated in each second: %s; %d requests, %d failed%n",
                arguments[0], watch.bytes, result.requests(), result.failed());
        System.exit(watch.clean == CLEAN_SECONDS && result.failed() == 0 ? 0 : 1);
    }

    /// Looks once a second at what the thread has allocated, and stops the load when that was nothing often enough.
    private static final class Watch implements Progress {
        final AtomicReference<LoadRun> run = new AtomicReference<>();
        final List<Long> bytes = new ArrayList<>();
        int clean;
        private AllocationMeter meter = AllocationMeter.of(thread -> false);
        private long before;

        @Override
        public void begins(int connections) {
            meter = AllocationMeter.of(thread -> thread.getName().startsWith("load-"));
            assertThat(meter.names()).containsExactly("load-0");
        }

        @Override
        public void second(Second second, Histogram latency) {
            if (clean == CLEAN_SECONDS) {
                return; // the thread has ended
            }
            long now = meter.bytes().getOrDefault("load-0", before);
            bytes.add(now - before);
            clean = now == before && second.replies() > 0 ? clean + 1 : 0;
            before = now;
            if (clean == CLEAN_SECONDS) {
                Objects.requireNonNull(run.get()).stop();
            }
        }
    }
}
