package dev.partita.http;

import dev.partita.connection.Buffer;
import dev.partita.http.syntax.AcceptEncoding;
import org.jspecify.annotations.Nullable;

/// What is known of the file that a path stands for: its forms, as they were when somebody last looked.
///
/// For any thread.
final class CachedFile {
    /// How long nobody looks again, on a clock that ticks every quarter of a second: a change is noticed within a second.
    private static final long FRESH_NANOS = 750_000_000L;
    /// How long one request looks while the others go on with what is known.
    private static final long LOOK_NANOS = 250_000_000L;
    /// Not asked for so long, it makes room for others.
    private static final long IDLE_NANOS = 10_000_000_000L;

    /// The path as it was sent, from where the root begins.
    final long[] path;
    final int pathLength;
    final long hash;

    /// The file as it is, and compressed if there is such a file beside it.
    final Variant plain;
    final @Nullable Variant brotli;
    final @Nullable Variant gzip;
    /// It could be compressed, and nobody has done it yet.
    final boolean compressible;

    private volatile long checkedAt;
    private volatile long lookedForAt;

    CachedFile(long[] path, int pathLength, Variant plain, @Nullable Variant brotli, @Nullable Variant gzip,
            boolean compressible, long now) {
        this.path = path;
        this.pathLength = pathLength;
        this.plain = plain;
        this.brotli = brotli;
        this.gzip = gzip;
        this.compressible = compressible;
        hash = PathTable.hash(path, pathLength);
        checkedAt = now;
        lookedForAt = now;
    }

    /// The same with its compressed form, or without ever having one.
    CachedFile compressed(@Nullable Variant compressed) {
        return new CachedFile(path, pathLength, plain, brotli, compressed, false, checkedAt);
    }

    boolean isAt(Buffer in, int start, int end) {
        return end - start == pathLength && PathTable.matches(in, start, end, path);
    }

    /// True if all that is known is what it was when it was looked at last.
    boolean isSame(long plainVersion, long brotliVersion, long gzipVersion) {
        return plain.version == plainVersion && version(brotli) == brotliVersion
                && (version(gzip) == gzipVersion || gzipVersion == 0 && version(gzip) == plainVersion);
    }

    private static long version(@Nullable Variant variant) {
        return variant == null ? 0 : variant.version;
    }

    /// True if somebody has looked within a second.
    boolean isFresh(long now) {
        return now - checkedAt < FRESH_NANOS;
    }

    /// True if it may be answered with what is known. One of several requests that come when that has become too old gets a
    /// false, and has to look.
    boolean isUsable(long now) {
        if (isFresh(now) || now - lookedForAt < LOOK_NANOS) {
            return true;
        }
        lookedForAt = now;
        return false;
    }

    void checked(long now) {
        checkedAt = now;
    }

    boolean isIdle(long now) {
        return now - checkedAt > IDLE_NANOS;
    }

    /// What it takes in memory, about.
    int cost() {
        return 128 + 8 * path.length + plain.cost() + cost(brotli) + cost(gzip);
    }

    private static int cost(@Nullable Variant variant) {
        return variant == null ? 0 : variant.cost();
    }

    /// The form that suits the client best.
    ///
    /// @return null if that is one that has to be compressed first
    @Nullable Variant choose(Request request) {
        if (brotli == null && gzip == null && !compressible) {
            return plain;
        }
        return switch (AcceptEncoding.choose(accepted(request), brotli != null, gzip != null || compressible)) {
            case AcceptEncoding.BROTLI -> brotli;
            case AcceptEncoding.GZIP -> gzip;
            default -> plain;
        };
    }

    private static long accepted(Request request) {
        Buffer in = request.in();
        int end = request.head().end();
        long said = AcceptEncoding.NOTHING;
        long found = Fields.find(in, request.head().fieldsStart(), end, "accept-encoding");
        while (found != Fields.NONE) {
            said = AcceptEncoding.add(in, Fields.start(found), Fields.stop(found), said);
            found = Fields.find(in, Fields.nextLine(in, Fields.stop(found)), end, "accept-encoding");
        }
        return said;
    }
}
