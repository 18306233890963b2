package dev.partita.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.cache.Memcached;
import dev.partita.cache.Settings;
import dev.partita.connection.Protocol;
import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import dev.partita.proxy.ProxyProtocol;
import dev.partita.proxy.TrustedPeers;
import dev.partita.server.Running;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// How a cache waits and when it no longer does, under every model, over every transport. All servers at once, so that the time
/// passes only once.
@Timeout(60)
class CacheWaitsTest {
    private interface Check {
        void holds(Under under) throws Exception;
    }

    @Test
    void aDrainWaitsForACommandThatHasBegun() throws Exception {
        underAll(under -> {
            Running server = under.run(cache(), Under.SMALL);
            WireClient halfway = WireClient.connect(server);
            WireClient idle = WireClient.connect(server);
            assertThat(mn(idle)).isEqualTo("MN\r\n");
            halfway.send("set a 0 0 5\r\nhel");
            Eventually.holds("both are there", () -> server.connections() == 2 && server.count(Counter.BYTES_IN) > 18);
            var drained = new CompletableFuture<Boolean>();
            Thread.ofPlatform().daemon().start(() -> drained.complete(server.drain()));
            idle.expectEnd();
            halfway.send("lo\r\n");
            assertThat(new String(halfway.readToEnd(), ISO_8859_1)).isEqualTo("STORED\r\n");
            assertThat(drained.get(10, TimeUnit.SECONDS)).isTrue();
            idle.close();
            halfway.close();
        });
    }

    @Test
    void dataThatNeverComesEndsTheWait() throws Exception {
        underAll(under -> {
            Limits soon = Under.SMALL.with(Map.of("bodyMillisGrace", 100L, "headMillisMax", 100L,
                    "bodyBytesPerSecondMin", 1_000_000L));
            try (Running server = under.run(cache(), soon);
                    WireClient value = WireClient.connect(server);
                    WireClient line = WireClient.connect(server)) {
                value.send("set a 0 0 500000\r\nhello");
                line.send("get a");
                String late = "SERVER_ERROR timed out waiting for data\r\n";
                assertThat(new String(value.readToEnd(), ISO_8859_1)).isEqualTo(late);
                assertThat(new String(line.readToEnd(), ISO_8859_1)).isEqualTo(late);
                assertThat(server.count(Counter.LATE_BODIES)).isEqualTo(1);
                assertThat(server.count(Counter.LATE_HEADS)).isEqualTo(1);
            }
        });
    }

    @Test
    void whoWatchesIsToldUntilItLeavesOrTheServerDrains() throws Exception {
        underAll(under -> {
            Running server = under.run(cache(), Under.SMALL);
            try (WireClient client = WireClient.connect(server);
                    WireClient watcher = WireClient.connect(server);
                    WireClient leaving = WireClient.connect(server)) {
                for (WireClient each : List.of(watcher, leaving)) {
                    each.send("watch mutations\r\n");
                    assertThat(each.readThrough("\n")).isEqualTo("OK\r\n");
                }
                for (String key : List.of("a", "b", "c")) {
                    client.send("set " + key + " 0 0 1\r\nx\r\n");
                    assertThat(client.readThrough("\n")).isEqualTo("STORED\r\n");
                    assertThat(watcher.readLine()).contains("type=item_store key=" + key + " status=stored cmd=set");
                    watcher.send("get a\r\n"); // nobody listens to that
                }
                leaving.leave();
                Eventually.holds("who has left is gone, although nothing was told since",
                        () -> server.connections() == 2);
                var drained = new CompletableFuture<Boolean>();
                Thread.ofPlatform().daemon().start(() -> drained.complete(server.drain()));
                watcher.expectEnd();
                assertThat(drained.get(10, TimeUnit.SECONDS)).isTrue();
            }
        });
    }

    @Test
    void whoWatchesBehindAProxyIsListenedToAsWell() throws Exception {
        underAll(under -> {
            Protocol behind = ProxyProtocol.around(cache(), TrustedPeers.of(List.of("127.0.0.0/8")));
            try (Running server = under.run(behind, Under.SMALL);
                    WireClient leaving = WireClient.connect(server)) {
                leaving.send("PROXY TCP4 192.0.2.1 192.0.2.2 4711 80\r\nwatch mutations\r\n");
                assertThat(leaving.readThrough("\n")).isEqualTo("OK\r\n");
                leaving.leave();
                Eventually.holds("who has left is gone", () -> server.connections() == 0);
            }
        });
    }

    private static Memcached cache() {
        return new Memcached(Settings.defaults());
    }

    private static String mn(WireClient client) throws Exception {
        client.send("mn\r\n");
        return client.readThrough("\n");
    }

    private static void underAll(Check check) throws Exception {
        try (var threads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
            List<Future<?>> all = new ArrayList<>();
            for (Under under : Under.all()) {
                all.add(threads.submit(() -> {
                    try {
                        check.holds(under);
                    } catch (Throwable failure) {
                        throw new AssertionError("under " + under, failure);
                    }
                    return null;
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }
    }
}
