package dev.partita.transport.nio;

import dev.partita.connection.ConnectionTable;
import dev.partita.connection.Endpoint;
import dev.partita.connection.FileAccess;
import dev.partita.limits.Counters;
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
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// The portable transport: the JDK's selectors and channels. Runs wherever Java does, and is what the others are compared
/// with.
public final class NioTransport implements Transport {
    @Override
    public String name() {
        return "nio";
    }

    @Override
    public String description() {
        return "the JDK's selectors and channels";
    }

    @Override
    public String unavailable() {
        return "";
    }

    /// Maps a hole in a temporary file privately: pages come into being when they are first written to, as with anonymous
    /// memory, while an arena's own allocation would zero all of it and make it resident. The file itself stays empty.
    @Override
    public MemorySegment map(long bytes, Arena arena) throws IOException {
        Path file = Files.createTempFile("partita-buffers", null);
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            return channel.map(MapMode.PRIVATE, 0, bytes, arena);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    @Override
    public Endpoint endpoint() {
        return new NioEndpoint();
    }

    @Override
    public Listener listen(SocketAddress address, int backlog, SocketOptions options, Sharing sharing)
            throws IOException {
        return NioListener.open(address, backlog, options, sharing);
    }

    @Override
    public Destination destination(SocketAddress address, @Nullable SocketAddress source, SocketOptions options) {
        return new NioDestination(address, source, options);
    }

    @Override
    public Poller poller(ConnectionTable table, Counters counters) throws IOException {
        return new NioPoller(table, counters);
    }

    @Override
    public Waiting blocking(ConnectionTable table) throws IOException {
        return new NioBlocking();
    }

    @Override
    public Parking parking(ConnectionTable table) throws IOException {
        return new NioParking(table);
    }

    @Override
    public FileAccess files() {
        return NioFileTree::new;
    }

    @Override
    public boolean pin(int cpu) {
        return false;
    }
}
