package dev.partita.linux.epoll;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.partita.connection.Connection;
import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Errno;
import dev.partita.linux.libc.Libc;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

/// The other side of a connection, by the JDK's blocking channels.
final class Peer implements AutoCloseable {
    private static final int MSG_PEEK = 2;
    private static final short POLLRDHUP = 0x2000;

    final SocketChannel channel;

    private Peer(SocketChannel channel) {
        this.channel = channel;
    }

    static Peer of(SocketAddress address) throws IOException {
        return new Peer(SocketChannel.open(address));
    }

    void say(String text) throws IOException {
        say(ByteBuffer.wrap(text.getBytes(US_ASCII)));
    }

    void say(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    String hear(int bytes) throws IOException {
        return new String(hearBytes(bytes), US_ASCII);
    }

    /// As many bytes as asked for, or fewer if the other side ends before.
    byte[] hearBytes(int bytes) throws IOException {
        ByteBuffer heard = ByteBuffer.allocate(bytes);
        while (heard.hasRemaining() && channel.read(heard) >= 0) {
            // the rest
        }
        return Arrays.copyOf(heard.array(), heard.position());
    }

    void halfClose() throws IOException {
        channel.shutdownOutput();
    }

    void reset() throws IOException {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        channel.close();
    }

    /// Waits until the kernel has something for the connection, without telling anybody: bytes, the end or an error.
    static void untilArrived(Connection connection) {
        var memory = CallMemory.ofThread();
        int fd = ((EpollEndpoint) connection.endpoint()).fd();
        while (Libc.recv(memory, fd, memory.address() + CallMemory.VALUE, 1, MSG_PEEK) == -Errno.EAGAIN) {
            Thread.onSpinWait();
        }
    }

    /// Waits until the kernel has the end of the stream for the connection, behind whatever was said before.
    static void untilEnded(Connection connection) {
        var memory = CallMemory.ofThread();
        memory.set(JAVA_INT, CallMemory.POLLFDS, ((EpollEndpoint) connection.endpoint()).fd());
        memory.set(JAVA_SHORT, CallMemory.POLLFDS + 4, POLLRDHUP);
        Libc.ppoll(memory, memory.address() + CallMemory.POLLFDS, 1, 0);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
