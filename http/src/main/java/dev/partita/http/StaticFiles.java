package dev.partita.http;

import dev.partita.connection.Buffer;
import dev.partita.connection.FileTree;
import dev.partita.connection.OpenFile;
import dev.partita.connection.Symlinks;
import dev.partita.http.syntax.EntityTag;
import dev.partita.http.syntax.FilePath;
import dev.partita.http.syntax.MediaTypes;
import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/// A handler that serves the files below a folder, for GET and HEAD.
///
/// What it looks for is [Request#rest]: under a route to `/files/*` the part behind `/files/`. A folder is served by its
/// `index.html`; without the slash at its end it is redirected to the path with one. Names that begin with a dot are not
/// found, nor is what is neither a regular file nor a folder. Nothing outside the folder can be reached, but by links if
/// [#symlinks] allows it.
///
/// Conditions (If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since, If-Range) and a single range are understood,
/// as RFC 9110 sections 13 and 14 have them. Of a type that is worth it, a client that accepts it gets the compressed file
/// that lies beside the file, with `.br` or `.gz` behind its name and not older than it; or what gzip makes of a text of 1 KiB
/// up to [Limits#gzipBytesMax].
///
/// Small files are kept in memory with their header fields ([Limits#fileCacheBytesMax]), and answered from there without
/// waiting for anything; a change is noticed within a second. Everything else may block.
///
/// Immutable but for what it keeps: every method gives another one. For any number of servers at a time.
public final class StaticFiles implements Handler {
    private static final String INDEX = "index.html";
    private static final String ALLOW = "GET, HEAD, OPTIONS";
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long MILLIS_PER_SECOND = 1_000;
    /// A smaller text is not worth compressing: it fits into a packet as it is.
    private static final int GZIP_BYTES_MIN = 1 << 10;
    /// A file that fills more buffers is sent by the system, without copying it.
    private static final int HOT_BUFFERS_MAX = 4;

    private final Path root;
    private final FileRules rules;
    private final HotFiles hot = new HotFiles();

    private StaticFiles(Path root, FileRules rules) {
        this.root = root;
        this.rules = rules;
    }

    /// Serves what is below `root`.
    ///
    /// @throws IllegalArgumentException if it is not a folder that can be read
    public static StaticFiles under(Path root) {
        if (!Files.isDirectory(root) || !Files.isReadable(root)) {
            throw new IllegalArgumentException(root + " cannot be served: it is not a folder that can be read");
        }
        return new StaticFiles(root.toAbsolutePath().normalize(), new FileRules(Symlinks.INSIDE, List.of(), false));
    }

    /// These files with another policy for symbolic links; [Symlinks#INSIDE] unless said otherwise.
    public StaticFiles symlinks(Symlinks symlinks) {
        return new StaticFiles(root, rules.symlinks(symlinks));
    }

    /// These files with a Cache-Control for some of them. Of several that fit, the first one counts.
    ///
    /// @param pattern as for [java.nio.file.FileSystem#getPathMatcher], without `glob:`. With a slash it is compared with the
    ///     path below the root (`assets/**`), without one with the file's name (`*.css`).
    /// @throws IllegalArgumentException if the pattern is malformed, or the value has a character that would end the line
    public StaticFiles cacheControl(String pattern, String value) {
        return new StaticFiles(root, rules.cacheControl(pattern, value));
    }

    /// These files with a page that shows what is in a folder, where it has no index; or without, as unless said otherwise.
    /// Names that begin with a dot are not shown.
    public StaticFiles listings(boolean listings) {
        return new StaticFiles(root, rules.listings(listings));
    }

    /// What is in memory is answered from there, by somebody who never blocks.
    @Override
    public Handler route(Request request) {
        if (request.method() != Method.GET && request.method() != Method.HEAD) {
            return this;
        }
        CachedFile file = hot.find(request.in(), request.restStart(), request.head().pathEnd());
        if (file == null || !file.isUsable(request.connection().nowNanos())) {
            return this;
        }
        Variant variant = file.choose(request);
        return variant == null || !variant.isHot() ? this : variant;
    }

    @Override
    public long bodyBytesMax(Request request) {
        return BODY_IGNORED;
    }

    @Override
    public void handle(Request request, Response response) throws IOException {
        switch (request.method()) {
            case GET, HEAD -> get(request, response);
            case OPTIONS -> response.status(204).header("Allow", ALLOW).empty();
            case POST, PUT, DELETE, PATCH -> response.header("Allow", ALLOW).answer(405);
        }
    }

    private void get(Request request, Response response) throws IOException {
        FileTree tree = request.connection().sharedFiles(root, rules.symlinks());
        CachedFile known = hot.find(request.in(), request.restStart(), request.head().pathEnd());
        if (known == null || !known.isFresh(request.connection().nowNanos())
                || !answerKnown(tree, known, request, response)) {
            look(tree, known, request, response);
        }
    }

    /// Answers with a file of which everything is known but its content.
    ///
    /// @return false if it has changed
    private boolean answerKnown(FileTree tree, CachedFile known, Request request, Response response)
            throws IOException {
        Variant variant = known.choose(request);
        if (variant == null) {
            return false;
        }
        OpenFile file = variant.isHot() ? null : tree.open(variant.name);
        if (!variant.isHot() && (file == null || file.version() != variant.version)) {
            if (file != null) {
                file.close();
            }
            return false;
        }
        variant.answer(request, response, file);
        return true;
    }

    /// Looks what the path stands for, and answers.
    private void look(FileTree tree, @Nullable CachedFile known, Request request, Response response)
            throws IOException {
        String path = FilePath.decode(request.rest());
        if (path == null) {
            response.answer(400);
            return;
        }
        OpenFile file = FilePath.isHidden(path) ? null : tree.open(path);
        boolean slash = request.path().endsWith("/");
        if (file != null && file.isDirectory()) {
            try (OpenFile folder = file) {
                if (slash) {
                    lookInto(folder, tree, path, known, request, response);
                } else {
                    forget(known);
                    redirect(request, response);
                }
            }
        } else if (file != null && !slash) {
            answerFile(file, tree, path, known, request, response);
        } else {
            if (file != null) {
                file.close();
            }
            forget(known);
            response.answer(404);
        }
    }

    private void lookInto(OpenFile folder, FileTree tree, String path, @Nullable CachedFile known, Request request,
            Response response) throws IOException {
        String name = path.isEmpty() ? INDEX : path + "/" + INDEX;
        OpenFile index = tree.open(name);
        if (index != null && !index.isDirectory()) {
            answerFile(index, tree, name, known, request, response);
            return;
        }
        if (index != null) {
            index.close();
        }
        forget(known);
        if (rules.listings()) {
            response.bytes(FolderListing.TYPE, FolderListing.page(path, folder));
        } else {
            response.answer(404);
        }
    }

    private void forget(@Nullable CachedFile known) {
        if (known != null) {
            hot.remove(known);
        }
    }

    /// The same path with a slash. Two slashes at its start would name another server.
    private static void redirect(Request request, Response response) {
        String query = request.query();
        String location = request.path().replaceFirst("^/+", "/") + "/" + (query.isEmpty() ? "" : "?" + query);
        response.header("Location", location).answer(301);
    }

    private void answerFile(OpenFile file, FileTree tree, String name, @Nullable CachedFile known, Request request,
            Response response) throws IOException {
        String type = MediaTypes.of(name);
        try (var found = new FoundFile(tree, name, file, MediaTypes.isCompressible(type))) {
            answerFound(found, type, known, request, response);
        }
    }

    private void answerFound(FoundFile found, String type, @Nullable CachedFile known, Request request,
            Response response) throws IOException {
        CachedFile file = remember(found, type, known, request);
        Variant variant = file.choose(request);
        if (variant == null) {
            file = compress(found, type, file, request);
            variant = file.choose(request);
        }
        Variant chosen = variant == null ? file.plain : variant;
        chosen.answer(request, response, chosen.isHot() ? null : found.take(chosen));
    }

    // What is kept.

    /// What is known of a file now, kept if there is room.
    private CachedFile remember(FoundFile found, String type, @Nullable CachedFile known, Request request)
            throws IOException {
        long now = request.connection().nowNanos();
        if (known != null && found.isSameAs(known)) {
            known.checked(now);
            return known;
        }
        forget(known);
        CachedFile file = read(found, type, request, now);
        boolean kept = found.isSettled() && isCanonical(found.name, request.rest())
                && keep(file, now, request);
        // what is not kept would be compressed for every request
        return kept || !file.compressible ? file : file.compressed(null);
    }

    private boolean keep(CachedFile file, long now, Request request) {
        int bytesMax = request.connection().limits().fileCacheBytesMax();
        boolean kept = hot.put(file, now, bytesMax);
        if (!kept && bytesMax > 0) {
            request.connection().counters().increment(Counter.FILES_NOT_KEPT);
        }
        return kept;
    }

    /// One file, one path: others that lead to it, with escapes that nothing needs, must not fill the places.
    private static boolean isCanonical(String name, String path) {
        return FilePath.encode(name).equals(path.isEmpty() || path.endsWith("/") ? path + INDEX : path);
    }

    private CachedFile read(FoundFile found, String type, Request request, long now) throws IOException {
        Limits limits = request.connection().limits();
        boolean worthIt = MediaTypes.isCompressible(type) && found.gzip == null
                && found.plain.bytes() >= GZIP_BYTES_MIN && limits.gzipBytesMax() > 0;
        boolean compressible = worthIt && found.plain.bytes() <= limits.gzipBytesMax();
        if (worthIt && !compressible) {
            request.connection().counters().increment(Counter.TEXTS_TOO_LARGE);
        }
        boolean varies = compressible || found.gzip != null || found.brotli != null;
        var common = new Variant.Common(type, varies, rules.cacheControlOf(found.name));
        long hotBytesMax = (long) HOT_BUFFERS_MAX * limits.bufferBytes();
        String path = request.rest();
        return new CachedFile(
                PathTable.words(path),
                path.length(),
                variant(found.plain, found.name, "", common, hotBytesMax),
                found.brotli == null
                        ? null
                        : variant(found.brotli, found.name + FoundFile.BROTLI_ENDING, "br", common, hotBytesMax),
                found.gzip == null
                        ? null
                        : variant(found.gzip, found.name + FoundFile.GZIP_ENDING, "gzip", common, hotBytesMax),
                compressible,
                now);
    }

    private static Variant variant(OpenFile file, String name, String coding, Variant.Common common, long hotBytesMax)
            throws IOException {
        var tag = EntityTag.of(file.bytes(), file.modifiedNanos(), coding, !FoundFile.isSettled(file));
        byte[] content = file.bytes() <= hotBytesMax ? content(file) : null;
        return new Variant(name, file.version(), coding, file.bytes(), tag, modified(file), content, common);
    }

    private static long modified(OpenFile file) {
        // A time in the future is replaced by the present (RFC 9110 section 8.8.2.1).
        return Math.min(
                Math.floorDiv(file.modifiedNanos(), NANOS_PER_SECOND), System.currentTimeMillis() / MILLIS_PER_SECOND);
    }

    /// All of a file; null if it is shorter by now than it was when it was opened.
    private static byte @Nullable [] content(OpenFile file) throws IOException {
        var content = new byte[Math.toIntExact(file.bytes())];
        if (content.length == 0) {
            return content;
        }
        try (Arena arena = Arena.ofConfined()) {
            Buffer buffer = Buffer.over(arena.allocate(content.length));
            while (buffer.room() > 0) {
                if (file.read(buffer.length(), buffer, buffer.room()) == 0) {
                    return null;
                }
            }
            buffer.copy(0, content, 0, content.length);
            return content;
        }
    }

    /// The same file with its compressed form, which is made once: whoever else wants it meanwhile waits.
    @SuppressWarnings("ReferenceEquality") // the very same one
    private CachedFile compress(FoundFile found, String type, CachedFile file, Request request) throws IOException {
        synchronized (file) {
            CachedFile known = hot.find(request.in(), request.restStart(), request.head().pathEnd());
            if (known != null && known != file && known.plain == file.plain) {
                return known;
            }
            CachedFile compressed = file.compressed(gzip(found.plain, found.name, type, file.plain));
            long now = request.connection().nowNanos();
            if (keep(compressed, now, request)) {
                return compressed;
            }
            CachedFile never = file.compressed(null);
            hot.put(never, now, request.connection().limits().fileCacheBytesMax());
            return never;
        }
    }

    /// Null if that makes it no smaller.
    private @Nullable Variant gzip(OpenFile file, String name, String type, Variant plain) throws IOException {
        byte[] content = plain.content != null ? plain.content : content(file);
        if (content == null) {
            return null;
        }
        var compressed = new ByteArrayOutputStream(content.length / 2);
        try (var gzip = new GZIPOutputStream(compressed)) {
            gzip.write(content);
        }
        var tag = EntityTag.of(file.bytes(), file.modifiedNanos(), "gzip", false);
        return compressed.size() >= content.length
                ? null
                : new Variant(name, file.version(), "gzip", compressed.size(), tag, modified(file),
                        compressed.toByteArray(),
                        new Variant.Common(type, true, rules.cacheControlOf(name)));
    }
}
