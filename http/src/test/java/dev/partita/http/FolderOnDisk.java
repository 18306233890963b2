package dev.partita.http;

import dev.partita.connection.Buffer;
import dev.partita.connection.FileTree;
import dev.partita.connection.OpenFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A folder served with the JDK's means and no defence against links: for tests of what stands above it.
final class FolderOnDisk implements FileTree {
    static int open;

    private final Path root;

    FolderOnDisk(Path root) throws IOException {
        if (!Files.isDirectory(root)) {
            throw new NoSuchFileException(root.toString());
        }
        this.root = root;
    }

    @Override
    public @Nullable OpenFile open(String path) throws IOException {
        Path file = root.resolve(path);
        if (!Files.exists(file)) {
            return null;
        }
        boolean directory = Files.isDirectory(file);
        long modified = Files.getLastModifiedTime(file).toMillis();
        FileChannel channel = directory ? null : FileChannel.open(file);
        long bytes = channel == null ? 0 : channel.size();
        open++;
        return new OpenFile() {
            @Override
            public long bytes() {
                return bytes;
            }

            @Override
            public long modifiedMillis() {
                return modified;
            }

            @Override
            public boolean isDirectory() {
                return directory;
            }

            @Override
            public int read(long position, Buffer into, int bytesMax) throws IOException {
                ByteBuffer target = into.writable();
                int read = Objects.requireNonNull(channel).read(target.limit(Math.min(target.limit(), bytesMax)),
                        position);
                if (read > 0) {
                    into.received(read);
                }
                return Math.max(0, read);
            }

            @Override
            public void close() {
                open--;
                try {
                    if (channel != null) {
                        channel.close();
                    }
                } catch (IOException failure) {
                    throw new AssertionError(failure);
                }
            }
        };
    }

    @Override
    public void close() {}
}
