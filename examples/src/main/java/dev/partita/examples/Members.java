package dev.partita.examples;

import dev.partita.http.Cookie;
import dev.partita.http.Filter;
import dev.partita.http.Form;
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
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/// A part of a site that only members see: a form, a cookie, and filters around the routes.
///
///     curl -i localhost:8080/members/news
///     curl -c jar -d name=ann -d word=spring localhost:8080/login
///     curl -b jar localhost:8080/members/news
///     curl localhost:8080/spent
public final class Members {
    private static final int SESSIONS_MAX = 10_000;

    private final ConcurrentMap<String, String> sessions = new ConcurrentHashMap<>();
    private final LongAdder nanos = new LongAdder();

    private Members() {}

    static Handler handler() {
        return new Members().routes();
    }

    private Handler routes() {
        Handler members = membersOnly().around(new Routes()
                .get("/members/news", (request, response) -> response.text("for " + request.attachment() + "\n"))
                .get("/members/photos/*", (request, response) -> response.text("photo " + request.rest() + "\n")));
        return headers().around(timing().around(new Routes()
                .post("/login", this::login)
                .get("/spent", (request, response) -> response.text(nanos.sum() + " ns\n"))
                .all("/members/*", members)));
    }

    private Filter membersOnly() {
        return Filter.neverBlocking((request, response, next) -> {
            String session = request.cookie("session");
            String name = session == null ? null : sessions.get(session);
            if (name == null) {
                response.redirect(303, "/login");
                return;
            }
            request.attach(name);
            next.handle(request, response);
        });
    }

    private Filter timing() {
        return Filter.neverBlocking((request, response, next) -> {
            long start = System.nanoTime();
            try {
                next.handle(request, response);
            } finally {
                nanos.add(System.nanoTime() - start);
            }
        });
    }

    private static Filter headers() {
        return Filter.neverBlocking((request, response, next) -> {
            response.header("X-Content-Type-Options", "nosniff").header("Referrer-Policy", "same-origin");
            next.handle(request, response);
        });
    }

    private void login(Request request, Response response) throws IOException {
        Form form = request.form();
        String name = form.value("name");
        if (name == null || !"spring".equals(form.value("word"))) {
            throw new StatusException(403, "that is not the word");
        }
        if (sessions.size() >= SESSIONS_MAX) {
            throw new StatusException(503, "too many members are here");
        }
        String session = UUID.randomUUID().toString();
        sessions.put(session, name);
        response.cookie(Cookie.of("session", session).path("/").httpOnly().sameSite(Cookie.SameSite.LAX)
                .maxAge(Duration.ofHours(8)));
        response.redirect(303, "/members/news");
    }

    /// Serves on port 8080 until the program is ended.
    public static void main(String[] args) throws Exception {
        try (Running server = Server.of(Http.serving(handler())).listen(8080).run(new Symped())) {
            server.await();
        }
    }
}
