package dev.partita.benchmarks;

import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Eventfd;
import dev.partita.linux.libc.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// System calls through the Foreign Function & Memory API: one that succeeds, one that fails so that errno is looked at, and
/// the wake-up of a loop. `-prof gc` shows that none of them allocates.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SystemCallBenchmark {
    private static final int EVENTS = 16;
    private static final int EVENT_BYTES = 16;
    private static final int NO_DESCRIPTOR = -1;

    private final MemorySegment memory = CallMemory.allocate();
    private final MemorySegment events = Arena.ofAuto().allocate(EVENTS * EVENT_BYTES);
    private int epoll;
    private int eventfd;

    @Setup
    public void open() throws IOException {
        epoll = Libc.epollCreate1(memory, 0);
        eventfd = Eventfd.open(memory);
        if (epoll < 0) {
            throw new IOException("epoll_create1 failed: " + epoll);
        }
    }

    @TearDown
    public void close() {
        Libc.close(epoll);
        Libc.close(eventfd);
    }

    @Benchmark
    public int succeeds() {
        return Libc.epollWait(memory, epoll, events.address(), EVENTS, 0);
    }

    @Benchmark
    public int fails() {
        return Libc.recv(memory, NO_DESCRIPTOR, events.address(), EVENT_BYTES, 0);
    }

    @Benchmark
    public void wakesUp() {
        Eventfd.signal(eventfd);
    }
}
