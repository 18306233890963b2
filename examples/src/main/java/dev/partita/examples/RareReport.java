package dev.partita.examples;

import dev.partita.http.Handler;
import dev.partita.http.Request;
import dev.partita.http.Response;
import java.util.concurrent.atomic.AtomicLong;

/// A handler for the lab to compare models with: one request in 200 computes for about 5 ms, the others for no time.
///
///     ./partita compare --quick --app dev.partita.examples.RareReport --app-path examples/target/classes
public final class RareReport implements Handler {
    private static final int ONE_IN = 200;
    /// About 5 ms on a processor of 3 GHz: a round takes about 1.3 ns.
    private static final int ROUNDS = 4_000_000;

    private final AtomicLong requests = new AtomicLong();

    /// What the lab makes.
    public RareReport() {}

    @Override
    public void handle(Request request, Response response) {
        response.text(requests.incrementAndGet() % ONE_IN == 0 && compute() == 0 ? "never" : "Hello, World!");
    }

    @Override
    public boolean neverBlocks() {
        return true;
    }

    /// Rounds of xorshift64, each of which needs the one before; never 0, which only we know.
    private static long compute() {
        long x = 0x9E3779B97F4A7C15L;
        for (int i = 0; i < ROUNDS; i++) {
            x ^= x << 13;
            x ^= x >>> 7;
            x ^= x << 17;
        }
        return x;
    }
}
