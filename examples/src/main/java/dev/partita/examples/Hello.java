package dev.partita.examples;

import dev.partita.http.Handler;
import dev.partita.http.Http;
import dev.partita.model.Symped;
import dev.partita.server.Running;
import dev.partita.server.Server;

/// The smallest server: one handler for everything. Try `curl -i localhost:8080`.
public final class Hello {
    private Hello() {}

    /// Serves on port 8080 until the program is ended.
    public static void main(String[] args) throws Exception {
        Handler hello = (request, response) -> response.text("Hello, World!");
        try (Running server = Server.of(Http.serving(hello)).listen(8080).run(new Symped(4))) {
            server.await();
        }
    }
}
