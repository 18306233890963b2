package dev.partita.transport.nio;

import dev.partita.connection.Buffer;
import dev.partita.connection.FolderNames;
import dev.partita.connection.OpenFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A file channel, or a folder, which has none.
final class NioFile implements OpenFile {
    /// What is read into and forgotten at a time to bring a file into memory.
    private static final int LOAD_BYTES = 64 << 10;

    private final @Nullable FileChannel channel;
    private final long bytes;
    private final long modifiedNanos;
    private final long version;
    private final Path path;

    /// @param path the real one
    /// @param identity what the file system tells one file from another by, or null
    NioFile(Path path, @Nullable FileChannel channel, long bytes, long modifiedNanos, @Nullable Object identity) {
        this.path = path;
        this.channel = channel;
        this.bytes = bytes;
        this.modifiedNanos = modifiedNanos;
        version = (modifiedNanos * 31 + bytes) * 31 + (identity == null ? 0 : identity.hashCode());
    }

    FileChannel channel() {
        if (channel == null) {
            throw new IllegalStateException("a folder has nothing to read");
        }
        return channel;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public long modifiedNanos() {
        return modifiedNanos;
    }

    @Override
    public long version() {
        return version;
    }

    @Override
    public boolean isDirectory() {
        return channel == null;
    }

    @Override
    public List<String> names(int namesMax) throws IOException {
        if (channel != null) {
            throw new IllegalStateException(path + " is no folder");
        }
        return FolderNames.of(path, namesMax);
    }

    @Override
    public int read(long position, Buffer into, int bytesMax) throws IOException {
        ByteBuffer room = into.writable();
        room.limit(Math.min(room.limit(), bytesMax));
        int read = Math.max(0, channel().read(room, position));
        into.received(read);
        return read;
    }

    /// The JDK asks by mincore(2), which on Linux tells only who may write the file; for others all of it is resident.
    @Override
    public boolean isResident(long position, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            return channel().map(MapMode.READ_ONLY, position, bytes, arena).isLoaded();
        } catch (IOException | UnsupportedOperationException unknown) {
            return true;
        }
    }

    @Override
    public void load(long position, long bytes) {
        ByteBuffer scratch = ByteBuffer.allocateDirect(LOAD_BYTES);
        try {
            for (long at = position, end = position + bytes; at < end;) {
                scratch.clear().limit((int) Math.min(LOAD_BYTES, end - at));
                int read = channel().read(scratch, at);
                if (read <= 0) {
                    return;
                }
                at += read;
            }
        } catch (IOException leftToWhoReadsNext) {
            // as the contract says
        }
    }

    @Override
    public void close() {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException failure) {
            // It was only read from.
        }
    }
}
