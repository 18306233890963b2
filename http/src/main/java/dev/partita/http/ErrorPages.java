package dev.partita.http;

import dev.partita.http.syntax.MediaTypes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What the server says when it answers with an error by itself: a request that it refuses, a path that no route has, a
/// handler that failed, [Response#answer], a [StatusException].
///
///     Http.serving(routes).errorPages((status, sentence) ->
///             new ErrorPages.Page("application/json", "{\"status\":" + status + "}\n"))
///
/// Asked once for each status when the server is set up, with no sentence; and with one when a [StatusException] brings it,
/// by the thread that does the work, where it must not block. Safe for many threads at a time.
@FunctionalInterface
public interface ErrorPages {
    /// Most bytes of a page.
    int PAGE_BYTES_MAX = 16 << 10;

    /// The body for a status.
    ///
    /// @param status 400 to 599, or whatever a [StatusException] says
    /// @param sentence what the exception said, for the client to read; empty for the page of the status itself. It may have
    ///     any characters: escape it
    /// @return at most [#PAGE_BYTES_MAX] bytes in UTF-8; when a larger one, or an exception, comes for a sentence, the page of the
    ///     status itself is sent
    Page page(int status, String sentence);

    /// The page that is sent unless there are others, and what those can fall back on: the status with its name, and the sentence.
    static Page plain(int status, String sentence) {
        String reason = StatusLine.reason(status);
        String text =
                status + (reason == null ? "" : " " + reason) + (sentence.isEmpty() ? "" : ": " + sentence) + "\n";
        boolean ascii = text.chars().allMatch(c -> c < 0x80);
        return new Page(ascii ? "text/plain" : "text/plain; charset=utf-8", text);
    }

    /// The page that a file holds, read now; its media type goes by the file's name.
    ///
    /// @throws IllegalArgumentException if it has more than [#PAGE_BYTES_MAX] bytes
    /// @throws IOException if it cannot be read, or is not UTF-8
    static Page of(Path file) throws IOException {
        long bytes = Files.size(file);
        if (bytes > PAGE_BYTES_MAX) {
            throw new IllegalArgumentException(
                    file + " has " + bytes + " bytes; of an error page at most " + PAGE_BYTES_MAX + " are sent");
        }
        return new Page(MediaTypes.of(file.toString()), Files.readString(file));
    }

    /// A body, which is sent in UTF-8, and its media type.
    record Page(String contentType, String body) {}
}
