package dev.partita.examples;

import dev.partita.http.Handler;
import dev.partita.http.Request;
import dev.partita.http.Response;
import java.util.concurrent.atomic.AtomicLong;

/// A handler for the lab to compare models with: one request in twenty waits 20 ms for somebody else, as for a database whose
/// answer is not in the cache.
///
///     ./partita compare --quick --app dev.partita.examples.SlowBackend --app-path examples/target/classes
public final class SlowBackend implements Handler {
    private static final int ONE_IN = 20;
    private static final int MILLIS = 20;

    private final AtomicLong requests = new AtomicLong();

    /// What the lab makes.
    public SlowBackend() {}

    @Override
    public void handle(Request request, Response response) throws InterruptedException {
        if (requests.incrementAndGet() % ONE_IN == 0) {
            Thread.sleep(MILLIS);
        }
        response.text("Hello, World!");
    }
}
