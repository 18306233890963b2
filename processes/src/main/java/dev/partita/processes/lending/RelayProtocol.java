package dev.partita.processes.lending;

import dev.partita.connection.Connection;
import dev.partita.connection.Protocol;
import dev.partita.connection.Session;
import org.jspecify.annotations.Nullable;

/// What the master speaks on its connections: nothing. It carries bytes to where the protocol is spoken, and back.
final class RelayProtocol implements Protocol {
    private final Protocol spoken;
    /// The sessions, by the numbers of the connections.
    private final Relay[] relays;
    private @Nullable Boolean mayBegin;

    /// @param connections how many there may be
    RelayProtocol(Protocol spoken, int connections) {
        this.spoken = spoken;
        relays = new Relay[connections];
    }

    @Override
    public Session open(Connection connection) {
        var relay = new Relay(this, connection);
        relays[connection.slot()] = relay;
        return relay;
    }

    Relay of(Connection connection) {
        return relays[connection.slot()];
    }

    /// Whether the protocol's server may speak first: true for one whose sessions keep a conversation from its beginning on.
    boolean mayBegin(Connection connection) {
        Boolean known = mayBegin;
        if (known == null) {
            known = spoken.open(connection).memory() == Session.STAYS;
            mayBegin = known;
        }
        return known;
    }

    /// Also for a request that no worker has room for: it has no answer of its own, since nobody has read it.
    @Override
    public byte[] lateReply() {
        return spoken.lateReply();
    }

    @Override
    public byte[] lostReply() {
        return spoken.lostReply();
    }
}
