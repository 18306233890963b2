package dev.partita.load;

import java.util.Locale;

/// How a request can fail. Each that fails has exactly one kind.
public enum ErrorKind {
    /// No connection could be opened for it.
    CONNECT("no connection could be opened"),
    /// It was never sent: every connection was busy, and the line of those that wait was full.
    UNSENT("no connection was free and the line was full"),
    /// The connection was reset, or closed before the reply began.
    RESET("reset, or closed before the reply"),
    /// The reply was not complete in time; or the request had waited that long for a connection.
    TIMEOUT("no complete reply in time"),
    /// What came is no reply of this protocol.
    BAD_REPLY("not a valid reply"),
    /// The connection ended in the middle of the reply.
    EARLY_END("the reply ended too early"),
    /// A reply that blames the request: HTTP's 400 to 499.
    STATUS_4XX("status 4xx"),
    /// A reply that says that the server could not: HTTP's 500 to 599.
    STATUS_5XX("status 5xx");

    private final String description;

    ErrorKind(String description) {
        this.description = description;
    }

    /// What it means, in a few words.
    public String description() {
        return description;
    }

    /// Its name in results: lower case with hyphens.
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
