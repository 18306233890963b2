package dev.partita.examples;

import dev.partita.http.Handler;
import dev.partita.http.Http;
import dev.partita.http.Later;
import dev.partita.http.Routes;
import dev.partita.model.Sped;
import dev.partita.server.Running;
import dev.partita.server.Server;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/// Replies that wait for something without a thread: whoever asks for news gets them when somebody has some. One event
/// loop keeps thousands waiting. Try, in two terminals:
///
///     curl localhost:8080/news
///     curl -d 'It is spring.' localhost:8080/news
public final class LaterReply {
    private static final int WAITING_MAX = 10_000;

    private final BlockingQueue<Later> waiting;

    private LaterReply(int waitingMax) {
        waiting = new ArrayBlockingQueue<>(waitingMax);
    }

    static Handler handler() {
        return handler(WAITING_MAX);
    }

    static Handler handler(int waitingMax) {
        var news = new LaterReply(waitingMax);
        return new Routes().get("/news", news.ask()).post("/news", news.tell());
    }

    private Handler ask() {
        return Handler.neverBlocking((request, response) -> {
            Later later = response.later(); // the request goes on when this is completed, and not before
            if (!keep(later)) {
                later.complete(full -> full.status(503).text("too many are waiting\n"));
            }
        });
    }

    /// Where there is no room, those make some for whom it is too late: they have waited for longer than the server lets them.
    private boolean keep(Later later) {
        return waiting.offer(later) || waiting.removeIf(Later::isOver) && waiting.offer(later);
    }

    /// Completing is done by another request here; it may be done by any thread of yours, such as a database client's.
    private Handler tell() {
        return (request, response) -> {
            String news = request.body().text() + "\n";
            List<Later> listeners = new ArrayList<>();
            waiting.drainTo(listeners);
            int told = 0;
            for (Later later : listeners) {
                told += later.complete(reply -> reply.text(news)) ? 1 : 0; // for some it may be too late
            }
            response.text("told " + told + "\n"); // also who has hung up and has not been missed yet
        };
    }

    /// Serves on port 8080 until the program is ended.
    public static void main(String[] args) throws Exception {
        try (Running server = Server.of(Http.serving(handler())).listen(8080).run(new Sped())) {
            server.await();
        }
    }
}
