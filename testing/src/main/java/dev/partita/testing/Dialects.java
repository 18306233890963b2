package dev.partita.testing;

import java.util.List;

/// The dialects there are.
public final class Dialects {
    /// [LineProtocol] itself.
    public static final Dialect LINE = new LineDialect();

    /// HTTP/1.1.
    public static final Dialect HTTP = new HttpDialect();

    private Dialects() {}

    /// All of them.
    public static List<Dialect> all() {
        return List.of(HTTP, LINE);
    }
}
