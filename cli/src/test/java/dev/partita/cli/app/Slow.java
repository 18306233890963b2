package dev.partita.cli.app;

import dev.partita.http.Handler;
import dev.partita.http.Request;
import dev.partita.http.Response;

/// A user's handler that takes longer for a reply than the lab waits for one.
public final class Slow implements Handler {
    private static final int MILLIS = 1_500;

    @Override
    public void handle(Request request, Response response) throws InterruptedException {
        Thread.sleep(MILLIS);
        response.text("at last");
    }
}
