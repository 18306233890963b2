package dev.partita.cli.app;

import dev.partita.connection.Connection;
import dev.partita.connection.Protocol;
import dev.partita.connection.Session;

/// A user's protocol, which is none of HTTP's. No connection is ever made to it.
public final class Echo implements Protocol {
    @Override
    public Session open(Connection connection) {
        throw new UnsupportedOperationException();
    }
}
