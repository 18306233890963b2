package dev.partita.processes;

import dev.partita.loop.Attendant;
import java.io.PrintStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/// One of the master's standard streams, for what others have written: a thread of its own waits for whoever reads there, and
/// nobody else does.
final class Outlet implements Runnable {
    static final Outlet OUT = started("output", () -> System.out);
    static final Outlet ERR = started("errors", () -> System.err);
    private static final int CHUNKS_MAX = 32;
    private static final long LOOK_NANOS = 1_000_000L;

    private final Supplier<PrintStream> stream;
    private final BlockingQueue<byte[]> chunks = new LinkedBlockingQueue<>();
    /// The chunks that are not written yet.
    private final AtomicInteger left = new AtomicInteger();

    private Outlet(Supplier<PrintStream> stream) {
        this.stream = stream;
    }

    private static Outlet started(String name, Supplier<PrintStream> stream) {
        var outlet = new Outlet(stream);
        new Attendant(name, outlet).start();
        return outlet;
    }

    /// Whether it takes another chunk: who has one has to ask before.
    boolean hasRoom() {
        return left.get() < CHUNKS_MAX;
    }

    /// Writes it later.
    void write(byte[] chunk) {
        left.incrementAndGet();
        chunks.add(chunk);
    }

    /// Waits until all is written, or the time is over.
    void await(long timeoutNanos) {
        long end = System.nanoTime() + timeoutNanos;
        while (left.get() > 0 && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    @Override
    public void run() {
        try {
            while (true) {
                byte[] chunk = chunks.take();
                PrintStream to = stream.get();
                to.write(chunk, 0, chunk.length);
                to.flush();
                left.decrementAndGet();
            }
        } catch (InterruptedException over) {
            // nobody interrupts it
        }
    }
}
