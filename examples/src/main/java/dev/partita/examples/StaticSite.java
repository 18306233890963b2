package dev.partita.examples;

import dev.partita.http.Handler;
import dev.partita.http.Http;
import dev.partita.http.Routes;
import dev.partita.http.StaticFiles;
import dev.partita.model.Symped;
import dev.partita.server.Running;
import dev.partita.server.Server;
import java.nio.file.Path;

/// A folder as a web site, and one route beside it.
///
///     curl -i localhost:8080/README.md
///     curl -i -H 'If-Modified-Since: Fri, 31 Dec 2100 23:59:59 GMT' localhost:8080/README.md
///     curl -i --path-as-is localhost:8080/../etc/passwd
///     curl -i localhost:8080/health
public final class StaticSite {
    private StaticSite() {}

    /// The routes of the site. An exact path wins over a wildcard, so a file named `health` is not reached.
    static Handler handler(Path folder) {
        Handler health = Handler.neverBlocking((request, response) -> response.text("well\n"));
        return new Routes().get("/health", health).all("/*", StaticFiles.under(folder));
    }

    /// Serves the folder that is its argument, or the current one, on port 8080 until the program is ended.
    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args.length == 0 ? "." : args[0]);
        try (Running server = Server.of(Http.serving(handler(folder))).listen(8080).run(new Symped())) {
            server.await();
        }
    }
}
