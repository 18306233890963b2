package dev.partita.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.partita.connection.Buffer;
import dev.partita.connection.Producer;
import dev.partita.connection.Protocol;
import dev.partita.http.Handler;
import dev.partita.http.Http;
import dev.partita.http.Later;
import dev.partita.http.Request;
import dev.partita.http.Response;
import dev.partita.http.Routes;
import dev.partita.http.Stage;
import dev.partita.http.Stages;
import java.io.IOException;
import java.util.Objects;
import java.util.function.Consumer;

/// Handlers that tell what they were asked, each in another way: at once, on a thread that may block, in stages, in pieces,
/// later. [HttpOracle] knows what they say.
final class Telling {
    /// Says more, for replies that do not fit into a buffer.
    static final int PADDING_MAX = 30_000;

    private Telling() {}

    static Protocol protocol() {
        return protocol(Runnable::run);
    }

    /// @param elsewhere does what is put off, when it likes
    static Protocol protocol(Consumer<Runnable> elsewhere) {
        return Http.serving(new Routes()
                .all("/now/*",
                        Handler.neverBlocking((request, response) -> response.bytes("text/plain", tell(request))))
                .all("/may-block/*", (request, response) -> response.bytes("text/plain", tell(request)))
                .all("/staged/*", Stages.first("look", (request, response) -> {
                    request.attach(tell(request));
                    return "say";
                }).then("say", (request, response) -> {
                    response.bytes("text/plain", (byte[]) Objects.requireNonNull(request.attachment()));
                    return Stage.DONE;
                }))
                .all("/chunks/*", Handler.neverBlocking((request, response) -> stream(tell(request), response, false)))
                .all("/pieces/*", (request, response) -> stream(tell(request), response, true))
                .all("/later/*",
                        Handler.neverBlocking((request, response) -> later(request, response, elsewhere)))
                .all("/later-chunks/*", (request, response) -> laterInChunks(request, response, elsewhere))
                .get("/get/*",
                        Handler.neverBlocking((request, response) -> response.bytes("text/plain", tell(request))))
                .all("/fails/*", (request, response) -> {
                    throw new IllegalStateException("asked to fail");
                }));
    }

    /// All that a handler may see of a request, and as many further bytes as its query asks for.
    private static byte[] tell(Request request) throws IOException {
        String told = request.method() + " " + request.path() + " " + request.query() + " " + request.host() + " "
                + request.headers("x") + " " + new String(request.body().bytes(), ISO_8859_1) + "\n";
        long padding = Math.clamp(request.number("padding", 0), 0, PADDING_MAX);
        return (told + "p".repeat((int) padding)).getBytes(ISO_8859_1);
    }

    private static void later(Request request, Response response, Consumer<Runnable> elsewhere) throws IOException {
        byte[] told = tell(request);
        Later later = response.later();
        elsewhere.accept(() -> later.complete(late -> late.bytes("text/plain", told)));
    }

    private static void laterInChunks(Request request, Response response, Consumer<Runnable> elsewhere)
            throws IOException {
        byte[] told = tell(request);
        Later later = response.later();
        elsewhere.accept(() -> later.complete(late -> stream(told, late, false)));
    }

    /// A few bytes first, then as many as there is room for.
    private static void stream(byte[] told, Response response, boolean sized) {
        response.stream("text/plain", sized ? told.length : -1, new Producer() {
            private int at;

            @Override
            public boolean fill(Buffer into) {
                int part = Math.min(at == 0 ? 3 : told.length - at, into.room());
                into.put(told, at, part);
                at += part;
                return at < told.length;
            }
        });
    }
}
