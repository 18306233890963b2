package dev.partita.admin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.partita.http.Http;
import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import dev.partita.model.Amped;
import dev.partita.model.Mp;
import dev.partita.model.Seda;
import dev.partita.model.Sped;
import dev.partita.model.Symped;
import dev.partita.model.VirtualThreads;
import dev.partita.server.Running;
import dev.partita.server.Running.Level;
import dev.partita.server.Server;
import dev.partita.server.ServerModel;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What the admin listener says of a server that runs, drains, and is busy.
@Timeout(60)
class AdminTest {
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final CountDownLatch gate = new CountDownLatch(1);

    static Stream<ServerModel> models() {
        return Stream.of(new Mp(64), new Sped(), new Seda(2), new Amped(2), new Symped(2), new VirtualThreads());
    }

    @Test
    void isAliveAndReady() throws Exception {
        try (Running server = start(new Sped()); Admin admin = Admin.start(server, ANY)) {
            assertThat(ask(admin, "GET", "/healthz")).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\nok\n");
            assertThat(ask(admin, "GET", "/readyz")).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\nready\n");
            assertThat(ask(admin, "HEAD", "/readyz")).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\n");
            assertThat(ask(admin, "GET", "/")).startsWith("HTTP/1.1 404 ");
            assertThat(ask(admin, "DELETE", "/readyz")).startsWith("HTTP/1.1 405 ").contains("Allow: GET, HEAD\r\n");
        }
    }

    @Test
    void isNotReadyFromTheFirstMomentOfADrainToItsEnd() throws Exception {
        Running server = start(new Amped(2));
        try (Admin admin = Admin.start(server, ANY)) {
            var client = new Socket(ANY.getAddress(), server.port());
            send(client, "GET", "/wait");
            while (server.count(Counter.REQUESTS) == 0) {
                Thread.onSpinWait();
            }
            CompletableFuture<Boolean> drained = new CompletableFuture<>();
            Thread.ofPlatform().daemon().start(() -> drained.complete(server.drain()));
            while (!server.isDraining()) {
                Thread.onSpinWait();
            }
            assertThat(ask(admin, "GET", "/readyz")).startsWith("HTTP/1.1 503 ").endsWith("\r\n\r\ndraining\n");
            assertThat(ask(admin, "GET", "/healthz")).startsWith("HTTP/1.1 200 ");
            assertThat(drained).isNotDone();
            gate.countDown();
            assertThat(receive(client)).startsWith("HTTP/1.1 200 ").contains("Connection: close");
            client.close();
            assertThat(drained.get()).isTrue();
            assertThat(ask(admin, "GET", "/readyz")).startsWith("HTTP/1.1 503 ");
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void tellsEveryCounterAndWhoRuns(ServerModel model) throws Exception {
        try (Running server = start(model); Admin admin = Admin.start(server, ANY)) {
            for (int i = 0; i < 3; i++) {
                assertThat(ask(server.port(), "GET", "/")).endsWith("hello");
            }
            while (server.counts().connections() > 0) {
                Thread.onSpinWait();
            }
            Map<String, Double> metrics = scrape(admin);
            for (Counter counter : Counter.values()) {
                assertThat(metrics).containsKey("partita_" + counter.name().toLowerCase(Locale.ROOT) + "_total");
            }
            assertThat(metrics).containsEntry("partita_accepted_total", 3.0).containsEntry("partita_closed_total", 3.0)
                    .containsEntry("partita_requests_total", 3.0).containsEntry("partita_requests_ended_total", 3.0)
                    .containsEntry("partita_connections", 0.0).containsEntry("partita_connections_max", 64.0)
                    .containsEntry("partita_requests_in_flight", 0.0).containsEntry("partita_draining", 0.0)
                    .containsEntry("partita_info{model=\"" + model.name() + "\",transport=\""
                            + server.transport().name() + "\"}", 1.0)
                    .containsKeys("jvm_memory_used_bytes{area=\"heap\",id=\"" + heapPool() + "\"}",
                            "process_uptime_seconds", "process_files_open_files");
            assertThat(metrics.keySet().stream().filter(name -> name.startsWith("partita_queue{")))
                    .hasSize(model instanceof Amped ? 2 : model instanceof Seda ? 1 : 0);
        }
    }

    @Test
    void showsThePartsThatThereAreAtEachScrape() throws Exception {
        var reloaded = new AtomicBoolean();
        try (Running server = start(new Amped(2))) {
            var changing =
                    (Running) Proxy.newProxyInstance(Running.class.getClassLoader(), new Class<?>[]{Running.class},
                            (_, method, arguments) -> switch (method.getName()) {
                                case "loops" -> List.of(new Level(reloaded.get() ? "worker-0" : "loop", 5));
                                case "queues" -> reloaded.get() ? List.of() : List.of(new Level("queue", 2));
                                default -> method.invoke(server, arguments);
                            });
            try (Admin admin = Admin.start(changing, ANY)) {
                assertThat(scrape(admin)).containsEntry("partita_loop_connections{loop=\"loop\"}", 5.0)
                        .containsEntry("partita_queue{queue=\"queue\"}", 2.0);
                reloaded.set(true);
                Map<String, Double> after = scrape(admin);
                assertThat(after).containsEntry("partita_loop_connections{loop=\"worker-0\"}", 5.0);
                assertThat(after.keySet()).noneMatch(each -> each.contains("loop=\"loop\"") || each.contains("queue{"));
            }
        }
    }

    @Test
    void showsWhatTheProtocolCountsAsOfEachScrape() throws Exception {
        var gets = new AtomicLong(7);
        Figures figures = new Figures() {
            @Override
            public Map<String, Long> counts() {
                return Map.of("cache.get_hits", gets.get());
            }

            @Override
            public Map<String, Long> levels() {
                return Map.of("cache.curr_items", 3L);
            }
        };
        try (Running server = start(new Sped()); Admin admin = Admin.start(server, ANY, figures)) {
            assertThat(scrape(admin)).containsEntry("partita_cache_get_hits_total", 7.0)
                    .containsEntry("partita_cache_curr_items", 3.0);
            gets.set(9);
            assertThat(scrape(admin)).containsEntry("partita_cache_get_hits_total", 9.0);
        }
    }

    @Test
    void speaksOpenMetricsToThoseWhoDo() throws Exception {
        try (Running server = start(new Sped()); Admin admin = Admin.start(server, ANY)) {
            assertThat(ask(admin, "GET", "/metrics")).contains("Content-Type: text/plain; version=0.0.4");
            try (var client = new Socket(ANY.getAddress(), port(admin))) {
                client.getOutputStream().write("""
                        GET /metrics HTTP/1.1\r
                        Host: localhost\r
                        Connection: close\r
                        Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5\r
                        \r
                        """.getBytes(ISO_8859_1));
                assertThat(receive(client)).contains("Content-Type: application/openmetrics-text").endsWith("# EOF\n");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void whatIsOpenIsNeverNegativeWhateverGoesOn(ServerModel model) throws Exception {
        gate.countDown();
        var over = new AtomicBoolean();
        List<Thread> clients = new ArrayList<>();
        try (Running server = start(model); Admin admin = Admin.start(server, ANY)) {
            for (int i = 0; i < 4; i++) {
                clients.add(Thread.ofPlatform().daemon().start(() -> {
                    while (!over.get()) {
                        try {
                            ask(server.port(), "GET", "/wait");
                        } catch (IOException refused) {
                            throw new AssertionError(refused);
                        }
                    }
                }));
            }
            for (int i = 0; i < 100 || server.count(Counter.CLOSED) < 100; i++) {
                Map<String, Double> metrics = scrape(admin);
                assertThat(metrics.get("partita_connections")).isBetween(0.0, 64.0);
                assertThat(metrics.get("partita_requests_in_flight")).isBetween(0.0, 64.0);
                assertThat(metrics.get("partita_accepted_total"))
                        .isGreaterThanOrEqualTo(metrics.get("partita_closed_total"));
            }
            over.set(true);
            for (Thread client : clients) {
                client.join();
            }
        }
    }

    @Test
    void saysThatItsAddressIsTaken() throws Exception {
        try (Running server = start(new Sped())) {
            assertThatThrownBy(() -> Admin.start(server, server.addresses().getFirst()))
                    .isInstanceOf(IOException.class).hasMessageContaining("in use");
        }
    }

    private Running start(ServerModel model) throws IOException {
        return Server.of(Http.serving((request, response) -> {
            if (request.pathEquals("/wait")) {
                gate.await();
            }
            response.text("hello");
        })).limits(Limits.defaults().withConnectionsMax(64)).listen(0).run(model);
    }

    private static Map<String, Double> scrape(Admin admin) throws IOException {
        String reply = ask(admin, "GET", "/metrics");
        assertThat(reply).startsWith("HTTP/1.1 200 ");
        Map<String, Double> metrics = new TreeMap<>();
        reply.substring(reply.indexOf("\r\n\r\n") + 4).lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            int space = line.lastIndexOf(' ');
            metrics.put(line.substring(0, space), Double.valueOf(line.substring(space + 1)));
        });
        return metrics;
    }

    private static String heapPool() {
        return java.lang.management.ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == java.lang.management.MemoryType.HEAP)
                .map(java.lang.management.MemoryPoolMXBean::getName)
                .findFirst()
                .orElseThrow();
    }

    private static int port(Admin admin) {
        return ((InetSocketAddress) admin.address()).getPort();
    }

    private static String ask(Admin admin, String method, String path) throws IOException {
        return ask(port(admin), method, path);
    }

    private static String ask(int port, String method, String path) throws IOException {
        try (var client = new Socket(ANY.getAddress(), port)) {
            send(client, method, path);
            return receive(client);
        }
    }

    private static void send(Socket client, String method, String path) throws IOException {
        String request = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        client.getOutputStream().write(request.getBytes(ISO_8859_1));
    }

    private static String receive(Socket client) throws IOException {
        return new String(client.getInputStream().readAllBytes(), ISO_8859_1);
    }
}
