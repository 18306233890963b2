package dev.partita.linux.socket;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Errno;
import dev.partita.linux.libc.Libc;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.SocketOptions.Outcome;
import dev.partita.transport.SocketOptions.Result;
import dev.partita.transport.Transport.Sharing;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Options are set once, on the listening socket. These tests read them back from a socket that it accepted.
@Timeout(value = 20, unit = TimeUnit.SECONDS)
class OptionCallsTest {
    private static final MemorySegment MEMORY = CallMemory.ofThread();
    private static final int TCP = Sockets.IPPROTO_TCP;
    private static final int SOCKET = Sockets.SOL_SOCKET;

    /// The kernel doubles the sizes of buffers, for its bookkeeping (`socket(7)`).
    @ParameterizedTest
    @CsvSource({
        "tcp-nodelay=on,       6,  1,    1",
        "tcp-nodelay=off,      6,  1,    0",
        "tcp-user-timeout=777, 6, 18,  777",
        "tcp-notsent-lowat=99, 6, 25,   99",
        "so-keepalive=on,      1,  9,    1",
        "so-rcvbuf=20000,      1,  8, 40000",
        "so-sndbuf=30000,      1,  7, 60000",
    })
    void anAcceptedSocketHasTheOptionsOfItsListener(String option, int level, int name, int expected)
            throws IOException {
        try (ListeningSocket listener = open(option)) {
            assertThat(listener.outcomes().getLast().result()).isEqualTo(Result.APPLIED);

            assertThat(accepted(listener, fd -> Libc.getsockopt(MEMORY, fd, level, name))).isEqualTo(expected);
        }
    }

    @Test
    void anAcceptedSocketLingersAsItsListener() throws IOException {
        try (ListeningSocket listener = open("so-linger=3")) {
            assertThat(accepted(listener, OptionCallsTest::linger)).isEqualTo(3);
        }
    }

    @Test
    void anAcceptedSocketHasTheCongestionControlOfItsListener() throws IOException {
        try (ListeningSocket listener = open("tcp-congestion=reno")) {
            assertThat(listener.outcomes().getLast().result()).isEqualTo(Result.APPLIED);

            assertThat(accepted(listener, fd -> isReno(fd) ? 1 : 0)).isOne();
        }
    }

    /// TCP_QUICKACK says 1 unless a socket is in "pingpong" mode, so it is the `off` that can be seen.
    @Test
    void quickAcknowledgementsAreSetOnTheAcceptedSocket() throws IOException {
        try (ListeningSocket listener = open("tcp-quickack=off")) {
            assertThat(listener.outcomes().getLast().result()).isEqualTo(Result.APPLIED);

            assertThat(accepted(listener, fd -> Libc.getsockopt(MEMORY, fd, TCP, Sockets.TCP_QUICKACK))).isZero();
        }
        try (ListeningSocket listener = open("tcp-quickack=on")) {
            assertThat(accepted(listener, fd -> Libc.getsockopt(MEMORY, fd, TCP, Sockets.TCP_QUICKACK))).isOne();
        }
    }

    @Test
    void aConnectionWithoutDataIsNotAcceptedYetWhenDeferred() throws IOException {
        try (ListeningSocket listener = open("tcp-defer-accept=5");
                SocketChannel client = SocketChannel.open(listener.address())) {
            assertThat(listener.outcomes().getLast().result()).isEqualTo(Result.APPLIED);
            assertThat(client.isConnected()).isTrue();
            assertThat(listener.accept(MEMORY)).isEqualTo(-Errno.EAGAIN);

            client.write(US_ASCII.encode("here"));

            int fd = -Errno.EAGAIN;
            while (fd == -Errno.EAGAIN) {
                fd = listener.accept(MEMORY);
            }
            assertThat(fd).isNotNegative();
            Libc.close(fd);
        }
    }

    @Test
    void whatTheKernelRefusesIsNamedWithItsError() throws IOException {
        try (ListeningSocket listener = open("tcp-congestion=nosuch")) {
            Outcome outcome = listener.outcomes().getLast();

            assertThat(outcome.result()).isEqualTo(Result.REFUSED);
            assertThat(outcome.detail()).startsWith("ENOENT: not among net.ipv4.tcp_available");
        }
    }

    @Test
    void fastOpenDependsOnTheKernelsSetting() throws IOException {
        Path setting = Path.of("/proc/sys/net/ipv4/tcp_fastopen");
        assumeTrue(Files.isReadable(setting));
        boolean on = (Integer.parseInt(Files.readString(setting).strip()) & 2) != 0;
        try (ListeningSocket listener = open("tcp-fastopen=16")) {
            assertThat(listener.outcomes().getLast().result())
                    .isEqualTo(on ? Result.APPLIED : Result.NOT_AVAILABLE);
        }
    }

    @Test
    void theProcessorOptionsAreTried() throws IOException {
        try (ListeningSocket listener = open("so-incoming-cpu=0")) {
            assertThat(listener.outcomes().getLast().result()).isEqualTo(Result.APPLIED);
        }
        try (ListeningSocket listener = open("so-busy-poll=50")) {
            assertThat(listener.outcomes().getLast().detail()).matches("|EPERM: .*CAP_NET_ADMIN");
        }
    }

    @Test
    void aUnixSocketHasNoOptionsOfTcp(@TempDir Path folder) throws IOException {
        try (ListeningSocket listener = ListeningSocket.open(
                UnixDomainSocketAddress.of(folder.resolve("socket")), 1, SocketOptions.defaults(), Sharing.SINGLE)) {
            assertThat(listener.outcomes()).isNotEmpty()
                    .extracting(Outcome::result)
                    .containsOnly(Result.NOT_AVAILABLE);
        }
    }

    @Test
    void anAcceptedUnixSocketHasTheSendBufferOfItsListenerAndNothingElse(@TempDir Path folder) throws IOException {
        SocketOptions options = SocketOptions.defaults().with("so-sndbuf=30000").with("so-rcvbuf=20000")
                .with("so-keepalive=on").with("so-linger=3");
        try (ListeningSocket listener = ListeningSocket.open(
                UnixDomainSocketAddress.of(folder.resolve("socket")), 1, options, Sharing.SINGLE)) {
            assertThat(listener.outcomes()).filteredOn(outcome -> outcome.result() == Result.APPLIED)
                    .extracting(outcome -> outcome.setting().toString())
                    .containsExactly("so-sndbuf=30000");

            assertThat(accepted(listener, fd -> Libc.getsockopt(MEMORY, fd, SOCKET, Sockets.SO_SNDBUF)))
                    .isEqualTo(60_000);
        }
    }

    private static ListeningSocket open(String option) throws IOException {
        return ListeningSocket.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16, SocketOptions.defaults().with(option),
                Sharing.SINGLE);
    }

    private interface Look {
        long at(int fd);
    }

    private static long accepted(ListeningSocket listener, Look look) throws IOException {
        try (SocketChannel client = SocketChannel.open(listener.address())) {
            assertThat(client.isConnected()).isTrue();
            int fd = -Errno.EAGAIN;
            while (fd == -Errno.EAGAIN) {
                fd = listener.accept(MEMORY);
            }
            assertThat(fd).isNotNegative();
            try {
                return look.at(fd);
            } finally {
                Libc.close(fd);
            }
        }
    }

    private static int linger(int fd) {
        try (var arena = Arena.ofConfined()) {
            var linger = arena.allocate(JAVA_INT, 2);
            var size = arena.allocateFrom(JAVA_INT, 8);
            Libc.getsockopt(MEMORY, fd, SOCKET, Sockets.SO_LINGER, linger.address(), size.address());
            assertThat(linger.getAtIndex(JAVA_INT, 0)).isEqualTo(1);
            return linger.getAtIndex(JAVA_INT, 1);
        }
    }

    private static boolean isReno(int fd) {
        try (var arena = Arena.ofConfined()) {
            var word = arena.allocate(16);
            var size = arena.allocateFrom(JAVA_INT, 16);
            Libc.getsockopt(MEMORY, fd, TCP, Sockets.TCP_CONGESTION, word.address(), size.address());
            return word.getString(0).equals("reno");
        }
    }
}
