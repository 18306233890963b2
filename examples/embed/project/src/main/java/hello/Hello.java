package hello;

import dev.partita.http.Handler;
import dev.partita.http.Http;
import dev.partita.model.Symped;
import dev.partita.server.Running;
import dev.partita.server.Server;
import java.io.InputStream;
import java.net.URI;

/// Serves a greeting, asks itself for it, and ends: with exit code 1 if the answer is another, or came over another
/// transport than the one named as its argument.
public final class Hello {

    private Hello() {}

    public static void main(String[] args) throws Exception {
        Handler hello = (request, response) -> response.text("Hello, World!");
        try (Running server = Server.of(Http.serving(hello)).listen(0).run(new Symped(2))) {
            URI itself = URI.create("http://127.0.0.1:" + server.port() + "/");
            try (InputStream reply = itself.toURL().openStream()) {
                String text = new String(reply.readAllBytes());
                String transport = server.transport().name();
                System.out.println(text + " (over " + transport + ")");
                if (!text.equals("Hello, World!") || !transport.equals(args[0])) {
                    System.exit(1);
                }
            }
        }
    }
}
