package dev.partita.linux.epoll;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.partita.connection.Buffer;
import dev.partita.connection.Close;
import dev.partita.connection.Connection;
import dev.partita.connection.FileTree;
import dev.partita.connection.OpenFile;
import dev.partita.connection.Symlinks;
import dev.partita.limits.Counter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the endpoint does besides receiving and sending buffers: files, half closes, the ways to end.
@Timeout(value = 20, unit = TimeUnit.SECONDS)
class EpollEndpointTest {
    @TempDir
    Path folder;

    private HandLoop loop;

    @BeforeEach
    void open() throws IOException {
        loop = new HandLoop(4);
    }

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void sendsAFileWithoutChangingAByte() throws Exception {
        byte[] content = content(5_000_000);
        try (FileTree tree = tree("file", content);
                Peer peer = loop.connectOne()) {
            serve(file(tree), content.length);
            var heard = CompletableFuture.supplyAsync(() -> hear(peer, content.length));
            peer.say("go");

            loop.turnUntil(() -> loop.counters.get(Counter.BYTES_OUT) == content.length);

            assertThat(heard.get()).isEqualTo(content);
        }
    }

    @Test
    void aFileThatShrinksBreaksTheConnection() throws Exception {
        try (FileTree tree = tree("file", content(100_000));
                Peer peer = loop.connectOne()) {
            serve(file(tree), 100_000);
            Files.write(folder.resolve("file"), new byte[10]);
            peer.say("go");

            loop.turnUntil(() -> loop.counters.get(Counter.CLOSED) == 1);

            assertThat(loop.counters.get(Counter.BROKEN)).isEqualTo(1);
            assertThat(loop.counters.get(Counter.BYTES_OUT)).isEqualTo(10);
        }
    }

    @Test
    void copiesAFileOfAnotherKind() throws Exception {
        byte[] content = content(1_000_000);
        try (Peer peer = loop.connectOne()) {
            serve(new ArrayFile(content), content.length);
            var heard = CompletableFuture.supplyAsync(() -> hear(peer, content.length));
            peer.say("go");

            loop.turnUntil(() -> loop.open.size() == 1 && loop.open.getFirst().outbound().isDrained()
                    && loop.counters.get(Counter.BYTES_OUT) >= content.length);

            assertThat(heard.get()).isEqualTo(content);
        }
    }

    @Test
    void aFileOfAnotherKindThatEndsEarlyBreaksTheConnection() throws Exception {
        try (Peer peer = loop.connectOne()) {
            serve(new ArrayFile(content(10)), 20);
            peer.say("go");

            loop.turnUntil(() -> loop.counters.get(Counter.CLOSED) == 1);

            assertThat(loop.counters.get(Counter.BROKEN)).isEqualTo(1);
        }
    }

    @Test
    void anAbortIsAResetForThePeer() throws IOException {
        try (Peer peer = loop.connectOne()) {
            Connection c = loop.accept();

            c.endpoint().close(Close.ABORT);

            assertThatThrownBy(() -> peer.hear(1)).hasMessageContaining("reset");
        }
    }

    @Test
    void aNormalCloseIsTheEndForThePeer() throws IOException {
        try (Peer peer = loop.connectOne()) {
            Connection c = loop.accept();

            c.endpoint().close(Close.NORMAL);
            c.endpoint().close(Close.NORMAL);

            assertThat(peer.hear(1)).isEmpty();
        }
    }

    @Test
    void afterAHalfCloseThePeerCanStillSpeak() throws IOException {
        try (Peer peer = loop.connectOne()) {
            Connection c = loop.accept();

            c.endpoint().shutdownOutput();

            assertThat(peer.hear(1)).isEmpty();
            peer.say("one more thing");
            Peer.untilArrived(c);
            assertThat(c.receive()).isTrue();
            assertThat(c.inbound().length()).isEqualTo(14);
        }
    }

    private void serve(OpenFile file, long bytes) {
        loop.protocol.file = file;
        loop.protocol.fileBytes = bytes;
    }

    private FileTree tree(String name, byte[] content) throws IOException {
        Files.write(folder.resolve(name), content);
        return loop.transport.files().tree(folder, Symlinks.INSIDE);
    }

    private static OpenFile file(FileTree tree) throws IOException {
        return Objects.requireNonNull(tree.open("file"));
    }

    private static byte[] content(int bytes) {
        byte[] content = new byte[bytes];
        new Random(7).nextBytes(content);
        return content;
    }

    private static byte[] hear(Peer peer, int bytes) {
        try {
            return peer.hearBytes(bytes);
        } catch (IOException failure) {
            return failure.toString().getBytes(US_ASCII);
        }
    }

    /// A file that has no descriptor.
    private static final class ArrayFile implements OpenFile {
        private final byte[] content;

        ArrayFile(byte[] content) {
            this.content = content;
        }

        @Override
        public long bytes() {
            return content.length;
        }

        @Override
        public long modifiedNanos() {
            return 0;
        }

        @Override
        public long version() {
            return 0;
        }

        @Override
        public boolean isDirectory() {
            return false;
        }

        @Override
        public int read(long position, Buffer into, int bytesMax) {
            int bytes = (int) Math.min(Math.min(bytesMax, into.room()), content.length - position);
            into.put(content, (int) position, bytes);
            return bytes;
        }

        @Override
        public void close() {}
    }
}
