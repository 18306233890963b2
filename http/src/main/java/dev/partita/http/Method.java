package dev.partita.http;

import dev.partita.connection.Buffer;
import dev.partita.http.syntax.Octets;
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

    /// The method whose name a request begins with.
    ///
    /// @param length of the name
    /// @return null for a name that no method here has; names are case-sensitive
    static @Nullable Method at(Buffer in, int length) {
        return switch (length) {
            case 3 -> is(in, "GET") ? GET : is(in, "PUT") ? PUT : null;
            case 4 -> is(in, "HEAD") ? HEAD : is(in, "POST") ? POST : null;
            case 5 -> is(in, "PATCH") ? PATCH : null;
            case 6 -> is(in, "DELETE") ? DELETE : null;
            case 7 -> is(in, "OPTIONS") ? OPTIONS : null;
            default -> null;
        };
    }

    private static boolean is(Buffer in, String name) {
        return Octets.equals(in, 0, name.length(), name);
    }
}
