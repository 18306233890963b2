package dev.partita.http;

import dev.partita.connection.FileTree;
import dev.partita.connection.OpenFile;
import dev.partita.connection.Symlinks;
import dev.partita.http.syntax.FilePath;
import dev.partita.http.syntax.HttpDate;
import dev.partita.http.syntax.MediaTypes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A handler that serves the files below a folder, for GET and HEAD.
///
/// What it looks for is [Request#rest]: under a route to `/files/*` the part behind `/files/`. A folder is served by its
/// `index.html`; without the slash at its end it is redirected to the path with one. Nothing outside the folder can be
/// reached, and names that begin with a dot are not found.
///
/// It may block: opening a file does, and so does reading one that is not in memory.
public final class StaticFiles implements Handler {
    private static final String INDEX = "index.html";
    private static final String ALLOW = "GET, HEAD, OPTIONS";

    private final Path root;

    private StaticFiles(Path root) {
        this.root = root;
    }

    /// Serves what is below `root`.
    ///
    /// @throws IllegalArgumentException if it is not a folder that can be read
    public static StaticFiles under(Path root) {
        if (!Files.isDirectory(root) || !Files.isReadable(root)) {
            throw new IllegalArgumentException(root + " cannot be served: it is not a folder that can be read");
        }
        return new StaticFiles(root.toAbsolutePath().normalize());
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
        String path = FilePath.decode(request.rest());
        if (path == null) {
            response.answer(400);
            return;
        }
        FileTree tree = request.connection().sharedFiles(root, Symlinks.INSIDE);
        OpenFile file = FilePath.isHidden(path) ? null : tree.open(path);
        boolean slash = request.path().endsWith("/");
        if (file != null && file.isDirectory()) {
            file.close();
            if (!slash) {
                redirect(request, response);
                return;
            }
            path = path.isEmpty() ? INDEX : path + "/" + INDEX;
            file = tree.open(path);
        } else if (file != null && slash) {
            file.close();
            file = null;
        }
        if (file == null) {
            response.answer(404);
        } else if (file.isDirectory()) {
            file.close();
            response.answer(404);
        } else {
            send(request, response, path, file);
        }
    }

    /// The same path with a slash. Two slashes at its start would name another server.
    private static void redirect(Request request, Response response) {
        String query = request.query();
        String location = request.path().replaceFirst("^/+", "/") + "/" + (query.isEmpty() ? "" : "?" + query);
        response.header("Location", location).answer(301);
    }

    private static void send(Request request, Response response, String name, OpenFile file) {
        long modified = Math.floorDiv(file.modifiedNanos(), 1_000_000_000L);
        boolean unchanged = isUnchanged(request, modified);
        try {
            response.status(unchanged ? 304 : 200).header("Last-Modified", HttpDate.text(modified));
        } catch (RuntimeException noRoom) {
            file.close();
            throw noRoom;
        }
        if (unchanged) {
            file.close();
            response.empty();
        } else {
            response.file(MediaTypes.of(name), file);
        }
    }

    /// RFC 9110 section 13.1.3. If-None-Match comes before it, and asks for what is not here yet. A date in the future says
    /// nothing.
    private static boolean isUnchanged(Request request, long modified) {
        String since = request.header("If-Modified-Since");
        if (since == null || request.header("If-None-Match") != null) {
            return false;
        }
        long second = HttpDate.parse(since);
        return second != HttpDate.NONE && modified <= second && second <= System.currentTimeMillis() / 1_000;
    }
}
