package dev.partita.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.partita.connection.Buffer;
import dev.partita.connection.Producer;
import dev.partita.http.Handler;
import dev.partita.http.Http;
import dev.partita.http.Request;
import dev.partita.http.Response;
import dev.partita.http.Routes;
import dev.partita.http.StatusException;
import dev.partita.model.Symped;
import dev.partita.server.Running;
import dev.partita.server.Server;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;

/// Replies that are made while they are sent, and a large body that is read piece by piece.
///
///     curl 'localhost:8080/numbers?to=1000000' | tail -1
///     head -c 1000000 /dev/zero | curl --data-binary @- localhost:8080/checksum
public final class Streaming {
    private static final long NUMBERS_MAX = 1_000_000_000;

    private Streaming() {}

    static Handler handler() {
        return new Routes()
                .get("/numbers", Handler.neverBlocking(Streaming::numbers))
                .post("/checksum", Streaming::checksum);
    }

    private static void numbers(Request request, Response response) {
        long to = request.number("to", 10);
        if (to < 1 || to > NUMBERS_MAX) {
            throw new StatusException(400, "to has to be a number from 1 to " + NUMBERS_MAX);
        }
        response.stream("text/plain", -1, new Numbers(to)); // -1: the length is not known, so it is sent in chunks
    }

    /// Asked for more only when the client has taken what there was: a slow reader costs one buffer.
    private static final class Numbers implements Producer {
        private final long to;
        private long next = 1;

        Numbers(long to) {
            this.to = to;
        }

        @Override
        public boolean fill(Buffer into) {
            while (next <= to && into.room() >= 11) { // the longest number and its line's end
                into.putDecimal(next++);
                into.put((byte) '\n');
            }
            return next <= to;
        }
    }

    private static void checksum(Request request, Response response) throws IOException {
        var sum = new CRC32();
        byte[] piece = new byte[8192];
        try (InputStream body = request.body().stream()) {
            for (int read = body.read(piece); read >= 0; read = body.read(piece)) {
                sum.update(piece, 0, read);
            }
        }
        byte[] line = "%08x\n".formatted(sum.getValue()).getBytes(ISO_8859_1);
        response.bytes("text/plain", line);
    }

    /// Serves on port 8080 until the program is ended.
    public static void main(String[] args) throws Exception {
        try (Running server = Server.of(Http.serving(handler())).listen(8080).run(new Symped())) {
            server.await();
        }
    }
}
