package dev.partita.linux.uring;

import dev.partita.connection.ConnectionTable;
import dev.partita.connection.Endpoint;
import dev.partita.connection.FileAccess;
import dev.partita.limits.Counters;
import dev.partita.linux.epoll.EpollTransport;
import dev.partita.transport.Destination;
import dev.partita.transport.Listener;
import dev.partita.transport.Parking;
import dev.partita.transport.Poller;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.Transport;
import dev.partita.transport.Waiting;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// io_uring for event loops. A thread of one connection waits as with epoll, where it has nothing to share a call with. Linux
/// 6.0 or later on x86-64 and aarch64.
public final class UringTransport implements Transport {
    private final EpollTransport calls = new EpollTransport();
    private final Ring.Features wanted;
    private final UringPoller.Sizes sizes;

    /// For the service loader.
    public UringTransport() {
        this(Ring.Features.ALL, UringPoller.Sizes.USUAL);
    }

    /// @param wanted of the kernel's features
    UringTransport(Ring.Features wanted, UringPoller.Sizes sizes) {
        this.wanted = wanted;
        this.sizes = sizes;
    }

    @Override
    public String name() {
        return "uring";
    }

    @Override
    public String description() {
        return "Linux io_uring for event loops, ppoll and epoll for threads, and sendfile";
    }

    @Override
    public String unavailable() {
        String why = calls.unavailable();
        return why.isEmpty() ? UringFacts.unavailable() : why;
    }

    @Override
    public MemorySegment map(long bytes, Arena arena) throws IOException {
        return calls.map(bytes, arena);
    }

    @Override
    public Endpoint endpoint() {
        return new UringEndpoint();
    }

    @Override
    public Listener listen(SocketAddress address, int backlog, SocketOptions options, Sharing sharing)
            throws IOException {
        return calls.listen(address, backlog, options, sharing);
    }

    @Override
    public Destination destination(SocketAddress address, @Nullable SocketAddress source, SocketOptions options)
            throws IOException {
        return calls.destination(address, source, options);
    }

    @Override
    public Poller poller(ConnectionTable table, Counters counters) throws IOException {
        return new UringPoller(table, counters, wanted, sizes);
    }

    @Override
    public Waiting blocking(ConnectionTable table) throws IOException {
        return calls.blocking(table);
    }

    @Override
    public Parking parking(ConnectionTable table) throws IOException {
        return calls.parking(table);
    }

    @Override
    public FileAccess files() {
        return calls.files();
    }

    @Override
    public boolean pins() {
        return calls.pins();
    }

    @Override
    public boolean pin(int cpu) {
        return calls.pin(cpu);
    }
}
