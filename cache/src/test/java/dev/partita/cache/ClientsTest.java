package dev.partita.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.util.concurrent.MoreExecutors;
import com.spotify.folsom.AsciiMemcacheClient;
import com.spotify.folsom.GetResult;
import com.spotify.folsom.MemcacheClientBuilder;
import com.spotify.folsom.MemcacheStatus;
import dev.partita.limits.Limits;
import dev.partita.model.Amped;
import dev.partita.model.Mp;
import dev.partita.model.Seda;
import dev.partita.model.Symped;
import dev.partita.model.VirtualThreads;
import dev.partita.server.Running;
import dev.partita.server.Server;
import dev.partita.server.ServerModel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import net.rubyeye.xmemcached.GetsResponse;
import net.rubyeye.xmemcached.XMemcachedClient;
import net.spy.memcached.CASResponse;
import net.spy.memcached.CASValue;
import net.spy.memcached.ConnectionFactoryBuilder;
import net.spy.memcached.MemcachedClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The clients that people have do what their manuals show, under several models, without a change on their side.
@Timeout(120)
class ClientsTest {
    private static final String LARGE = "large value ".repeat(60_000);

    static Stream<ServerModel> models() {
        return Stream.of(new Symped(2), new Seda(2), new Amped(2), new Mp(64), new VirtualThreads(1));
    }

    private static Running start(ServerModel model) throws Exception {
        return Server.of(new Memcached(Settings.defaults()))
                .limits(Limits.defaults().withConnectionsMax(256).with("bufferBytes", 64 << 10))
                .listen(0)
                .run(model);
    }

    @ParameterizedTest
    @MethodSource("models")
    void spymemcached(ServerModel model) throws Exception {
        System.setProperty("net.spy.log.LoggerImpl", "net.spy.memcached.compat.log.SLF4JLogger");
        try (Running server = start(model)) {
            var client = new MemcachedClient(
                    new ConnectionFactoryBuilder().setProtocol(ConnectionFactoryBuilder.Protocol.TEXT).build(),
                    List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port())));
            try {
                assertThat(client.set("key", 3_600, "value").get()).isTrue();
                assertThat(client.get("key")).isEqualTo("value");
                assertThat(client.add("key", 0, "other").get()).isFalse();
                assertThat(client.replace("key", 0, "new").get()).isTrue();
                CASValue<Object> read = client.gets("key");
                assertThat(client.cas("key", read.getCas(), "newer")).isEqualTo(CASResponse.OK);
                assertThat(client.cas("key", read.getCas(), "late")).isEqualTo(CASResponse.EXISTS);
                assertThat(client.append("key", "!").get()).isTrue();
                assertThat(client.get("key")).isEqualTo("newer!");
                assertThat(client.incr("counter", 1, 41)).isEqualTo(41);
                assertThat(client.incr("counter", 1)).isEqualTo(42);
                assertThat(client.decr("counter", 2)).isEqualTo(40);
                client.set("large", 0, LARGE).get();
                assertThat(client.get("large")).isEqualTo(LARGE);
                assertThat(client.getBulk("key", "none", "counter", "large")).hasSize(3);
                assertThat(client.touch("key", 100).get()).isTrue();
                assertThat(client.delete("key").get()).isTrue();
                assertThat(client.get("key")).isNull();
                assertThat(client.set("gone", -1, "x").get()).isTrue();
                assertThat(client.get("gone")).isNull();
                assertThat(client.getVersions().values()).containsExactly("1.6.45");
                assertThat(client.getStats().values().iterator().next()).containsKey("curr_items");
                assertThat(client.flush().get()).isTrue();
                assertThat(client.get("large")).isNull();
            } finally {
                client.shutdown(5, TimeUnit.SECONDS);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void xmemcached(ServerModel model) throws Exception {
        try (Running server = start(model)) {
            var client = new XMemcachedClient("127.0.0.1", server.port());
            try {
                client.setOpTimeout(20_000);
                assertThat(client.set("key", 3_600, "value")).isTrue();
                assertThat((String) client.get("key")).isEqualTo("value");
                assertThat(client.add("key", 0, "other")).isFalse();
                assertThat(client.append("key", "!")).isTrue();
                assertThat(client.prepend("key", "?")).isTrue();
                assertThat((String) client.get("key")).isEqualTo("?value!");
                GetsResponse<String> read = client.gets("key");
                assertThat(client.cas("key", 0, "new", read.getCas())).isTrue();
                assertThat(client.cas("key", 0, "late", read.getCas())).isFalse();
                assertThat(client.incr("counter", 5, 37)).isEqualTo(37);
                assertThat(client.incr("counter", 5)).isEqualTo(42);
                assertThat(client.decr("counter", 2)).isEqualTo(40);
                client.set("large", 0, LARGE);
                assertThat((String) client.get("large")).isEqualTo(LARGE);
                Map<String, String> several = client.get(List.of("key", "none", "large"));
                assertThat(several).containsOnlyKeys("key", "large");
                client.setWithNoReply("quiet", 0, "x");
                assertThat(client.touch("key", 100)).isTrue();
                assertThat((String) client.get("quiet")).isEqualTo("x");
                assertThat(client.delete("key")).isTrue();
                assertThat((String) client.get("key")).isNull();
                assertThat(client.getVersions().values()).containsExactly("1.6.45");
                client.flushAll();
                assertThat((String) client.get("large")).isNull();
            } finally {
                client.shutdown();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void folsom(ServerModel model) throws Exception {
        try (Running server = start(model)) {
            AsciiMemcacheClient<String> client = MemcacheClientBuilder.newStringClient()
                    .withAddress("127.0.0.1", server.port())
                    .withConnections(2)
                    .withReplyExecutor(MoreExecutors.directExecutor())
                    .connectAscii();
            try {
                client.awaitConnected(20, TimeUnit.SECONDS);
                assertThat(client.set("key", "value", 3_600).toCompletableFuture().get()).isEqualTo(MemcacheStatus.OK);
                GetResult<String> read = client.casGet("key").toCompletableFuture().get();
                assertThat(read.getValue()).isEqualTo("value");
                assertThat(client.set("key", "new", 0, read.getCas()).toCompletableFuture().get())
                        .isEqualTo(MemcacheStatus.OK);
                assertThat(client.set("key", "late", 0, read.getCas()).toCompletableFuture().get())
                        .isEqualTo(MemcacheStatus.KEY_EXISTS);
                assertThat(client.add("key", "x", 0).toCompletableFuture().get())
                        .isEqualTo(MemcacheStatus.ITEM_NOT_STORED);
                client.set("large", LARGE, 0).toCompletableFuture().get();
                assertThat(client.get(List.of("key", "none", "large")).toCompletableFuture().get())
                        .containsExactly("new", null, LARGE);
                client.set("n", "41", 0).toCompletableFuture().get();
                assertThat(client.incr("n", 1).toCompletableFuture().get()).isEqualTo(42);
                assertThat(client.touch("n", 100).toCompletableFuture().get()).isEqualTo(MemcacheStatus.OK);
                assertThat(client.delete("key").toCompletableFuture().get()).isEqualTo(MemcacheStatus.OK);
                assertThat(client.get("key").toCompletableFuture().get()).isNull();
                client.flushAll(0).toCompletableFuture().get();
                assertThat(client.get("large").toCompletableFuture().get()).isNull();
            } finally {
                client.shutdown();
                client.awaitDisconnected(20, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void debiansLibmemcachedTools(@TempDir Path folder) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/memccp")),
                "the tools of libmemcached are not installed: apt-get install libmemcached-tools");
        Path file = Files.writeString(folder.resolve("greeting"), "hello from a file");
        try (Running server = start(new Symped(2))) {
            String servers = "--servers=127.0.0.1:" + server.port();
            assertThat(run("memcping", servers)).isEmpty();
            assertThat(run("memccp", servers, file.toString())).isEmpty();
            assertThat(run("memcexist", servers, "greeting")).isEmpty();
            assertThat(run("memccat", servers, "greeting")).isEqualTo("hello from a file\n");
            assertThat(run("memctouch", servers, "--expire=100", "greeting")).isEmpty();
            assertThat(run("memcstat", servers)).contains("curr_items: 1", "version: 1.6.45");
            assertThat(run("memcrm", servers, "greeting")).isEmpty();
            assertThat(run("memcflush", servers)).isEmpty();
        }
    }

    @Test
    void pymemcache(@TempDir Path folder) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3"))
                && new ProcessBuilder("/usr/bin/python3", "-c", "import pymemcache")
                        .redirectErrorStream(true).start().waitFor() == 0,
                "pymemcache is not installed: apt-get install python3-pymemcache");
        try (Running server = start(new Symped(2))) {
            Path script = Files.writeString(folder.resolve("client.py"), """
                    from pymemcache.client.base import Client
                    c = Client(("127.0.0.1", %d), no_delay=True)
                    assert c.set("key", b"value", expire=100, noreply=False)
                    assert c.get("key") == b"value"
                    assert c.set_many({"a": b"1", "b": b"2"}) == []
                    assert c.get_many(["a", "b", "none"]) == {"a": b"1", "b": b"2"}
                    value, cas = c.gets("key")
                    assert c.cas("key", b"new", cas, noreply=False)
                    assert not c.cas("key", b"late", cas, noreply=False)
                    assert c.incr("a", 41) == 42
                    assert c.append("key", b"!", noreply=False) and c.get("key") == b"new!"
                    assert c.touch("key", 5, noreply=False)
                    assert c.delete("key", noreply=False) and c.get("key") is None
                    c.set("large", b"x" * 1000000, noreply=False)
                    assert len(c.get("large")) == 1000000
                    assert c.version() == b"1.6.45"
                    assert c.stats()[b"curr_items"] == 3
                    c.flush_all()
                    assert c.get("large") is None
                    print("done")
                    """.formatted(server.port()));
            assertThat(run("python3", script.toString())).isEqualTo("done\n");
        }
    }

    /// What a program of the system says; it has to end well.
    private static String run(String... command) throws Exception {
        command[0] = "/usr/bin/" + command[0];
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(String.join(" ", command) + ": " + said).isZero();
        return said;
    }
}
