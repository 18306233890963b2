package dev.partita.examples;

import dev.partita.http.ErrorPages;
import dev.partita.http.Handler;
import dev.partita.http.Http;
import dev.partita.http.Request;
import dev.partita.http.Response;
import dev.partita.http.Routes;
import dev.partita.http.StatusException;
import dev.partita.json.Json;
import dev.partita.model.Symped;
import dev.partita.server.Running;
import dev.partita.server.Server;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/// Orders as JSON, by path and method; errors are JSON too.
///
///     curl -i -H 'Content-Type: application/json' -d '{"item":"tea","count":2}' localhost:8080/orders
///     curl localhost:8080/orders/1
///     curl 'localhost:8080/orders?item=tea'
///     curl -i -H 'Content-Type: application/json' -d '{"item":"tea","count":"two"}' localhost:8080/orders
///     curl -i -X DELETE localhost:8080/orders/1
///     curl -i -X PATCH localhost:8080/orders/1
public final class JsonApi {
    private static final int ORDERS_MAX = 1_000;

    /// What is ordered. Its own checks are a part of what the client is told.
    public record Order(String item, int count) {
        public Order {
            if (item == null || count < 1) {
                throw new IllegalArgumentException("an order has an item and a count of at least 1");
            }
        }
    }

    private final Json json = new Json();
    /// Handlers are called by many threads at a time, so what they share has to be safe for that.
    private final Map<Long, Order> orders = new ConcurrentSkipListMap<>();
    private final AtomicLong last = new AtomicLong();

    private JsonApi() {}

    /// The protocol to give to a server.
    static Http http() {
        return Http.serving(new JsonApi().routes()).errorPages(errors());
    }

    private Handler routes() {
        return Handler.neverBlocking(new Routes()
                .get("/orders", this::list)
                .post("/orders", this::add)
                .get("/orders/{id}", this::show)
                .delete("/orders/{id}", this::remove));
    }

    private void list(Request request, Response response) {
        String item = request.parameter("item");
        var found = new ArrayList<Order>(orders.values());
        found.removeIf(order -> item != null && !order.item().equals(item));
        json.write(response, found);
    }

    private void add(Request request, Response response) throws IOException {
        Order order = json.read(request, Order.class); // 400 and 415 are answered by themselves
        if (orders.size() >= ORDERS_MAX) {
            throw new StatusException(409, "there are " + ORDERS_MAX + " orders already");
        }
        long id = last.incrementAndGet();
        orders.put(id, order);
        json.write(response.status(201).header("Location", "/orders/" + id), order);
    }

    private void show(Request request, Response response) {
        Order order = orders.get(request.pathNumber("id"));
        if (order == null) {
            throw new StatusException(404, "there is no order " + request.pathParameter("id"));
        }
        json.write(response, order);
    }

    private void remove(Request request, Response response) {
        if (orders.remove(request.pathNumber("id")) == null) {
            response.answer(404);
        } else {
            response.status(204).empty();
        }
    }

    private static ErrorPages errors() {
        return (status, sentence) -> {
            String text = sentence.replaceAll("[\"\\\\\\p{Cntrl}]", "_");
            return new ErrorPages.Page("application/json", "{\"status\":" + status + ",\"error\":\"" + text + "\"}\n");
        };
    }

    /// Serves on port 8080 until the program is ended.
    public static void main(String[] args) throws Exception {
        try (Running server = Server.of(http()).listen(8080).run(new Symped())) {
            server.await();
        }
    }
}
