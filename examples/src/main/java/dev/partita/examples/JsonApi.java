package dev.partita.examples;

import static java.util.stream.Collectors.joining;

import dev.partita.http.Handler;
import dev.partita.http.Http;
import dev.partita.http.Request;
import dev.partita.http.Response;
import dev.partita.http.Routes;
import dev.partita.model.Symped;
import dev.partita.server.Running;
import dev.partita.server.Server;
import java.util.concurrent.ConcurrentSkipListMap;

/// Routes by path and method: counters with names.
///
///     curl -X POST localhost:8080/counters/visits
///     curl localhost:8080/counters/visits
///     curl localhost:8080/counters
///     curl -i -X DELETE localhost:8080/counters/visits
///     curl -i -X PUT localhost:8080/counters
public final class JsonApi {
    private static final int COUNTERS_MAX = 1_000;

    /// Handlers are called by many threads at a time, so what they share has to be safe for that.
    private final ConcurrentSkipListMap<String, Long> counters = new ConcurrentSkipListMap<>();

    private JsonApi() {}

    static Handler handler() {
        var api = new JsonApi();
        return new Routes()
                .get("/counters", Handler.neverBlocking(api::list))
                .get("/counters/*", Handler.neverBlocking(api::show))
                .post("/counters/*", Handler.neverBlocking(api::count))
                .delete("/counters/*", Handler.neverBlocking(api::remove));
    }

    private void list(Request request, Response response) {
        response.json(counters.entrySet().stream()
                .map(each -> json(each.getKey(), each.getValue()))
                .collect(joining(",", "[", "]\n")));
    }

    private void show(Request request, Response response) {
        Long value = counters.get(request.rest());
        if (value == null) {
            refuse(response, 404, "no such counter");
        } else {
            response.json(json(request.rest(), value) + "\n");
        }
    }

    private void count(Request request, Response response) {
        String name = request.rest();
        if (!name.matches("[a-z0-9-]{1,40}")) { // so that it needs no escaping in JSON
            refuse(response, 400, "a name has 1 to 40 letters a to z, digits and hyphens");
        } else if (counters.size() >= COUNTERS_MAX && !counters.containsKey(name)) {
            refuse(response, 409, "there are " + COUNTERS_MAX + " counters already");
        } else {
            response.json(json(name, counters.merge(name, 1L, Long::sum)) + "\n");
        }
    }

    private void remove(Request request, Response response) {
        if (counters.remove(request.rest()) == null) {
            refuse(response, 404, "no such counter");
        } else {
            response.status(204).empty();
        }
    }

    private static void refuse(Response response, int status, String why) {
        response.status(status).json("{\"error\":\"" + why + "\"}\n");
    }

    private static String json(String name, long value) {
        return "{\"name\":\"" + name + "\",\"value\":" + value + "}";
    }

    /// Serves on port 8080 until the program is ended.
    public static void main(String[] args) throws Exception {
        try (Running server = Server.of(Http.serving(handler())).listen(8080).run(new Symped())) {
            server.await();
        }
    }
}
