package dev.partita.http;

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

    /// A body, which is sent in UTF-8, and its media type.
    record Page(String contentType, String body) {}
}
