package dev.partita.http;

import org.jspecify.annotations.Nullable;

/// The request methods that are served (RFC 9110 section 9, RFC 5789). Any other is answered with 501, and so are CONNECT
/// and TRACE, which an origin server has no use for.
public enum Method {
    /// Transfers the resource.
    GET,
    /// GET without the body.
    HEAD,
    /// Processes the request's body.
    POST,
    /// Replaces the resource by the request's body.
    PUT,
    /// Removes the resource.
    DELETE,
    /// Changes a part of the resource.
    PATCH,
    /// Asks what can be done.
    OPTIONS;

    private static final Method[] ALL = values();

    /// @return null for a name that no method here has; names are case-sensitive
    static @Nullable Method of(String name) {
        for (Method method : ALL) {
            if (method.name().equals(name)) {
                return method;
            }
        }
        return null;
    }
}
