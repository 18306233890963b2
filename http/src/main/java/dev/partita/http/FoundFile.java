package dev.partita.http;

import dev.partita.connection.FileTree;
import dev.partita.connection.OpenFile;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A file and the compressed ones beside it, open: what a look at the folder finds. One that is older than the file itself
/// is out of date and not taken.
final class FoundFile implements AutoCloseable {
    /// So long after a change another one may have left the same time: the file system's clock ticks in seconds at worst.
    private static final long SETTLED_NANOS = 2_000_000_000L;
    private static final long NANOS_PER_MILLI = 1_000_000L;

    static final String BROTLI_ENDING = ".br";
    static final String GZIP_ENDING = ".gz";

    final String name;
    final OpenFile plain;
    final @Nullable OpenFile brotli;
    final @Nullable OpenFile gzip;
    private @Nullable OpenFile taken;

    /// @param plain a regular file, which is this one's from now on, also if this fails
    /// @param compressible true if its compressed forms are looked for too
    FoundFile(FileTree tree, String name, OpenFile plain, boolean compressible) throws IOException {
        this.name = name;
        this.plain = plain;
        OpenFile first = null;
        try {
            first = compressible ? beside(tree, BROTLI_ENDING) : null;
            gzip = compressible ? beside(tree, GZIP_ENDING) : null;
            brotli = first;
        } catch (IOException | RuntimeException failure) {
            plain.close();
            if (first != null) {
                first.close();
            }
            throw failure;
        }
    }

    private @Nullable OpenFile beside(FileTree tree, String ending) throws IOException {
        OpenFile file = tree.open(name + ending);
        if (file == null || !file.isDirectory() && file.modifiedNanos() >= plain.modifiedNanos()) {
            return file;
        }
        file.close();
        return null;
    }

    /// True if nothing is other than it was when that was read.
    boolean isSameAs(CachedFile known) {
        return known.isSame(plain.version(), version(brotli), version(gzip));
    }

    private static long version(@Nullable OpenFile file) {
        return file == null ? 0 : file.version();
    }

    /// True unless one of them has changed just now.
    boolean isSettled() {
        return isSettled(plain) && (brotli == null || isSettled(brotli)) && (gzip == null || isSettled(gzip));
    }

    /// False if it changed so lately that another change could leave the same time; also for a time in the future.
    static boolean isSettled(OpenFile file) {
        return System.currentTimeMillis() * NANOS_PER_MILLI - file.modifiedNanos() >= SETTLED_NANOS;
    }

    /// The open file of a form, which belongs to the caller from now on; null if it has none.
    @Nullable OpenFile take(Variant variant) {
        OpenFile wanted = variant.name.equals(name) ? plain : variant.name.endsWith(BROTLI_ENDING) ? brotli : gzip;
        taken = wanted;
        return wanted;
    }

    @Override
    public void close() {
        close(plain);
        close(brotli);
        close(gzip);
    }

    @SuppressWarnings("ReferenceEquality") // the very same one
    private void close(@Nullable OpenFile file) {
        if (file != null && file != taken) {
            file.close();
        }
    }
}
