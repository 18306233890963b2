package dev.partita.examples;

import dev.partita.http.Handler;
import dev.partita.http.Http;
import dev.partita.http.Request;
import dev.partita.http.Response;
import dev.partita.http.Stage;
import dev.partita.http.Stages;
import dev.partita.model.Seda;
import dev.partita.server.Running;
import dev.partita.server.Server;
import java.util.Objects;

/// Work in three named stages, with a loop: the next prime number is looked for, candidate by candidate.
///
///     parse -> test -> reply
///              ^  |
///              +--+  not a prime: the next candidate
///
/// Under SEDA every arrow is a queue and every name has threads of its own, so other requests are tested between two
/// candidates of this one. Try `curl localhost:8080/?after=1000000`.
public final class StagedHandler {
    private static final long AFTER_MAX = 1_000_000_000_000L;

    /// What the stages pass on.
    private record Search(long candidate, int tested) {}

    private StagedHandler() {}

    static Handler handler() {
        return Stages.first("parse", StagedHandler::parse)
                .then("test", StagedHandler::test)
                .then("reply", StagedHandler::reply);
    }

    private static String parse(Request request, Response response) {
        long after = request.number("after", 0);
        if (after < 0 || after > AFTER_MAX) {
            response.status(400).text("after has to be a number from 0 to " + AFTER_MAX + "\n");
            return Stage.DONE; // any stage may reply
        }
        request.attach(new Search(after + 1, 0));
        return "test";
    }

    private static String test(Request request, Response response) {
        long candidate = search(request).candidate();
        int tested = search(request).tested() + 1;
        if (isPrime(candidate)) {
            request.attach(new Search(candidate, tested));
            return "reply";
        }
        request.attach(new Search(candidate + 1, tested));
        return "test";
    }

    private static String reply(Request request, Response response) {
        response.text(search(request).candidate() + ", tested: " + search(request).tested() + "\n");
        return Stage.DONE;
    }

    private static Search search(Request request) {
        return (Search) Objects.requireNonNull(request.attachment());
    }

    private static boolean isPrime(long number) {
        for (long divisor = 2; divisor * divisor <= number; divisor++) {
            if (number % divisor == 0) {
                return false;
            }
        }
        return number > 1;
    }

    /// Serves on port 8080 until the program is ended.
    public static void main(String[] args) throws Exception {
        try (Running server = Server.of(Http.serving(handler())).listen(8080).run(new Seda(2))) {
            server.await();
        }
    }
}
