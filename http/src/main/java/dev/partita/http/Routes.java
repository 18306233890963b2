package dev.partita.http;

import dev.partita.connection.Buffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A handler that chooses another one by path and method.
///
///     new Routes().get("/", home).post("/orders", order).all("/files/*", StaticFiles.under(folder))
///
/// A path is exact, or ends in `/*` and then stands for everything below it (`/files/` too), unless an exact or a longer one
/// fits as well. It is compared with what was sent, before any decoding. GET answers HEAD too, and OPTIONS is answered with
/// the methods there are. A known path with another method is 405 with Allow; an unknown one is 404, or what [#otherwise]
/// says.
///
/// Immutable: every method gives new routes. Choosing does not allocate.
public final class Routes implements Handler {
    private static final Handler NOT_FOUND = Handler.neverBlocking((request, response) -> response.answer(404));

    /// In the order in which they were added.
    private final Map<String, Route> routes;
    private final Handler otherwise;
    private final PathTable<Route> exact;
    private final Prefix[] prefixes;
    private final @Nullable Route root;

    /// What lies below a path that ends in a slash.
    private record Prefix(PathTable<Route> path, int length, Route route) {}

    /// No routes: everything is 404.
    public Routes() {
        this(Map.of(), NOT_FOUND);
    }

    private Routes(Map<String, Route> routes, Handler otherwise) {
        this.routes = routes;
        this.otherwise = otherwise;
        var whole = new LinkedHashMap<String, Route>(routes);
        whole.keySet().removeIf(path -> path.endsWith("/*"));
        exact = new PathTable<>(whole);
        root = routes.get(routes.containsKey("/") ? "/" : "/*");
        prefixes = routes.entrySet().stream()
                .filter(entry -> entry.getKey().endsWith("/*"))
                .map(entry -> prefix(entry.getKey().substring(0, entry.getKey().length() - 1), entry.getValue()))
                .sorted(Comparator.comparingInt(Prefix::length).reversed())
                .toArray(Prefix[]::new);
    }

    private static Prefix prefix(String path, Route route) {
        return new Prefix(new PathTable<>(Map.of(path, route)), path.length(), route);
    }

    /// GET, and HEAD.
    public Routes get(String path, Handler handler) {
        return on(Method.GET, path, handler);
    }

    /// HEAD, where it is not what GET does.
    public Routes head(String path, Handler handler) {
        return on(Method.HEAD, path, handler);
    }

    /// POST.
    public Routes post(String path, Handler handler) {
        return on(Method.POST, path, handler);
    }

    /// PUT.
    public Routes put(String path, Handler handler) {
        return on(Method.PUT, path, handler);
    }

    /// DELETE.
    public Routes delete(String path, Handler handler) {
        return on(Method.DELETE, path, handler);
    }

    /// PATCH.
    public Routes patch(String path, Handler handler) {
        return on(Method.PATCH, path, handler);
    }

    /// Every method that has no route of its own yet, OPTIONS too.
    public Routes all(String path, Handler handler) {
        return with(path, route(path).withAll(handler));
    }

    /// One method.
    ///
    /// @throws IllegalArgumentException if the path is none, or has a handler for this method already
    public Routes on(Method method, String path, Handler handler) {
        return with(path, route(path).with(method, path, handler));
    }

    /// What answers a path that is not here.
    public Routes otherwise(Handler handler) {
        return new Routes(routes, handler);
    }

    private Route route(String path) {
        checkPath(path);
        return routes.getOrDefault(path, Route.NONE);
    }

    private Routes with(String path, Route route) {
        var more = new LinkedHashMap<String, Route>(routes);
        more.put(path, route);
        return new Routes(more, otherwise);
    }

    private static void checkPath(String path) {
        String plain = path.endsWith("/*") ? path.substring(0, path.length() - 1) : path;
        if (!plain.startsWith("/") || !plain.chars().allMatch(c -> c > ' ' && c <= '~' && "?#*{}".indexOf(c) < 0)) {
            throw new IllegalArgumentException("path \"" + path + "\": it has to begin with a slash and may end in /*; "
                    + "no spaces, no ?, #, { or }, and nothing beyond ASCII: write those percent-encoded");
        }
    }

    @Override
    public Handler route(Request request) {
        Buffer in = request.in();
        int start = request.head().pathStart();
        int end = request.head().pathEnd();
        Route route = start == end ? root : exact.find(in, start, end);
        if (route == null) {
            route = wildcard(request, in, start, end);
        }
        return route == null ? otherwise.route(request) : route.handler(request.method()).route(request);
    }

    private @Nullable Route wildcard(Request request, Buffer in, int start, int end) {
        for (Prefix prefix : prefixes) {
            int length = prefix.length();
            if (end - start >= length && prefix.path().find(in, start, start + length) != null) {
                request.rest(start + length);
                return prefix.route();
            }
        }
        return start < end && in.at(start) == '*' ? Route.NONE : null;
    }

    /// Chooses and handles at once, for a handler around this one.
    @Override
    public void handle(Request request, Response response) throws Exception {
        route(request).handle(request, response);
    }

    /// `work`, and those of the handlers that are staged.
    @Override
    public List<String> stages() {
        Set<String> names = new LinkedHashSet<>(List.of(WORK));
        names.addAll(otherwise.stages());
        routes.values().forEach(route -> names.addAll(route.stages()));
        return new ArrayList<>(names);
    }
}
