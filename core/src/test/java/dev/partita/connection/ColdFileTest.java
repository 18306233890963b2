package dev.partita.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.limits.Counter;
import dev.partita.limits.Counters;
import dev.partita.limits.Limits;
import dev.partita.limits.Refusal;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Sending a file never waits for the disk: what is not in memory is brought there in a pass that may block.
class ColdFileTest {
    private static final int WINDOW = 256 << 10;

    private final Counters counters = Counters.confined();
    private final List<String> events = new ArrayList<>();
    private final FileEndpoint endpoint = new FileEndpoint();
    private final Sending session = new Sending();
    private final ConnectionTable table = new ConnectionTable(connection -> session,
            Limits.defaults().withConnectionsMax(1), (root, symlinks) -> {
                throw new IOException("no folders here");
            }, () -> endpoint);
    private final BufferPool pool = new BufferPool(
            Arena.ofAuto().allocate(BufferPool.bytesNeeded(1024, 2, 4096, 2)), 1024, 2, 4096, 2, false);
    private final Connection connection = Objects.requireNonNull(table.reserve());

    ColdFileTest() {
        connection.begin(back -> true, pool, counters);
        connection.prepare();
    }

    @Test
    void aFileInMemoryIsAskedForOnceAWindowAndSent() {
        connection.outbound().follow(new File(WINDOW + 1, 2L * WINDOW), 0, WINDOW + 1);
        assertThat(steps()).as("a turn for each").containsExactly(Step.WRITE, Step.WRITE, Step.WAIT);
        assertThat(events).containsExactly("asked 0+262144", "sent 0+262144", "asked 262144+1", "sent 262144+1",
                "closed");
        assertThat(counters.get(Counter.COLD_READS)).isZero();
    }

    @Test
    void aColdWindowIsLoadedInAPassThatMayBlockAndThenSent() {
        connection.outbound().follow(new File(WINDOW + 1, 0), 0, WINDOW + 1);
        assertThat(steps()).containsExactly(Step.BLOCKING, Step.WRITE, Step.BLOCKING, Step.WRITE, Step.WAIT);
        assertThat(events).containsExactly("asked 0+262144", "loaded 0+262144", "sent 0+262144", "asked 262144+1",
                "loaded 262144+1", "sent 262144+1", "closed");
        assertThat(counters.get(Counter.COLD_READS)).isEqualTo(2);
    }

    @Test
    void whatStandsInFrontOfAColdFileDoesNotWaitForIt() {
        connection.outbound().bytes().putLatin1("head");
        connection.outbound().follow(new File(10, 0), 0, 10);
        assertThat(steps()).containsExactly(Step.WRITE, Step.BLOCKING, Step.WRITE, Step.WAIT);
        assertThat(events).containsExactly("asked 0+10", "sent head", "loaded 0+10", "sent 0+10", "closed");
    }

    @Test
    void aWorkThatMayBlockLoadsTheFirstWindowItself() {
        session.step = Step.BLOCKING;
        session.work = () -> connection.outbound().follow(new File(10, 0), 0, 10);
        assertThat(connection.next()).isEqualTo(Step.BLOCKING);
        connection.work();
        session.step = null;
        assertThat(steps()).containsExactly(Step.WRITE, Step.WAIT);
        assertThat(events).containsExactly("asked 0+10", "loaded 0+10", "sent 0+10", "closed");
    }

    @Test
    void aWorkThatNeverBlocksDoesNot() {
        session.step = Step.WORK;
        session.work = () -> connection.outbound().follow(new File(10, 0), 0, 10);
        assertThat(connection.next()).isEqualTo(Step.WORK);
        connection.work();
        assertThat(events).isEmpty();
    }

    @Test
    void afterTheSocketWasFullItIsAskedAgain() {
        connection.outbound().follow(new File(100, 100), 0, 100);
        endpoint.most = 60;
        endpoint.fullAfter = 1;
        assertThat(connection.next()).isEqualTo(Step.WRITE);
        assertThat(connection.send()).isFalse();
        assertThat(events).containsExactly("asked 0+100", "sent 0+60");
        events.clear();
        endpoint.fullAfter = Integer.MAX_VALUE;
        assertThat(steps()).containsExactly(Step.WRITE, Step.WAIT);
        assertThat(events).containsExactly("asked 60+40", "sent 60+40", "closed");
    }

    @Test
    void whatCannotBeLoadedNowIsNotRefusedButAskedForAgain() {
        connection.outbound().follow(new File(10, 0), 0, 10);
        assertThat(connection.next()).isEqualTo(Step.BLOCKING);
        assertThat(connection.refuse(Refusal.QUEUE_FULL)).isFalse();
        assertThat(session.refusals).isZero();
        assertThat(steps()).containsExactly(Step.BLOCKING, Step.WRITE, Step.WAIT);
    }

    @Test
    void aSlowDiskIsNotTakenForAPeerThatDoesNotRead() {
        connection.outbound().follow(new File(10, 0), 0, 10);
        assertThat(connection.next()).isEqualTo(Step.BLOCKING);
        table.tick(table.now() + 29_000_000_000L);
        connection.work();
        table.tick(table.now() + 2_000_000_000L);
        assertThat(connection.isLate()).isFalse();
    }

    /// Performs steps until there is nothing more to send.
    private List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        while (steps.isEmpty() || steps.getLast() != Step.WAIT) {
            Step step = connection.next();
            steps.add(step);
            switch (step) {
                case BLOCKING -> connection.work();
                case WRITE -> assertThat(connection.send()).isTrue();
                case WAIT -> {}
                case READ, WORK, CLOSE -> throw new AssertionError(step);
            }
        }
        return steps;
    }

    private final class Sending implements Session {
        @Nullable Step step;
        Runnable work = () -> {};
        int refusals;

        @Override
        public Step next() {
            return step != null ? step : connection.outbound().isDrained() ? Step.WAIT : Step.WRITE;
        }

        @Override
        public void work() {
            work.run();
        }

        @Override
        public boolean refuse(Refusal why) {
            refusals++;
            return true;
        }
    }

    private final class File implements OpenFile {
        private final long bytes;
        private long residentUntil;

        File(long bytes, long residentUntil) {
            this.bytes = bytes;
            this.residentUntil = residentUntil;
        }

        @Override
        public long bytes() {
            return bytes;
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
            throw new AssertionError("not read but transferred");
        }

        @Override
        public boolean isResident(long position, long bytes) {
            events.add("asked " + position + "+" + bytes);
            return position + bytes <= residentUntil;
        }

        @Override
        public void load(long position, long bytes) {
            events.add("loaded " + position + "+" + bytes);
            residentUntil = position + bytes;
        }

        @Override
        public void close() {
            events.add("closed");
        }
    }

    private final class FileEndpoint extends Endpoint {
        long most = Long.MAX_VALUE;
        int fullAfter = Integer.MAX_VALUE;

        @Override
        public int receive(Buffer into) {
            return AGAIN;
        }

        @Override
        public int send(Buffer from, boolean more) {
            var bytes = new byte[from.length()];
            from.copy(0, bytes, 0, bytes.length);
            from.skip(bytes.length);
            events.add("sent " + new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1) + (more ? " .." : ""));
            return bytes.length;
        }

        @Override
        public long transfer(OpenFile file, long position, long bytesMax, Buffer scratch) {
            if (fullAfter-- == 0) {
                return AGAIN;
            }
            long sent = Math.min(bytesMax, most);
            events.add("sent " + position + "+" + sent);
            return sent;
        }

        @Override
        public void shutdownOutput() {}

        @Override
        public void close(Close how) {}
    }
}
