package dev.partita.processes.lending;

import dev.partita.connection.ConnectionTable;
import dev.partita.connection.Endpoint;
import dev.partita.limits.Counters;
import dev.partita.limits.Limits;
import dev.partita.transport.Destination;
import dev.partita.transport.Listener;
import dev.partita.transport.Parking;
import dev.partita.transport.Poller;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.Transport;
import dev.partita.transport.Waiting;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A transport whose connections are slots of the memory that a worker shares with its master. Whatever runs over it has no
/// socket.
public final class SlotTransport implements LayeredTransport {
    private static final String NO_NETWORK = "a worker of AMPED has no network";
    /// A day: what a connection may take to say something between two requests, or to take what it is sent, is the master's
    /// affair.
    private static final long NEVER_MILLIS = 86_400_000L;

    private final Transport below;
    private final SharedSlots shared;

    /// What a worker listens on: nothing, for what it is lent comes by itself.
    private record Nowhere(SocketAddress address) implements Listener {
        @Override
        public List<SocketOptions.Outcome> outcomes() {
            return List.of();
        }

        @Override
        public void close() {
            // nothing is open
        }
    }

    private SlotTransport(Transport below, SharedSlots shared) {
        this.below = below;
        this.shared = shared;
    }

    /// @param other for files, memory and processors
    /// @param memory a descriptor that came from the master: of the memory
    /// @param bell and of what wakes the master
    /// @throws IOException if the memory cannot be used
    public static SlotTransport over(Transport other, int memory, int bell) throws IOException {
        return new SlotTransport(other, SharedSlots.adopt(memory, bell));
    }

    /// The same for a worker of this very process, for what is only tried.
    ///
    /// @throws IOException if its memory cannot be mapped a second time
    public static SlotTransport beside(Transport other, DistantWorker worker) throws IOException {
        return new SlotTransport(other, worker.shared().otherSide());
    }

    /// A server's limits as they are in a worker.
    public Limits limits(Limits limits) {
        return limits.with(Map.of("connectionsMax", (long) shared.slots, "idleMillisMax", NEVER_MILLIS,
                "writeMillisMax", NEVER_MILLIS));
    }

    @Override
    public Transport below() {
        return below;
    }

    @Override
    public String name() {
        return "slots";
    }

    @Override
    public String description() {
        return "memory that is shared with the master";
    }

    @Override
    public String unavailable() {
        return "";
    }

    @Override
    public Endpoint endpoint() {
        return new SlotEndpoint(shared);
    }

    @Override
    public Poller poller(ConnectionTable table, Counters counters) {
        return new SlotPoller(shared, table, counters);
    }

    @Override
    public Listener listen(SocketAddress address, int backlog, SocketOptions options, Sharing sharing) {
        return new Nowhere(address);
    }

    @Override
    public Destination destination(SocketAddress address, @Nullable SocketAddress source, SocketOptions options) {
        throw new UnsupportedOperationException(NO_NETWORK);
    }

    @Override
    public Waiting blocking(ConnectionTable table) {
        throw new UnsupportedOperationException(NO_NETWORK);
    }

    @Override
    public Parking parking(ConnectionTable table) {
        throw new UnsupportedOperationException(NO_NETWORK);
    }
}
