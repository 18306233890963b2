package dev.partita.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.cache.Settings;
import dev.partita.cache.Settings.Feature;
import dev.partita.model.Amped;
import dev.partita.model.Sped;
import dev.partita.model.Symped;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/// memcached's options, with memcached's meaning, messages and exit codes.
@Timeout(60)
class CacheTest {
    private static final PrintStream NOWHERE = new PrintStream(new ByteArrayOutputStream());

    private static Cache of(String... options) {
        var cache = new Cache(NOWHERE, NOWHERE);
        new CommandLine(cache).parseArgs(options);
        return cache;
    }

    private static SocketAddress address(String host, int port) {
        return Address.inet(host, port);
    }

    @Test
    void itsDefaultsAreThoseOfMemcached() {
        Settings settings = of().settings();
        assertThat(settings).isEqualTo(Settings.defaults());
        Setup setup = of().setup();
        assertThat(setup.addresses()).isEqualTo(List.of(address("127.0.0.1", 11_211)));
        assertThat(setup.model()).isEqualTo(new Symped(4, Symped.Accept.REUSE_PORT));
        assertThat(setup.limits().connectionsMax()).isEqualTo(1_024);
        assertThat(setup.limits().backlog()).isEqualTo(1_024);
        assertThat(setup.limits().turnStepsMax()).isEqualTo(21);
    }

    @Test
    void takesTheOptionsOfMemcachedInItsWays() {
        Cache cache =
                of("-p11300", "-m", "128", "-c", "99", "-t", "3", "-I", "2m", "-R", "7", "-b", "77", "-MCFX", "-vvv",
                        "-l", "127.0.0.1,127.0.0.1:11301,[::1]:11302", "-U", "0", "-k", "-f", "1.1", "-n", "96", "-L",
                        "-B", "ascii",
                        "-o", "modern,hashpower=20,idle_timeout=60");
        Setup setup = cache.setup();
        assertThat(setup.addresses()).containsExactly(address("127.0.0.1", 11_300),
                address("127.0.0.1", 11_301), address("::1", 11_302));
        assertThat(setup.model()).isEqualTo(new Symped(3, Symped.Accept.REUSE_PORT));
        assertThat(setup.limits().connectionsMax()).isEqualTo(99);
        assertThat(setup.limits().backlog()).isEqualTo(77);
        assertThat(setup.limits().turnStepsMax()).isEqualTo(8);
        assertThat(setup.limits().idleMillisMax()).isEqualTo(60_000);
        assertThat(cache.settings()).isEqualTo(Settings.defaults().withMemoryBytes(128 << 20).withItemBytesMax(2 << 20)
                .withRequestsPerTurn(7).without(Feature.EVICTION).without(Feature.CAS).without(Feature.FLUSH)
                .without(Feature.DUMP));
    }

    @Test
    void partitasOwnOptionsChooseTheModel() {
        assertThat(of("--model", "sped").setup().model()).isEqualTo(new Sped());
        assertThat(of("--model", "amped").setup().model()).isEqualTo(new Amped(4));
        assertThat(of("--model", "amped", "-t", "2").setup().model()).isEqualTo(new Amped(2));
        assertThat(of("--model", "amped", "--workers", "5").setup().model()).isEqualTo(new Amped(5));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            --nosuch       | 1  | there is no option '--nosuch'
            -x             | 1  | there is no option '-x'
            -t 0           | 1  | Number of threads must be greater than 0
            -c 0           | 1  | Maximum connections must be greater than 0
            -R 0           | 1  | Number of requests per event must be greater than 0
            -o foo         | 1  | Illegal suboption "foo"
            -I 1           | 64 | Item max size cannot be less than 1024 bytes.
            -I 33m         | 64 | Cannot set item size limit higher than 1/2 of memory max.
            -I 2000m -m 8192 | 64 | Cannot set item size limit higher than a gigabyte.
            -m abc         | 64 | -m is 'abc'
            -p 99999       | 64 | Invalid port number 99999
            -B foo         | 64 | Invalid value for binding protocol: foo
            -B binary      | 64 | not spoken here
            -S             | 64 | -S is not offered
            -Z             | 64 | -Z is not offered
            -U 11211       | 64 | there is no UDP here
            -a 9           | 64 | -a is '9'
            --model sepd   | 2  | there is no model 'sepd'; did you mean sped?
            """)
    void saysWhatIsWrongWithMemcachedsExitCode(String line, int exit, String wrong) {
        Console console = Console.run(("cache " + line).split(" "));
        assertThat(console.err()).contains(wrong);
        assertThat(console.exit()).isEqualTo(exit);
    }

    @Test
    void aCheckFindsWhatAStartWouldRefuse(@TempDir Path folder) throws Exception {
        Console noFile = Console.run("cache", "-p", "0", "-Y", folder.resolve("none").toString(), "--check");
        assertThat(noFile.exit()).isEqualTo(1);
        assertThat(noFile.err()).contains("Could not open authfile");
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Console inUse = Console.run("cache", "-p", "" + taken.getLocalPort(), "--check");
            assertThat(inUse.exit()).isEqualTo(71);
            assertThat(inUse.err()).contains("it is in use");
        }
    }

    @Test
    void itsHelpSaysItsOwnDefaults() {
        String help = Console.run("cache", "-h").out().replaceAll("\\s+", " ");
        assertThat(help).contains("How many: symped's event loops, amped's workers, seda's threads for each stage,"
                + " mp's most threads. Default: 4, as memcached's -t; 512 for mp.")
                .contains("INT, TERM, HUP drains", "1, 2, 64 the command line").doesNotContain("USR1");
    }

    @ParameterizedTest
    @CsvSource({"-t 3,3", "--workers 8,8", "--model amped --workers 2,2", "--model sped,1", "--model symped,4"})
    void statsTellHowManyThreadsThereAre(String options, String threads, @TempDir Path folder) throws Exception {
        Path socket = folder.resolve("cache.sock");
        var ended = new CompletableFuture<Console>();
        Thread.ofPlatform().daemon().start(() -> ended.complete(
                Console.run(("cache -A -s " + socket + " " + options).split(" "))));
        try (var channel = connect(socket)) {
            channel.write(java.nio.ByteBuffer.wrap("stats settings\r\nshutdown\r\n".getBytes(US_ASCII)));
            String heard = new String(Channels.newInputStream(channel).readAllBytes(), US_ASCII);
            assertThat(heard).contains("STAT num_threads " + threads + "\r\n");
        }
        assertThat(ended.get(20, TimeUnit.SECONDS).exit()).isZero();
    }

    private static SocketChannel connect(Path socket) throws IOException {
        long patience = System.nanoTime() + 20_000_000_000L;
        while (true) {
            try {
                return SocketChannel.open(UnixDomainSocketAddress.of(socket));
            } catch (IOException notYet) {
                assertThat(System.nanoTime()).as("it has started").isLessThan(patience);
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void showsTheVersionThatClientsAskFor() {
        Console console = Console.run("cache", "-V");
        assertThat(console.exit()).isZero();
        assertThat(console.out()).startsWith("memcached 1.6.45");
    }

    @Test
    void servesOnAUnixSocketUntilItIsToldToShutDown(@TempDir Path folder) throws Exception {
        Path socket = folder.resolve("cache.sock");
        Path pid = folder.resolve("pid");
        var ended = new CompletableFuture<Console>();
        Thread.ofPlatform().daemon()
                .start(() -> ended.complete(Console.run("cache", "-A", "-s", socket.toString(), "-a",
                        "600", "-P", pid.toString(), "-k", "--model", "sped")));
        long patience = System.nanoTime() + 20_000_000_000L;
        while (!Files.exists(pid) || Files.size(pid) == 0 || !Files.exists(socket)) {
            assertThat(System.nanoTime()).as("it has started").isLessThan(patience);
            Thread.onSpinWait();
        }
        assertThat(Files.readString(pid).strip()).isEqualTo("" + ProcessHandle.current().pid());
        try (var channel = java.nio.channels.SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            channel.write(java.nio.ByteBuffer.wrap("mn\r\nshutdown\r\n".getBytes(US_ASCII)));
            var heard = java.nio.ByteBuffer.allocate(100);
            while (channel.read(heard) >= 0) {
                // until it closes
            }
            assertThat(new String(heard.array(), 0, heard.position(), US_ASCII)).isEqualTo("MN\r\n");
        }
        Console console = ended.get(20, TimeUnit.SECONDS);
        assertThat(console.exit()).isZero();
        assertThat(console.out()).contains("memcached 1.6.45's text protocols, 64 MB");
        assertThat(console.err()).contains("accepted, and without a meaning here: -k");
        assertThat(pid).doesNotExist();
    }

    @Test
    void theUnixSocketHasThePermissionsThatWereAskedFor(@TempDir Path folder) throws Exception {
        Path socket = folder.resolve("cache.sock");
        var ended = new CompletableFuture<Console>();
        Thread.ofPlatform().daemon().start(() -> ended.complete(
                Console.run("cache", "-A", "-s", socket.toString(), "-a", "640", "--model", "sped", "--transport",
                        "nio")));
        long patience = System.nanoTime() + 20_000_000_000L;
        while (!Files.exists(socket)
                || !PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)).equals("rw-r-----")) {
            assertThat(System.nanoTime()).as("it has started").isLessThan(patience);
            Thread.onSpinWait();
        }
        try (var channel = java.nio.channels.SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            channel.write(java.nio.ByteBuffer.wrap("shutdown\r\n".getBytes(US_ASCII)));
            assertThat(ended.get(20, TimeUnit.SECONDS).exit()).isZero();
        }
    }
}
