package dev.partita.transport.nio;

import dev.partita.connection.Buffer;
import dev.partita.connection.OpenFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/// A file channel, or a folder, which has none.
final class NioFile implements OpenFile {
    private final @Nullable FileChannel channel;
    private final long bytes;
    private final long modifiedMillis;

    NioFile(@Nullable FileChannel channel, long bytes, long modifiedMillis) {
        this.channel = channel;
        this.bytes = bytes;
        this.modifiedMillis = modifiedMillis;
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
    public long modifiedMillis() {
        return modifiedMillis;
    }

    @Override
    public boolean isDirectory() {
        return channel == null;
    }

    @Override
    public int read(long position, Buffer into, int bytesMax) throws IOException {
        ByteBuffer room = into.writable();
        room.limit(Math.min(room.limit(), bytesMax));
        int read = Math.max(0, channel().read(room, position));
        into.received(read);
        return read;
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
