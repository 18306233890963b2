package dev.partita.http;

import dev.partita.connection.Buffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Finds the route with parameters or a wildcard that fits a path, one segment a level. At each level a literal comes before
/// a parameter and that before the wildcard; what does not fit further on is given up for the next. Every node is looked at
/// once at most. Immutable; allocates nothing.
final class PathTree {
    private final PathTable<PathTree> literals;
    private final @Nullable PathTree parameter;
    /// For a path that ends here.
    private final @Nullable Route end;
    /// For whatever follows.
    private final @Nullable Route wildcard;

    PathTree(List<Route> routes) {
        this(routes, 0);
    }

    /// @param routes those that agree in what is above this level
    private PathTree(List<Route> routes, int level) {
        Map<String, List<Route>> byLiteral = new LinkedHashMap<>();
        List<Route> byParameter = new ArrayList<>();
        Route end = null;
        Route wildcard = null;
        for (Route route : routes) {
            PathPattern path = route.path();
            if (path.size() == level) {
                end = route;
            } else if (path.isWildcard(level)) {
                wildcard = route;
            } else if (path.isParameter(level)) {
                byParameter.add(route);
            } else {
                byLiteral.computeIfAbsent(path.segment(level), segment -> new ArrayList<>()).add(route);
            }
        }
        Map<String, PathTree> nodes = new LinkedHashMap<>();
        byLiteral.forEach((segment, those) -> nodes.put(segment, new PathTree(those, level + 1)));
        literals = new PathTable<>(nodes);
        parameter = byParameter.isEmpty() ? null : new PathTree(byParameter, level + 1);
        this.end = end;
        this.wildcard = wildcard;
    }

    /// @param at where the next segment begins
    /// @param end where the path ends
    @Nullable Route find(Buffer in, int at, int end) {
        int slash = PathPattern.endOf(in, at, end);
        Route found = below(literals.find(in, at, slash), in, slash, end);
        if (found == null && slash > at) { // a parameter is never empty
            found = below(parameter, in, slash, end);
        }
        return found != null ? found : wildcard;
    }

    private static @Nullable Route below(@Nullable PathTree node, Buffer in, int slash, int end) {
        if (node == null) {
            return null;
        }
        return slash == end ? node.end : node.find(in, slash + 1, end);
    }
}
