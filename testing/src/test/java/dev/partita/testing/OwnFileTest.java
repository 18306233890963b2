package dev.partita.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.Buffer;
import dev.partita.connection.Connection;
import dev.partita.connection.OpenFile;
import dev.partita.connection.Protocol;
import dev.partita.connection.Session;
import dev.partita.connection.Step;
import dev.partita.limits.Counter;
import dev.partita.server.Running;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Files that are no transport's own, so that no system call can send them: they are read into outbound, piece by piece.
@Timeout(60)
class OwnFileTest {
    private static final int BYTES = 1_000_000;

    private final AtomicInteger closed = new AtomicInteger();

    @ParameterizedTest
    @MethodSource("dev.partita.testing.Under#all")
    void eachByteIsSentAndCountedOnce(Under under) throws Exception {
        Protocol sending = Sending::new;
        // A socket that is full again and again takes parts of what was read.
        try (Running server = under.run(sending, Under.SMALL);
                WireClient client = WireClient.connect(server.port(), 4_096)) {
            client.send("x");
            assertThat(client.readExactly(BYTES)).isEqualTo(Pattern.bytes(BYTES));
            client.expectEnd();
            client.leave();
            Eventually.holds("the connection is closed", () -> server.count(Counter.CLOSED) == 1);
            assertThat(server.count(Counter.BYTES_OUT)).isEqualTo(BYTES);
            assertThat(closed).hasValue(1);
        }
    }

    /// Replies to the first byte with the whole file, and ends.
    private final class Sending implements Session {
        private final Connection connection;
        private boolean replied;

        Sending(Connection connection) {
            this.connection = connection;
        }

        @Override
        public Step next() {
            if (!connection.outbound().isDrained()) {
                return Step.WRITE;
            }
            return replied ? Step.CLOSE : connection.inbound().isEmpty() ? Step.READ : Step.WORK;
        }

        @Override
        public void work() {
            connection.inbound().clear();
            connection.outbound().follow(new InMemory(), 0, BYTES);
            replied = true;
        }
    }

    private final class InMemory implements OpenFile {
        @Override
        public long bytes() {
            return BYTES;
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
            int count = (int) Math.min(bytesMax, BYTES - position);
            into.put(Pattern.shared(), (int) position, count);
            return count;
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }
}
