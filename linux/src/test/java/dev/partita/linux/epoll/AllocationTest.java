package dev.partita.linux.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.partita.limits.Counter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Once warm, a request allocates nothing: neither the wait, nor the receive, nor the send.
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int REQUESTS = 1_000;
    /// While the JIT compiles, objects are still made. So many rounds are given before none may be.
    private static final int ROUNDS_MAX = 200;

    @Test
    void aRequestAllocatesNothingOnceWarm() throws IOException {
        try (HandLoop loop = new HandLoop(4);
                Peer peer = loop.connectOne()) {
            ByteBuffer bytes = ByteBuffer.allocateDirect(16);
            long allocated = Long.MAX_VALUE;
            int rounds = 0;
            while (allocated != 0 && rounds < ROUNDS_MAX) {
                allocated = round(loop, peer, bytes);
                rounds++;
            }

            System.out.println("allocated by the last " + REQUESTS + " requests: " + allocated + " bytes, after "
                    + rounds * REQUESTS + " requests");
            assertThat(allocated).isZero();
        }
    }

    /// @return the bytes allocated by the turns of the loop
    private static long round(HandLoop loop, Peer peer, ByteBuffer bytes) throws IOException {
        long allocated = 0;
        for (int i = 0; i < REQUESTS; i++) {
            peer.say(bytes.clear());
            long out = loop.counters.get(Counter.BYTES_OUT) + bytes.capacity();
            long before = THREADS.getCurrentThreadAllocatedBytes();
            while (loop.counters.get(Counter.BYTES_OUT) < out) {
                loop.turn(HandLoop.FOREVER);
            }
            allocated += THREADS.getCurrentThreadAllocatedBytes() - before;
            bytes.clear();
            while (bytes.hasRemaining()) {
                peer.channel.read(bytes);
            }
        }
        return allocated;
    }
}
