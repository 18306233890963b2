package dev.partita.benchmarks;

import dev.partita.connection.Buffer;
import dev.partita.connection.BufferPool;
import dev.partita.connection.Close;
import dev.partita.connection.Connection;
import dev.partita.connection.ConnectionTable;
import dev.partita.connection.Endpoint;
import dev.partita.connection.OpenFile;
import dev.partita.connection.Step;
import dev.partita.http.Handler;
import dev.partita.http.Http;
import dev.partita.limits.Counters;
import dev.partita.limits.Limits;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// All that happens to a keep-alive request between `recv` and `send`: steps, parser, handler, writing of the reply, buffers.
/// The socket is left out: what it receives is always the same, what it is told is dropped.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ReplyBenchmark {
    private static final int PIPELINED = 16;
    private static final byte[] REQUEST =
            "GET /plaintext HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Mute endpoint = new Mute();
    private final Connection connection;

    /// Opens the one connection.
    public ReplyBenchmark() {
        Limits limits = Limits.defaults().withConnectionsMax(1);
        Http http = Http.serving(Handler.neverBlocking((_, response) -> response.text("Hello, World!")));
        http.tick(784_111_777);
        ConnectionTable table = new ConnectionTable(http, limits, (_, _) -> {
            throw new IOException("there are no files");
        }, () -> endpoint);
        BufferPool pool = new BufferPool(
                Arena.ofAuto().allocate(BufferPool.bytesNeeded(limits.bufferBytes(), 2, limits.inboundBytesMax(), 2)),
                limits.bufferBytes(), 2, limits.inboundBytesMax(), 2, false);
        connection = Objects.requireNonNull(table.reserve());
        connection.begin(_ -> false, pool, Counters.confined());
    }

    @Benchmark
    public long one() {
        return exchange(1);
    }

    /// Per request of a batch.
    @Benchmark
    @OperationsPerInvocation(PIPELINED)
    public long pipelined() {
        return exchange(PIPELINED);
    }

    private long exchange(int requests) {
        endpoint.arriving = requests;
        while (true) {
            Step step = connection.next();
            boolean goOn = switch (step) {
                case READ -> connection.receive();
                case WORK, BLOCKING -> {
                    connection.work();
                    yield true;
                }
                case WRITE -> connection.send();
                case WAIT, CLOSE -> throw new IllegalStateException("a keep-alive request ended in " + step);
            };
            connection.rest();
            if (!goOn) {
                return endpoint.sent;
            }
        }
    }

    /// A socket without a network.
    private static final class Mute extends Endpoint {
        int arriving;
        long sent;

        @Override
        public int receive(Buffer into) {
            if (arriving == 0) {
                return AGAIN;
            }
            int bytes = arriving * REQUEST.length;
            for (; arriving > 0; arriving--) {
                into.put(REQUEST);
            }
            return bytes;
        }

        @Override
        public int send(Buffer from, boolean more) {
            int bytes = from.length();
            from.skip(bytes);
            sent += bytes;
            return bytes;
        }

        @Override
        public long transfer(OpenFile file, long position, long bytesMax, Buffer scratch) {
            return BROKEN;
        }

        @Override
        public void shutdownOutput() {}

        @Override
        public void close(Close how) {}
    }
}
