package dev.partita.http;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What one path does, for each method. Immutable.
final class Route {
    /// A path with no methods: of it, only OPTIONS is answered.
    static final Route NONE = new Route(new Handler[Method.values().length]);

    private final @Nullable Handler[] handlers;
    private final Handler options;
    private final Handler notAllowed;

    private Route(@Nullable Handler[] handlers) {
        this.handlers = handlers;
        String allow = Stream.of(Method.values())
                .filter(method -> method == Method.OPTIONS || given(method) != null)
                .map(Method::name)
                .collect(Collectors.joining(", "));
        options = Handler.neverBlocking((request, response) -> response.status(204).header("Allow", allow).empty());
        notAllowed = Handler.neverBlocking((request, response) -> response.header("Allow", allow).answer(405));
    }

    Route with(Method method, String path, Handler handler) {
        if (handlers[method.ordinal()] != null) {
            throw new IllegalArgumentException(method + " " + path + " has a handler already");
        }
        @Nullable Handler[] more = handlers.clone();
        more[method.ordinal()] = handler;
        return new Route(more);
    }

    Route withAll(Handler handler) {
        @Nullable Handler[] more = handlers.clone();
        Arrays.setAll(more, method -> more[method] == null ? handler : more[method]);
        return new Route(more);
    }

    Handler handler(Method method) {
        Handler given = given(method);
        return given != null ? given : method == Method.OPTIONS ? options : notAllowed;
    }

    private @Nullable Handler given(Method method) {
        Handler own = handlers[method.ordinal()];
        return own == null && method == Method.HEAD ? handlers[Method.GET.ordinal()] : own;
    }

    Set<String> stages() {
        Set<String> names = new LinkedHashSet<>();
        for (Handler handler : handlers) {
            if (handler != null) {
                names.addAll(handler.stages());
            }
        }
        return names;
    }
}
