package dev.partita.cli.app;

import dev.partita.http.Handler;
import dev.partita.http.Request;
import dev.partita.http.Response;
import java.util.concurrent.atomic.AtomicLong;

/// A user's handler that ends its server after some requests, and says something before.
public final class Dying implements Handler {
    private static final int REQUESTS = 500;

    private final AtomicLong requests = new AtomicLong();

    @Override
    public void handle(Request request, Response response) {
        if (requests.incrementAndGet() > REQUESTS) {
            System.out.println(System.getProperty("last.words", "the last words of a server"));
            System.out.flush();
            Runtime.getRuntime().halt(7);
        }
        response.text("still here");
    }
}
