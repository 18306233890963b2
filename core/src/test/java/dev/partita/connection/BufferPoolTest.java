package dev.partita.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class BufferPoolTest {
    private static final int BYTES = 16;
    private static final int BYTES_MAX = 64;

    @Test
    void givesEveryChunkToOneBufferOnlyAndSaysWhenNoneIsLeft() {
        BufferPool pool = pool(4, 2, false);
        List<Buffer> buffers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Buffer buffer = new Buffer();
            assertThat(pool.attach(buffer)).isTrue();
            buffer.putLatin1(String.valueOf(i).repeat(BYTES));
            buffers.add(buffer);
        }

        assertThat(pool.attach(new Buffer())).isFalse();
        for (int i = 0; i < 4; i++) {
            assertThat(BufferTest.text(buffers.get(i))).isEqualTo(String.valueOf(i).repeat(BYTES));
        }
        pool.release(buffers.get(2));
        assertThat(buffers.get(2).isAttached()).isFalse();
        assertThat(pool.attach(new Buffer())).isTrue();
    }

    @Test
    void growsABufferWithWhatIsInItAndTakesItsOldChunkBack() {
        BufferPool pool = pool(1, 1, false);
        Buffer buffer = new Buffer();
        pool.attach(buffer);
        buffer.putLatin1("0123456789abcdef");
        buffer.skip(4);

        assertThat(pool.grow(buffer)).isTrue();
        assertThat(BufferTest.text(buffer)).isEqualTo("456789abcdef");
        assertThat(buffer.capacity()).isEqualTo(BYTES_MAX);
        assertThat(pool.grow(buffer)).as("a second time").isFalse();
        assertThat(pool.attach(new Buffer())).as("the old chunk is free").isTrue();
    }

    @Test
    void givesTheChunkOutAgainThatCameBackLast() {
        BufferPool pool = pool(8, 1, false);
        Buffer first = new Buffer();
        Buffer second = new Buffer();
        pool.attach(first);
        pool.attach(second);
        long address = first.startAddress();
        pool.release(first);
        Buffer third = new Buffer();
        pool.attach(third);

        assertThat(third.startAddress()).isEqualTo(address);
    }

    @Test
    void refusesMemoryThatIsTooSmall() {
        assertThatThrownBy(() -> new BufferPool(MemorySegment.NULL, 8, 1, 8, 1, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not fit");
    }

    @Test
    void neverGivesAChunkToTwoThreadsWhenShared() throws Exception {
        BufferPool pool = pool(3, 1, true);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Integer>> clashes = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                byte mark = (byte) thread;
                clashes.add(threads.submit(() -> takeAndCheck(pool, mark)));
            }
            for (Future<Integer> clash : clashes) {
                assertThat(clash.get()).isZero();
            }
        }
    }

    private static int takeAndCheck(BufferPool pool, byte mark) {
        int clashes = 0;
        Buffer buffer = new Buffer();
        for (int i = 0; i < 50_000; i++) {
            if (pool.attach(buffer)) {
                while (buffer.room() > 0) {
                    buffer.put(mark);
                }
                for (int at = 0; at < buffer.length(); at++) {
                    clashes += buffer.at(at) == mark ? 0 : 1;
                }
                pool.release(buffer);
            }
        }
        return clashes;
    }

    private static BufferPool pool(int count, int countLarge, boolean shared) {
        MemorySegment memory = Arena.ofAuto().allocate(BufferPool.bytesNeeded(BYTES, count, BYTES_MAX, countLarge));
        return new BufferPool(memory, BYTES, count, BYTES_MAX, countLarge, shared);
    }
}
