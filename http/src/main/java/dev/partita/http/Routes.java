package dev.partita.http;

import dev.partita.connection.Buffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A handler that chooses another one by path and method.
///
///     new Routes().get("/", home).post("/orders", order).get("/orders/{id}", show).all("/files/*", StaticFiles.under(folder))
///
/// A path consists of segments between slashes. A segment is a literal; or a parameter, `{id}`, which stands for one segment
/// that is not empty ([Request#pathParameter]); or at the end a wildcard, `*`, which stands for everything that follows,
/// nothing included: `/files/*` fits `/files/`, but not `/files` ([Request#rest]). Literals are compared with what was sent,
/// before any decoding.
///
/// The path alone chooses, by the first segment in which two routes differ: a literal comes before a parameter, and that
/// before a wildcard. The order in which they were added means nothing.
///
///     GET /users/me       /users/me before /users/{id} before /users/*
///     GET /users/7/log    /users/{id}/log before /users/*
///     GET /users/me/log   /users/{id}/log, if nothing below /users/me fits
///
/// Then comes the method: GET answers HEAD too, and OPTIONS is answered with the methods there are. A known path with another
/// method is 405 with Allow; an unknown one is 404, or what [#otherwise] says. These answers do not wait for the body.
///
/// Routes can be handlers of other routes, for example behind a [Filter]; each compares the whole path.
///
/// Immutable: every method gives new routes. Choosing does not allocate.
public final class Routes implements Handler {
    private static final Handler NOT_FOUND = new OwnAnswer(404);

    /// In the order in which they were added.
    private final Map<String, Route> routes;
    private final Handler otherwise;
    /// For `OPTIONS *`, which asks about no path (RFC 9110 section 9.3.7).
    private final Route noPath;
    private final PathTable<Route> exact;
    private final PathTree others;
    private final @Nullable Route root;

    /// No routes: everything is 404.
    public Routes() {
        this(Map.of(), NOT_FOUND, new Route(new PathPattern("/")));
    }

    private Routes(Map<String, Route> routes, Handler otherwise, Route noPath) {
        this.routes = routes;
        this.otherwise = otherwise;
        this.noPath = noPath;
        var whole = new LinkedHashMap<String, Route>();
        var parts = new ArrayList<Route>();
        routes.forEach((path, route) -> {
            if (route.path().isExact()) {
                whole.put(path, route);
            } else {
                parts.add(route);
            }
        });
        exact = new PathTable<>(whole);
        others = new PathTree(parts);
        root = routes.get(routes.containsKey("/") ? "/" : "/*");
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
        return with(path, route(path).with(method, handler));
    }

    /// What answers a path that is not here.
    public Routes otherwise(Handler handler) {
        return new Routes(routes, handler, noPath);
    }

    /// The same routes with what `change` makes of each handler, and of what answers when there is none.
    Routes each(UnaryOperator<Handler> change) {
        var changed = new LinkedHashMap<String, Route>();
        routes.forEach((path, route) -> changed.put(path, route.each(change)));
        return new Routes(changed, change.apply(otherwise), noPath.each(change));
    }

    private Route route(String text) {
        Route known = routes.get(text);
        if (known != null) {
            return known;
        }
        var path = new PathPattern(text);
        for (Route other : routes.values()) {
            if (path.fitsSameAs(other.path())) {
                throw new IllegalArgumentException("path \"" + text + "\": " + other.path()
                        + " fits the same requests; give their parameters the same names");
            }
        }
        return new Route(path);
    }

    private Routes with(String path, Route route) {
        var more = new LinkedHashMap<String, Route>(routes);
        more.put(path, route);
        return new Routes(more, otherwise, noPath);
    }

    @Override
    public Handler route(Request request) {
        Buffer in = request.in();
        RequestHead head = request.head();
        int start = head.pathStart();
        int end = head.pathEnd();
        Route route = start == end ? root : exact.find(in, start, end);
        if (route == null) {
            route = other(request, in, start, end);
        }
        return route == null ? otherwise.route(request) : route.handler(request.method()).route(request);
    }

    private @Nullable Route other(Request request, Buffer in, int start, int end) {
        if (start == end) {
            return null;
        }
        if (in.at(start) == '*') {
            return noPath;
        }
        Route found = others.find(in, start + 1, end);
        if (found != null) {
            request.routed(found.path());
        }
        return found;
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
        routes.values().forEach(route -> route.addStages(names));
        return new ArrayList<>(names);
    }
}
