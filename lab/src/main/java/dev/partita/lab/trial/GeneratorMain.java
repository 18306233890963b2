package dev.partita.lab.trial;

import dev.partita.load.HttpDialogue;
import dev.partita.load.Load;
import dev.partita.load.LoadRun;
import dev.partita.load.Progress;
import dev.partita.load.Result;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// The generator's process. It stays for the whole run, so that its code is compiled once, and takes an [Order] a line from
/// standard input; says [#BEGINS] when the load begins, and a [Loaded] when it is over.
///
/// When its input ends, the lab has ended, however: then it ends the servers that it was told of too.
public final class GeneratorMain {
    /// Every connection is open, and the first request is due.
    static final String BEGINS = "begins";
    /// A line of `server` and a process id: one to end when the lab is gone.
    static final String SERVER = "server ";

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final PrintStream out;
    /// Not their ids: those of servers that have ended may be somebody else's.
    private final Set<ProcessHandle> servers = new HashSet<>();

    private GeneratorMain(PrintStream out) {
        this.out = out;
    }

    public static void main(String[] args) throws IOException {
        new GeneratorMain(System.out).run();
        System.exit(0);
    }

    private void run() throws IOException {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.startsWith(SERVER)) {
                ProcessHandle.of(Long.parseLong(line.substring(SERVER.length()))).ifPresent(servers::add);
            } else {
                say(MAPPER.writeValueAsString(obey(MAPPER.readValue(line, Order.class))));
            }
        }
        servers.forEach(ProcessHandle::destroyForcibly);
    }

    private Loaded obey(Order order) {
        Double surge = order.surge();
        try (Beside beside = Beside.of(order);
                Surging surging = surge == null ? null : new Surging(load(order, order.connections()), surge)) {
            Load load = load(order, order.connections());
            Result result = (surging == null ? load : load.interval(Surging.LOOK)).start(new Progress() {
                @Override
                public void begins(int connections) {
                    say(BEGINS);
                    if (surging != null) {
                        surging.begin();
                    }
                }

                @Override
                public void second(Second second, Histogram latency) {
                    if (surging != null) {
                        surging.second(second, latency);
                    }
                }
            }).await();
            Loaded loaded = Loaded.of(result, beside != null && order.skewed() ? beside.result() : null);
            if (surging != null) {
                loaded = loaded.with(surging.outcome());
            }
            return beside == null || beside.isWell() ? loaded : Loaded.failed(beside.failure);
        } catch (IOException | RuntimeException failure) {
            return Loaded.failed(String.valueOf(failure.getMessage()));
        } catch (InterruptedException stopped) {
            return Loaded.failed("interrupted");
        }
    }

    private void say(String line) {
        out.println(line);
        out.flush();
    }

    private static Load load(Order order, int connections) {
        List<HttpDialogue.Request> mix = new ArrayList<>();
        order.mix().forEach(each -> {
            String[] words = each.name().split(" ", 2);
            mix.add(HttpDialogue.Request.of(each.weight(), words[0], words[1], new byte[0]));
        });
        Load load = Load.of(HttpDialogue.of(URI.create("http://127.0.0.1:" + order.port() + "/"), mix))
                .connections(connections)
                .requestsPerConnection(order.requestsPerConnection())
                .pipeline(order.pipeline())
                .warmUp(Duration.ofMillis(order.settleMillis()))
                .duration(Duration.ofMillis(order.measureMillis()))
                .timeout(Duration.ofMillis(order.timeoutMillis()))
                .seed(order.seed())
                .sharingProcessors(order.sharing());
        Double rate = order.rate();
        return rate == null ? load.closed() : load.rate(order.skewed() ? rate / 2 : rate);
    }

    /// Connections that are there at the same time: idle ones, or the one that carries half of the requests.
    private static final class Beside implements AutoCloseable {
        private static final double ALMOST_NEVER = 0.001;
        private static final int PIPELINE = 16;

        private final LoadRun run;
        private final Thread thread;
        private final CountDownLatch open = new CountDownLatch(1);
        private volatile String failure = "";
        private volatile @Nullable Result result;

        private Beside(Load load) throws IOException {
            run = load.start(new Progress() {
                @Override
                public void begins(int connections) {
                    open.countDown();
                }

                @Override
                public void second(Second second, Histogram latency) {
                    // It is there to disturb.
                }
            });
            thread = Thread.ofPlatform().name("beside").daemon().unstarted(this::await);
        }

        static @Nullable Beside of(Order order) throws IOException, InterruptedException {
            if (order.idle() == 0 && !order.skewed()) {
                return null;
            }
            Load load = order.skewed()
                    ? load(order, 1).pipeline(PIPELINE)
                    : load(order, order.idle()).rate(ALMOST_NEVER).duration(Duration.ofHours(1));
            var beside = new Beside(load);
            beside.thread.start();
            beside.open.await();
            return beside;
        }

        private void await() {
            try {
                result = run.await();
            } catch (IOException | RuntimeException refused) {
                failure = String.valueOf(refused.getMessage());
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            } finally {
                open.countDown();
            }
        }

        /// What it came to, once it is over; null if it failed.
        @Nullable Result result() throws InterruptedException {
            thread.join();
            return result;
        }

        boolean isWell() {
            return failure.isEmpty();
        }

        @Override
        public void close() {
            run.stop();
            try {
                thread.join(Duration.ofSeconds(10));
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
