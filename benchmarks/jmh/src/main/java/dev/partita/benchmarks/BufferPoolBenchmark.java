package dev.partita.benchmarks;

import dev.partita.connection.Buffer;
import dev.partita.connection.BufferPool;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// Taking a buffer and giving it back, as every request does: from a pool of one thread, and from one that many share.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BufferPoolBenchmark {
    private static final int BYTES = 8192;
    private static final int BYTES_MAX = 65536;
    private static final int COUNT = 64;

    private final Buffer buffer = new Buffer();
    private final BufferPool confined = pool(false);
    private final BufferPool shared = pool(true);

    private static BufferPool pool(boolean shared) {
        return new BufferPool(Arena.ofAuto().allocate(BufferPool.bytesNeeded(BYTES, COUNT, BYTES_MAX, 1)), BYTES, COUNT,
                BYTES_MAX, 1, shared);
    }

    @Benchmark
    public boolean confined() {
        boolean attached = confined.attach(buffer);
        confined.release(buffer);
        return attached;
    }

    @Benchmark
    public boolean shared() {
        boolean attached = shared.attach(buffer);
        shared.release(buffer);
        return attached;
    }
}
