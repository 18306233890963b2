package dev.partita.cli;

import dev.partita.http.Handler;
import dev.partita.http.Request;
import dev.partita.http.Response;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// A handler that makes whoever routes a request wait, on an event loop too: an experiment that does not notice is none.
final class Planted implements Handler {
    private final Handler handler;
    private final long nanos;

    Planted(Handler handler, int millis) {
        this.handler = handler;
        nanos = TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Override
    public Handler route(Request request) {
        long until = System.nanoTime() + nanos;
        for (long left = nanos; left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        return handler.route(request);
    }

    @Override
    public List<String> stages() {
        return handler.stages();
    }

    @Override
    public void handle(Request request, Response response) throws Exception {
        handler.handle(request, response);
    }
}
