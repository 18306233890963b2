package dev.partita.linux.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.partita.linux.DescriptorLimit;
import dev.partita.linux.libc.Errno;
import dev.partita.linux.socket.MessageChannel.Received;
import dev.partita.transport.SocketOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class MessageChannelTest {
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    Path temporary;

    @Test
    void messagesKeepTheirEnds() throws IOException {
        MessageChannel[] pair = MessageChannel.pair();
        assertThat(pair[1].receive()).isNull();
        assertThat(pair[0].send(HELLO)).isTrue();
        assertThat(pair[0].send(new byte[MessageChannel.BYTES_MAX])).isTrue();
        assertThat(received(pair[1]).bytes()).isEqualTo(HELLO);
        assertThat(received(pair[1]).bytes()).hasSize(MessageChannel.BYTES_MAX);
        pair[0].close();
        assertThat(received(pair[1]).isEnd()).isTrue();
        assertThat(pair[1].send(HELLO)).as("nobody is there").isFalse();
        pair[1].close();
    }

    @Test
    void descriptorsArriveAndTheOthersStayTheSenders() throws IOException {
        MessageChannel[] pair = MessageChannel.pair();
        MessageChannel[] passed = MessageChannel.pair();
        assertThat(pair[0].send(HELLO, passed[0].fd(), passed[0].fd())).isTrue();
        Received received = received(pair[1]);
        assertThat(received.descriptors()).hasSize(2).doesNotContain(passed[0].fd());
        passed[0].close();
        MessageChannel copy = MessageChannel.adopt(received.descriptors()[1]);
        Descriptors.close(received.descriptors()[0]);
        assertThat(copy.send(HELLO)).isTrue();
        assertThat(received(passed[1]).bytes()).isEqualTo(HELLO);
        for (MessageChannel each : new MessageChannel[]{pair[0], pair[1], passed[1], copy}) {
            each.close();
        }
    }

    @Test
    void onlyItsUserMayOpenTheFileAndBothSidesKnowEachOther() throws IOException {
        Path path = temporary.resolve("socket");
        try (MessageListener listener = Objects.requireNonNull(MessageListener.open(path));
                MessageChannel client = MessageChannel.connect(path);
                MessageChannel server = Objects.requireNonNull(listener.accept())) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path))).isEqualTo("rw-------");
            assertThat(server.peer().pid()).isEqualTo((int) ProcessHandle.current().pid());
            assertThat(client.peer()).isEqualTo(server.peer());
            assertThat(server.peer().uid()).isEqualTo(Descriptors.user());
            assertThat(MessageListener.open(path)).as("somebody answers there").isNull();
        }
        assertThat(path).doesNotExist();
        assertThatThrownBy(() -> MessageChannel.connect(path)).hasMessageContaining("there is no such file");
    }

    /// As a worker of MP gets its connections: the bell that was sent behind one comes back once the next would be taken.
    @Test
    void aPassedConnectionIsAcceptedAndABellRingsBack() throws IOException {
        MessageChannel[] passing = MessageChannel.pair();
        MessageChannel[] connection = MessageChannel.pair();
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        ListeningSocket listener = ListeningSocket.receiving(passing[1], address, SocketOptions.defaults());
        assertThat(listener.accept()).isNegative();
        passing[0].send(HELLO, connection[1].fd());
        passing[0].send(HELLO);
        int accepted = listener.accept();
        assertThat(accepted).isPositive();
        assertThat(passing[0].receive()).as("it has not looked for another one").isNull();
        assertThat(listener.accept()).isNegative();
        assertThat(received(passing[0]).bytes()).isEqualTo(HELLO);
        Descriptors.close(accepted);
        connection[0].close();
        connection[1].close();
        passing[0].close();
        listener.close();
    }

    /// As a worker that has come to its limit on open files: the kernel gives it the message without the connection.
    @Test
    void aPassedConnectionForWhichThereIsNoDescriptorIsAnErrorAndNoBell() throws IOException {
        MessageChannel[] passing = MessageChannel.pair();
        MessageChannel[] connection = MessageChannel.pair();
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        ListeningSocket listener = ListeningSocket.receiving(passing[1], address, SocketOptions.defaults());
        passing[0].send(HELLO, connection[1].fd());
        passing[0].send(HELLO, connection[1].fd());
        try (var _ = new DescriptorLimit()) {
            assertThat(listener.accept()).isEqualTo(-Errno.EMFILE);
        }
        assertThat(passing[0].receive()).as("a bell that was rung back").isNull();
        int accepted = listener.accept();
        assertThat(accepted).isPositive();
        Descriptors.close(accepted);
        for (MessageChannel each : new MessageChannel[]{passing[0], connection[0], connection[1]}) {
            each.close();
        }
        listener.close();
    }

    private static Received received(MessageChannel channel) {
        @Nullable Received received = channel.receive();
        assertThat(received).as("a message").isNotNull();
        return Objects.requireNonNull(received);
    }
}
