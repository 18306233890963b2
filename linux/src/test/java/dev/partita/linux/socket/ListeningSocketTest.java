package dev.partita.linux.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Errno;
import dev.partita.linux.libc.Libc;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.Transport.Sharing;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Binding: every kind of address, and what is said when it does not work.
@Timeout(value = 20, unit = TimeUnit.SECONDS)
class ListeningSocketTest {
    @TempDir
    Path folder;

    @Test
    void portZeroIsOneThatTheSystemChooses() throws IOException {
        try (ListeningSocket listener = open(at("127.0.0.1", 0))) {
            InetSocketAddress bound = (InetSocketAddress) listener.address();

            assertThat(bound.getPort()).isPositive();
            assertThat(bound.getAddress().getHostAddress()).isEqualTo("127.0.0.1");
            assertThat(acceptedBy(listener, bound)).isTrue();
        }
    }

    @Test
    void theIpv6WildcardTakesIpv4AsWell() throws IOException {
        assumeTrue(Files.exists(Path.of("/proc/net/if_inet6")), "IPv6 is off");
        try (ListeningSocket listener = open(at("::", 0))) {
            InetSocketAddress bound = (InetSocketAddress) listener.address();
            assertThat(bound.getAddress()).isInstanceOf(Inet6Address.class);

            assertThat(acceptedBy(listener, at("::1", bound.getPort()))).isTrue();
            assertThat(acceptedBy(listener, at("127.0.0.1", bound.getPort()))).isTrue();
        }
    }

    @Test
    void aPortInUseIsNamedWithTheRemedy() throws IOException {
        try (ListeningSocket listener = open(at("127.0.0.1", 0))) {
            int port = ((InetSocketAddress) listener.address()).getPort();

            assertThatThrownBy(() -> open(listener.address())).isInstanceOf(IOException.class)
                    .hasMessage("cannot listen on 127.0.0.1:" + port + ": bind failed with EADDRINUSE; port " + port
                            + " is in use: choose another with --port, or end the program that listens there");
        }
    }

    @Test
    void anAddressOfAnotherMachineIsNamedWithTheRemedy() {
        // 192.0.2.0/24 is for documentation (RFC 5737): no interface has it.
        assertThatThrownBy(() -> open(at("192.0.2.1", 0)))
                .hasMessageStartingWith("cannot listen on 192.0.2.1:0: bind failed with EADDRNOTAVAIL; no network");
    }

    @Test
    void aHostWithoutAnAddressIsNamed() {
        assertThatThrownBy(() -> open(InetSocketAddress.createUnresolved("nowhere.invalid", 80)))
                .hasMessage("cannot listen on nowhere.invalid:80: there is no host of that name");
    }

    @Test
    void severalListenersShareAPortWhenTheyAllSaySo() throws IOException {
        try (ListeningSocket one = open(at("127.0.0.1", 0), Sharing.REUSE_PORT);
                ListeningSocket other = open(one.address(), Sharing.REUSE_PORT)) {
            assertThat(other.address()).isEqualTo(one.address());
            assertThatThrownBy(() -> open(one.address())).hasMessageContaining("EADDRINUSE");
        }
    }

    @Test
    void aPortIsFreeAtOnceAfterItsListener() throws IOException {
        SocketAddress bound;
        try (ListeningSocket listener = open(at("127.0.0.1", 0))) {
            bound = listener.address();
            assertThat(acceptedBy(listener, bound)).isTrue();
        }

        open(bound).close();
    }

    @Test
    void aUnixSocketIsAFileThatGoesAwayWithIt() throws IOException {
        Path path = folder.resolve("socket");
        try (ListeningSocket listener = open(UnixDomainSocketAddress.of(path))) {
            assertThat(acceptedBy(listener, listener.address())).isTrue();
            assertThat(path).exists();
        }

        assertThat(path).doesNotExist();
    }

    @Test
    void aUnixSocketThatAnswersIsNotReplaced() throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("socket"));
        try (ListeningSocket listener = open(address)) {
            assertThatThrownBy(() -> open(address)).hasMessage("cannot listen on unix:" + address.getPath()
                    + ": bind failed with EADDRINUSE; choose another path, or end the program that listens there");
            assertThat(acceptedBy(listener, address)).isTrue();
        }
    }

    @Test
    void aUnixSocketWhoseProgramIsGoneIsReplaced() throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("socket"));
        try (ServerSocketChannel gone = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            gone.bind(address); // the JDK leaves the file behind
        }
        assertThat(address.getPath()).exists();

        try (ListeningSocket listener = open(address)) {
            assertThat(acceptedBy(listener, address)).isTrue();
        }
    }

    /// Each finds the file of a server that is gone, and one replaces it: whoever listens is found.
    @Test
    void ofSeveralThatStartTogetherOneListensAndIsFound() throws Exception {
        int starters = 4;
        try (ExecutorService threads = Executors.newFixedThreadPool(starters)) {
            for (int round = 0; round < 300; round++) {
                UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("socket" + round));
                try (ServerSocketChannel gone = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                    gone.bind(address);
                }
                var together = new CyclicBarrier(starters);
                List<ListeningSocket> listening = new ArrayList<>();
                Callable<List<ListeningSocket>> starter = () -> openAfter(together, address);
                for (Future<List<ListeningSocket>> each : threads.invokeAll(Collections.nCopies(starters, starter))) {
                    listening.addAll(each.get());
                }
                assertThat(listening).as("those that listen").hasSize(1);
                assertThat(acceptedBy(listening.getFirst(), address)).isTrue();
                listening.getFirst().close();
            }
        }
        assertThat(folder).isEmptyDirectory();
    }

    private static List<ListeningSocket> openAfter(CyclicBarrier together, SocketAddress address) throws Exception {
        together.await();
        try {
            return List.of(open(address));
        } catch (IOException inUse) {
            assertThat(inUse).hasMessageContaining("EADDRINUSE");
            return List.of();
        }
    }

    @Test
    void aFileThatIsNoSocketIsLeftAlone() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "precious");

        assertThatThrownBy(() -> open(UnixDomainSocketAddress.of(file))).hasMessageContaining("it is not a socket");

        assertThat(file).hasContent("precious");
    }

    @Test
    void theFileOfASuccessorIsLeftAlone() throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("socket"));
        ListeningSocket replaced = open(address);
        Files.delete(address.getPath());
        try (ListeningSocket successor = open(address)) {
            replaced.close();

            assertThat(acceptedBy(successor, address)).isTrue();
        }
    }

    @Test
    void aPathThatIsTooLongIsNamed() {
        Path path = folder.resolve("x".repeat(120));

        assertThatThrownBy(() -> open(UnixDomainSocketAddress.of(path))).hasMessageContaining("1 to 107 bytes");
    }

    @Test
    void aFolderThatIsNotThereIsNamed() {
        Path path = folder.resolve("nowhere").resolve("socket");

        assertThatThrownBy(() -> open(UnixDomainSocketAddress.of(path)))
                .hasMessageEndingWith("bind failed with ENOENT; there is no such folder");
    }

    private static InetSocketAddress at(String host, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(host), port);
    }

    private static ListeningSocket open(SocketAddress address) throws IOException {
        return open(address, Sharing.SINGLE);
    }

    private static ListeningSocket open(SocketAddress address, Sharing sharing) throws IOException {
        return ListeningSocket.open(address, 16, SocketOptions.defaults(), sharing);
    }

    /// Connects, and sees whether the listener has the connection.
    private static boolean acceptedBy(ListeningSocket listener, SocketAddress address) throws IOException {
        try (SocketChannel client = SocketChannel.open(address)) {
            assertThat(client.isConnected()).isTrue();
            int accepted;
            do {
                accepted = listener.accept(CallMemory.ofThread());
            } while (accepted == -Errno.EAGAIN);
            if (accepted >= 0) {
                Libc.close(accepted);
            }
            return accepted >= 0;
        }
    }
}
