package dev.partita.benchmarks;

import dev.partita.connection.Buffer;
import dev.partita.connection.Close;
import dev.partita.connection.Connection;
import dev.partita.connection.ConnectionTable;
import dev.partita.connection.Endpoint;
import dev.partita.connection.OpenFile;
import dev.partita.http.Handler;
import dev.partita.http.Http;
import dev.partita.limits.Limits;
import dev.partita.loop.Worker;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jctools.queues.varhandle.MpmcVarHandleArrayQueue;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// What lending costs: the queue by itself, and the way to a worker's thread and back. The worker has nothing else to do, so
/// each time it has to be woken; the giver spins, so the way back is nearly free where both have a processor.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HandOffBenchmark {
    private static final long JOIN_NANOS = 5_000_000_000L;

    private final MpmcVarHandleArrayQueue<Connection> queue = new MpmcVarHandleArrayQueue<>(1024);
    private final Connection connection;
    private final Worker worker;
    private volatile boolean back;

    /// Prepares a worker with one thread.
    public HandOffBenchmark() {
        Limits limits = Limits.defaults().withConnectionsMax(1);
        Http http = Http.serving(Handler.neverBlocking((_, response) -> response.text("")));
        ConnectionTable table = new ConnectionTable(http, limits, (_, _) -> {
            throw new IOException("there are no files");
        }, Nowhere::new);
        connection = Objects.requireNonNull(table.reserve());
        worker = new Worker("worker", 1, table, _ -> {}, _ -> back = true);
    }

    @Setup
    public void start() {
        worker.start();
    }

    @TearDown
    public void stop() throws InterruptedException {
        worker.stop();
        if (!worker.join(JOIN_NANOS)) {
            throw new IllegalStateException("the worker does not end");
        }
    }

    @Benchmark
    public Connection queue() {
        queue.offer(connection);
        return queue.poll();
    }

    @Benchmark
    public boolean thereAndBack() {
        back = false;
        boolean taken = worker.enqueue(connection);
        while (taken && !back) {
            Thread.onSpinWait();
        }
        return taken;
    }

    /// A socket that nobody uses.
    private static final class Nowhere extends Endpoint {
        @Override
        public int receive(Buffer into) {
            return AGAIN;
        }

        @Override
        public int send(Buffer from, boolean more) {
            return AGAIN;
        }

        @Override
        public long transfer(OpenFile file, long position, long bytesMax, Buffer scratch) {
            return AGAIN;
        }

        @Override
        public void shutdownOutput() {}

        @Override
        public void close(Close how) {}
    }
}
