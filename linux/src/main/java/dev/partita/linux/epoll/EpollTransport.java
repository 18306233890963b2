package dev.partita.linux.epoll;

import dev.partita.connection.ConnectionTable;
import dev.partita.connection.Endpoint;
import dev.partita.connection.FileAccess;
import dev.partita.limits.Counters;
import dev.partita.linux.LinuxFacts;
import dev.partita.linux.file.LinuxFileTree;
import dev.partita.linux.libc.Machine;
import dev.partita.linux.libc.MappedMemory;
import dev.partita.linux.libc.Processor;
import dev.partita.linux.socket.ListeningSocket;
import dev.partita.linux.socket.RemoteSocket;
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

/// epoll, recv(2), send(2) and sendfile(2), called directly. Linux on x86-64 and aarch64.
public final class EpollTransport implements Transport {
    /// For the service loader.
    public EpollTransport() {}

    @Override
    public String name() {
        return "epoll";
    }

    @Override
    public String description() {
        return "Linux epoll, edge-triggered, and sendfile";
    }

    @Override
    public String unavailable() {
        return Machine.unavailable();
    }

    @Override
    public void prepare() {
        try {
            new EpollSet().close(); // goes through everything that there is to link
        } catch (IOException told) {
            // whoever needs one will hear it
        }
    }

    @Override
    public MemorySegment map(long bytes, Arena arena) throws IOException {
        return MappedMemory.map(bytes, arena);
    }

    @Override
    public Endpoint endpoint() {
        return new EpollEndpoint();
    }

    @Override
    public Listener listen(SocketAddress address, int backlog, SocketOptions options, Sharing sharing)
            throws IOException {
        return ListeningSocket.open(address, backlog, options, sharing);
    }

    @Override
    public Destination destination(SocketAddress address, @Nullable SocketAddress source, SocketOptions options)
            throws IOException {
        return new RemoteSocket(address, source, options);
    }

    @Override
    public Poller poller(ConnectionTable table, Counters counters) throws IOException {
        return new EpollPoller(table, counters);
    }

    @Override
    public long waitNanosMin() {
        return LinuxFacts.countsNanoseconds() ? 1 : Transport.super.waitNanosMin();
    }

    @Override
    public Waiting blocking(ConnectionTable table) throws IOException {
        return new PpollWaiting();
    }

    @Override
    public Parking parking(ConnectionTable table) throws IOException {
        return new EpollParking(table);
    }

    @Override
    public FileAccess files() {
        return LinuxFileTree::new;
    }

    @Override
    public boolean pins() {
        return true;
    }

    @Override
    public boolean pin(int cpu) {
        return Processor.pin(cpu);
    }
}
