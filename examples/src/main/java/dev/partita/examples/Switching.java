package dev.partita.examples;

import dev.partita.http.Handler;
import dev.partita.http.Http;
import dev.partita.http.Routes;
import dev.partita.model.Symped;
import dev.partita.server.Running;
import dev.partita.server.Server;

/// A connection that begins in HTTP and goes on in another protocol, as those of WebSocket do: here it is [OwnProtocol]. Try:
///
///     (printf 'GET /echo HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n'; cat) | nc localhost 8080
public final class Switching {
    private Switching() {}

    static Handler handler() {
        return new Routes().get("/echo", Handler.neverBlocking((request, response) -> {
            if (request.offersUpgrade("echo")) {
                response.upgrade("echo", new OwnProtocol());
            } else {
                response.header("Upgrade", "echo").answer(426);
            }
        }));
    }

    /// Serves on port 8080 until the program is ended.
    public static void main(String[] args) throws Exception {
        try (Running server = Server.of(Http.serving(handler())).listen(8080).run(new Symped())) {
            server.await();
        }
    }
}
