package dev.partita.http;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What one path does, for each method. Immutable.
final class Route {
    private final PathPattern path;
    private final @Nullable Handler[] handlers;
    private final Handler options;
    private final Handler notAllowed;

    /// A path with no methods: of it, only OPTIONS is answered.
    Route(PathPattern path) {
        this(path, new Handler[Method.values().length], null, null);
    }

    private Route(PathPattern path, @Nullable Handler[] handlers, @Nullable Handler options,
            @Nullable Handler notAllowed) {
        this.path = path;
        this.handlers = handlers;
        String allow = Stream.of(Method.values())
                .filter(method -> method == Method.OPTIONS || given(method) != null)
                .map(Method::name)
                .collect(Collectors.joining(", "));
        this.options = options != null ? options : new OwnAnswer(204, allow);
        this.notAllowed = notAllowed != null ? notAllowed : new OwnAnswer(405, allow);
    }

    Route with(Method method, Handler handler) {
        if (handlers[method.ordinal()] != null) {
            throw new IllegalArgumentException(method + " " + path + " has a handler already");
        }
        @Nullable Handler[] more = handlers.clone();
        more[method.ordinal()] = handler;
        return new Route(path, more, null, null);
    }

    Route withAll(Handler handler) {
        @Nullable Handler[] more = handlers.clone();
        Arrays.setAll(more, method -> more[method] == null ? handler : more[method]);
        return new Route(path, more, null, null);
    }

    /// The same path with what `change` makes of each handler, also of the answers to OPTIONS and to methods that it has not.
    Route each(UnaryOperator<Handler> change) {
        var once = new IdentityHashMap<Handler, Handler>(); // one handler may have several methods
        @Nullable Handler[] changed = handlers.clone();
        Arrays.setAll(changed,
                method -> changed[method] == null ? null : once.computeIfAbsent(changed[method], change));
        return new Route(path, changed, change.apply(options), change.apply(notAllowed));
    }

    PathPattern path() {
        return path;
    }

    Handler handler(Method method) {
        Handler given = given(method);
        return given != null ? given : method == Method.OPTIONS ? options : notAllowed;
    }

    private @Nullable Handler given(Method method) {
        Handler own = handlers[method.ordinal()];
        return own == null && method == Method.HEAD ? handlers[Method.GET.ordinal()] : own;
    }

    void addStages(Set<String> names) {
        for (Handler handler : handlers) {
            if (handler != null) {
                names.addAll(handler.stages());
            }
        }
    }
}
