package dev.partita.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.transport.Transports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// AMPED whose workers are processes: they have no network, and whether one is lost or all are replaced, connections stay.
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
@EnabledOnOs(OS.LINUX)
class LentWorkTest {
    private static final String GET = "GET /plaintext HTTP/1.1\r\nHost: localhost\r\n\r\n";

    @TempDir
    Path temporary;

    @RegisterExtension
    final Masters masters = new Masters(() -> temporary);

    private Program start(String transport) throws IOException {
        Program program = masters.serve("--demo", "--model", "amped", "--workers", "2", "--transport", transport,
                "--admin", "127.0.0.1:0", "--control", temporary.resolve("control").toString());
        program.line("             Ctrl-C");
        return program;
    }

    @Test
    void aWorkerHasNoNetworkAndItsLossCostsOnlyTheRequestThatItWorksOn() throws Exception {
        Program program = start("epoll");
        try (SocketChannel kept = SocketChannel.open(program.server());
                SocketChannel killed = SocketChannel.open(program.server());
                SocketChannel stopped = SocketChannel.open(program.server())) {
            assertThat(Web.exchange(kept, GET)).startsWith("HTTP/1.1 200");
            assertThat(networkSockets(program.process().pid())).isNotEmpty();
            masters.await("none tries itself any more, and so nobody else has the network",
                    all -> all.stream().noneMatch(LentWorkTest::hasNetwork));
            loseWhoWorks(killed, "KILL");
            assertThat(masters.control("status")).contains("killed by signal 9");
            assertThat(Web.exchange(kept, GET)).startsWith("HTTP/1.1 200");
            loseWhoWorks(stopped, "STOP");
            assertThat(Web.exchange(kept, GET)).startsWith("HTTP/1.1 200");
        }
        assertThat(masters.control("status")).contains("stuck: no heartbeat for 2 s");
        assertThat(Web.get(program.admin(), "/metrics")).contains(
                "partita_workers_replaced_total{why=\"signal\"} 1.0\n",
                "partita_workers_replaced_total{why=\"stuck\"} 1.0\n",
                "partita_workers_replaced_total{why=\"exit\"} 0.0\n")
                .contains(masters.rows().stream().flatMap(LentWorkTest::figures).toList());
        program.signal("TERM");
        // What the killed worker has counted since its last beat is gone.
        assertThat(program.line("ended: ")).endsWith(", 0 given up");
        assertThat(program.exit()).isZero();
    }

    /// What the metrics show of a worker.
    private static Stream<String> figures(Masters.Row worker) {
        String tags = "{generation=\"1\",pid=\"" + worker.pid() + "\",place=\"" + worker.place() + "\"} ";
        return Stream.of("partita_worker_age_seconds" + tags, "partita_worker_connections" + tags + "0.0\n",
                "partita_worker_requests" + tags, "partita_worker_restarts" + tags + worker.restarts() + ".0\n");
    }

    /// Lets a worker begin with a request that takes long, and sends that worker a signal.
    private void loseWhoWorks(SocketChannel client, String signal) throws Exception {
        Web.send(client, "GET", "/sleep?millis=60000", "");
        masters.await("it is worked on", all -> all.stream().anyMatch(row -> row.connections() == 1));
        Masters.Row busy = masters.rows().stream().filter(row -> row.connections() == 1).findFirst().orElseThrow();
        Masters.send(signal, busy.pid());
        assertThat(Web.receive(client)).startsWith("HTTP/1.1 502 ").contains("Connection: close");
        masters.await("it is replaced", all -> all.stream().filter(Masters.Row::serves).count() == 2
                && all.stream().noneMatch(row -> row.pid() == busy.pid()));
    }

    @Test
    void connectionsStayWhenAllWorkersAreReplaced() throws Exception {
        boolean uring = Transports.all().stream()
                .anyMatch(each -> each.name().equals("uring") && each.unavailable().isEmpty());
        Program program = start(uring ? "uring" : "epoll");
        try (SocketChannel kept = SocketChannel.open(program.server());
                SocketChannel halfway = SocketChannel.open(program.server())) {
            assertThat(Web.exchange(kept, GET)).startsWith("HTTP/1.1 200");
            halfway.write(ByteBuffer.wrap(GET.substring(0, 20).getBytes(ISO_8859_1)));
            masters.await("a worker has it", all -> all.stream().anyMatch(row -> row.connections() == 1));
            assertThat(masters.control("reload")).isEqualTo("generation 2 serves; generation 1 drains\n");
            assertThat(Web.exchange(kept, GET)).startsWith("HTTP/1.1 200");
            assertThat(Web.exchange(halfway, GET.substring(20))).startsWith("HTTP/1.1 200")
                    .contains("Connection: close");
            masters.await("the old generation ends", all -> all.stream().noneMatch(row -> row.generation() == 1));
            assertThat(Web.exchange(kept, GET)).startsWith("HTTP/1.1 200");
        }
    }

    private static boolean hasNetwork(Masters.Row worker) {
        try {
            return !networkSockets(worker.pid()).isEmpty();
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    /// The sockets of a process that the system lists as TCP's or UDP's.
    private static Set<String> networkSockets(long pid) throws IOException {
        Set<String> network = Stream.of("tcp", "tcp6", "udp", "udp6")
                .map(each -> Path.of("/proc", Long.toString(pid), "net", each))
                .filter(Files::exists)
                .flatMap(LentWorkTest::lines)
                .map(line -> line.strip().split(" +"))
                .filter(columns -> columns.length > 9)
                .map(columns -> "socket:[" + columns[9] + "]")
                .collect(Collectors.toSet());
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return open.map(LentWorkTest::target).filter(network::contains).collect(Collectors.toSet());
        }
    }

    private static Stream<String> lines(Path path) {
        try {
            return Files.readAllLines(path).stream();
        } catch (IOException hidden) {
            return Stream.of();
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closed) {
            return "";
        }
    }
}
