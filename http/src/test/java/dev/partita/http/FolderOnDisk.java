package dev.partita.http;

import dev.partita.connection.Buffer;
import dev.partita.connection.FileTree;
import dev.partita.connection.FolderNames;
import dev.partita.connection.OpenFile;
import dev.partita.connection.Symlinks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A folder served with the JDK's means and no defence against links: for tests of what stands above it. Which parts of its
/// files are in memory is the test's decision.
final class FolderOnDisk implements FileTree {
    static int open;
    /// How many files were opened.
    static int opened;
    /// True if no part of a file is in memory until it is [loaded][OpenFile#load].
    static boolean cold;
    /// What was loaded, as `position+bytes`.
    static final List<String> LOADED = new ArrayList<>();
    /// What happens meanwhile.
    static Consumer<String> onLoad = part -> {};

    private final Path root;

    FolderOnDisk(Path root, Symlinks symlinks) throws IOException {
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
        long modified = Files.getLastModifiedTime(file).to(TimeUnit.NANOSECONDS);
        long version = ((FileTime) Files.getAttribute(file, "unix:ctime")).to(TimeUnit.NANOSECONDS);
        FileChannel channel = directory ? null : FileChannel.open(file);
        long bytes = channel == null ? 0 : channel.size();
        open++;
        opened++;
        return new OpenFile() {
            private long loadedUntil;

            @Override
            public long bytes() {
                return bytes;
            }

            @Override
            public long modifiedNanos() {
                return modified;
            }

            @Override
            public long version() {
                return version;
            }

            @Override
            public boolean isResident(long position, long bytes) {
                return !cold || position + bytes <= loadedUntil;
            }

            @Override
            public void load(long position, long bytes) {
                LOADED.add(position + "+" + bytes);
                onLoad.accept(position + "+" + bytes);
                loadedUntil = position + bytes;
            }

            @Override
            public boolean isDirectory() {
                return directory;
            }

            @Override
            public List<String> names(int namesMax) throws IOException {
                return FolderNames.of(file, namesMax);
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
