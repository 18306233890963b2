package dev.partita.cli.demo;

import dev.partita.connection.Buffer;
import dev.partita.connection.Producer;
import dev.partita.http.Handler;
import dev.partita.http.Method;
import dev.partita.http.Request;
import dev.partita.http.Response;
import dev.partita.http.Stage;
import dev.partita.http.Stages;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The payloads that all measurements use, from nothing at all to work, waiting and a stream. Each says of itself whether it
/// blocks, so that a model can treat it accordingly.
public final class Demo implements Handler {
    public static final String DESCRIPTION =
            "the demo: /plaintext /json /work?micros=N /sleep?millis=N /stream?bytes=N /garbage?bytes=N /stages, POST /echo";

    private static final long MICROS_MAX = 10_000_000;
    private static final long MILLIS_MAX = 60_000;
    private static final long BYTES_MAX = 1L << 30;
    private static final long GARBAGE_MAX = 1L << 20;
    /// What most objects of a request are like.
    private static final int GARBAGE_PIECE = 128;
    private static final int ARRAY_HEADER = 16;
    private static final String HELLO = "Hello, World!";
    private static final byte[] MESSAGE = "{\"message\":\"Hello, World!\"}".getBytes(StandardCharsets.US_ASCII);
    /// What a stream consists of: lines of 64 bytes.
    private static final byte[] LINES = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-\n".repeat(64)
            .getBytes(StandardCharsets.US_ASCII);

    private final Handler plaintext = Handler.neverBlocking((request, response) -> response.text(HELLO));
    private final Handler json = Handler.neverBlocking((request, response) -> response.json(MESSAGE));
    private final Handler work = Handler.neverBlocking(this::work);
    private final Handler stream = Handler.neverBlocking(Demo::stream);
    private final Handler garbage = Handler.neverBlocking(this::garbage);
    private final Handler other = Handler.neverBlocking(Demo::other);
    private final Handler sleep = Demo::sleep;
    private final Handler echo = Demo::echo;
    private final Stages stages = Stages.first("parse", Demo::parse)
            .then("compute", this::compute)
            .then("reply", Demo::reply);

    /// Written so that the compiler does not remove what is never used.
    @SuppressWarnings("unused")
    private volatile byte @Nullable [] forgotten;
    private final Work rounds;
    private final @Nullable Handler files;

    /// @param work what `/work` does
    /// @param files answers all other paths; null: they are answered with 13 bytes
    public Demo(Work work, @Nullable Handler files) {
        rounds = work;
        this.files = files;
    }

    @Override
    public Handler route(Request request) {
        if (request.pathEquals("/plaintext")) {
            return plaintext;
        }
        if (request.pathEquals("/json")) {
            return json;
        }
        if (request.pathEquals("/work")) {
            return work;
        }
        if (request.pathEquals("/sleep")) {
            return sleep;
        }
        if (request.pathEquals("/stream")) {
            return stream;
        }
        if (request.pathEquals("/garbage")) {
            return garbage;
        }
        if (request.pathEquals("/stages")) {
            return stages;
        }
        if (request.pathEquals("/echo")) {
            return echo;
        }
        return files == null ? other : files.route(request);
    }

    /// Not called, since [#route] never answers with this handler itself.
    @Override
    public void handle(Request request, Response response) {
        other(request, response);
    }

    @Override
    public List<String> stages() {
        List<String> all = new ArrayList<>();
        all.add(WORK);
        all.addAll(stages.stages());
        return all;
    }

    private void work(Request request, Response response) throws InterruptedException {
        long micros = request.number("micros", -1);
        if (isOutOf(MICROS_MAX, micros, response, "micros", "/work?micros=100")) {
            return;
        }
        // Never 0, which only we know: so the compiler keeps the rounds.
        response.text(rounds.run(micros) == 0 ? "That is odd.\n" : "Work is done\n");
    }

    /// Allocates that much and forgets it, in pieces as objects are: to see what that costs.
    private void garbage(Request request, Response response) {
        long bytes = request.number("bytes", -1);
        if (isOutOf(GARBAGE_MAX, bytes, response, "bytes", "/garbage?bytes=1000")) {
            return;
        }
        for (long made = 0; made < bytes; made += GARBAGE_PIECE) {
            forgotten = new byte[GARBAGE_PIECE - ARRAY_HEADER];
        }
        response.text(HELLO);
    }

    private static void sleep(Request request, Response response) throws InterruptedException {
        long millis = request.number("millis", -1);
        if (isOutOf(MILLIS_MAX, millis, response, "millis", "/sleep?millis=100")) {
            return;
        }
        Thread.sleep(millis);
        response.text("Good morning\n");
    }

    private static void stream(Request request, Response response) {
        long bytes = request.number("bytes", -1);
        if (isOutOf(BYTES_MAX, bytes, response, "bytes", "/stream?bytes=1000000")) {
            return;
        }
        response.stream("text/plain", bytes, new Lines(bytes));
    }

    /// A text that does not exist before it is sent.
    private static final class Lines implements Producer {
        private final long bytes;
        private long made;

        Lines(long bytes) {
            this.bytes = bytes;
        }

        @Override
        public boolean fill(Buffer into) {
            int from = (int) (made % LINES.length);
            int part = (int) Math.min(Math.min(into.room(), LINES.length - from), bytes - made);
            into.put(LINES, from, part);
            made += part;
            return made < bytes;
        }
    }

    private static void echo(Request request, Response response) {
        if (request.method() != Method.POST) {
            refuse(response, "POST");
            return;
        }
        response.body(request.body());
    }

    private static void other(Request request, Response response) {
        switch (request.method()) {
            case GET, HEAD, POST, OPTIONS -> response.text(HELLO);
            case PUT, DELETE, PATCH -> refuse(response, "GET, HEAD, POST, OPTIONS");
        }
    }

    // The three stages of /stages: what each finds out is attached for the next.

    private static String parse(Request request, Response response) {
        long micros = request.number("micros", 0);
        if (isOutOf(MICROS_MAX, micros, response, "micros", "/stages?micros=100")) {
            return Stage.DONE;
        }
        request.attach(micros);
        return "compute";
    }

    private String compute(Request request, Response response) throws InterruptedException {
        request.attach(rounds.run((Long) Objects.requireNonNull(request.attachment())));
        return "reply";
    }

    private static String reply(Request request, Response response) {
        response.text(Objects.equals(request.attachment(), 0L) ? "That is odd.\n" : "parse, compute, reply\n");
        return Stage.DONE;
    }

    private static boolean isOutOf(long most, long value, Response response, String name, String example) {
        if (value >= 0 && value <= most) {
            return false;
        }
        response.status(400).text(name + " has to be a whole number from 0 to " + most + ", as in " + example + "\n");
        return true;
    }

    private static void refuse(Response response, String allowed) {
        response.status(405).header("Allow", allowed).text("405 Method Not Allowed; valid: " + allowed + "\n");
    }
}
