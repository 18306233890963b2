package dev.partita.examples;

import dev.partita.http.Form;
import dev.partita.http.Handler;
import dev.partita.http.Http;
import dev.partita.http.Request;
import dev.partita.http.Response;
import dev.partita.http.Routes;
import dev.partita.http.StatusException;
import dev.partita.http.Upload;
import dev.partita.limits.Limits;
import dev.partita.model.Amped;
import dev.partita.server.Running;
import dev.partita.server.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/// A form with a file, which is kept in a folder under a name of our own. Open http://localhost:8080 in a browser, or:
///
///     curl -F title=spring -F photo=@photo.jpg localhost:8080/photos
///     curl -i localhost:8080/photos/NAME
public final class FileUpload {
    private static final String PAGE = """
            <!DOCTYPE html>
            <form action="/photos" method="post" enctype="multipart/form-data">
              <input name="title"> <input name="photo" type="file"> <button>Send</button>
            </form>
            """;
    private static final long PHOTO_BYTES_MAX = 100 << 20;

    private final Path folder;

    private FileUpload(Path folder) {
        this.folder = folder;
    }

    static Handler handler(Path folder) {
        var photos = new FileUpload(folder);
        Handler page = Handler.neverBlocking((request, response) -> response.contentType("text/html").text(PAGE));
        return new Routes().get("/", page).post("/photos", photos::save).get("/photos/{name}", photos::show);
    }

    private void save(Request request, Response response) throws IOException {
        Form form = request.form();
        Upload photo = form.file("photo");
        if (photo == null) {
            throw new StatusException(400, "choose a photo");
        }
        String name = UUID.randomUUID().toString(); // never the one that the client gives it
        photo.saveTo(folder.resolve(name));
        response.status(201).header("Location", "/photos/" + name)
                .text("saved \"" + form.value("title") + "\", " + photo.length() + " bytes, as " + name + "\n");
    }

    private void show(Request request, Response response) throws IOException {
        String name = request.pathParameter("name");
        if (!name.matches("[0-9a-f-]{36}") || !Files.exists(folder.resolve(name))) {
            throw new StatusException(404, "there is no such photo");
        }
        response.contentType("application/octet-stream").file(folder.resolve(name));
    }

    /// Keeps what it is sent in a temporary folder, on port 8080 until the program is ended.
    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("photos");
        Limits limits = Limits.defaults().withBodyBytesMax(PHOTO_BYTES_MAX);
        try (Running server = Server.of(Http.serving(handler(folder))).limits(limits).listen(8080).run(new Amped())) {
            System.out.println("photos are kept in " + folder);
            server.await();
        }
    }
}
