package dev.partita.processes;

import dev.partita.server.Division;
import dev.partita.server.Division.Reach;
import dev.partita.server.Server;
import dev.partita.transport.SocketOptions;
import java.net.SocketAddress;
import java.util.List;

/// What a generation of workers asks of its master: where to listen, how many processes, and how connections come to them.
///
/// @param addresses with port 0 where any is meant
/// @param options written as [SocketOptions#with] reads them
/// @param drainMillis what a worker may take to end
/// @param workerRequestsMax what a worker serves before it is replaced; 0: any number
/// @param workerAgeSecondsMax how long it does; 0: for ever
record Plan(
        List<SocketAddress> addresses,
        int backlog,
        List<String> options,
        int count,
        Reach reach,
        int connectionsMax,
        int drainMillis,
        int workerRequestsMax,
        int workerAgeSecondsMax) {
    /// Warm workers without a place, ready to replace one that is lost.
    private static final int SPARES = 1;
    /// Workers that wait for a connection of their own.
    private static final int IDLE = 2;

    static Plan of(Server server, Division division) {
        return new Plan(
                server.addresses(),
                server.limits().backlog(),
                server.options().settings().stream().map(Object::toString).toList(),
                division.count(),
                division.reach(),
                server.limits().connectionsMax(),
                server.limits().drainMillis(),
                server.limits().workerRequestsMax(),
                server.limits().workerAgeSecondsMax());
    }

    SocketOptions socketOptions() {
        SocketOptions all = SocketOptions.defaults();
        for (String each : options) {
            all = all.with(each);
        }
        return all;
    }

    /// How many workers a generation begins with that follows no other.
    int atFirst() {
        return atFirst(0);
    }

    /// How many one begins with that takes over from so many that have a connection.
    int atFirst(int busy) {
        return reach == Reach.PASSED_ALONE ? Math.min(Math.max(IDLE, busy), count) : count;
    }

    /// How many warm ones there should be without a place.
    int spares() {
        return switch (reach) {
            case OWN, SHARED, PASSED, LENT -> SPARES;
            case PASSED_ALONE, ALL -> 0;
        };
    }

    /// Whether the master accepts.
    boolean isPassed() {
        return reach == Reach.PASSED || reach == Reach.PASSED_ALONE;
    }

    /// Whether the master keeps the connections.
    boolean isLent() {
        return reach == Reach.LENT;
    }

    /// The connections that each worker may have.
    static int share(int connectionsMax, Division division) {
        return switch (division.reach()) {
            case OWN, SHARED, PASSED -> Math.ceilDiv(connectionsMax, division.count());
            case PASSED_ALONE -> 1;
            case ALL, LENT -> connectionsMax;
        };
    }
}
