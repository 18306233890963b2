package dev.partita.http;

import java.nio.charset.StandardCharsets;

/// A media type with the pieces of a head that depend on nothing else, made once.
final class ContentType {
    static final ContentType TEXT = new ContentType("text/plain");
    static final ContentType TEXT_UTF_8 = new ContentType("text/plain; charset=utf-8");
    static final ContentType JSON = new ContentType("application/json");
    static final ContentType BYTES = new ContentType("application/octet-stream");

    private final byte[] field;
    private final byte[] begin;

    private ContentType(String type) {
        String line = "Content-Type: " + type + "\r\n";
        field = line.getBytes(StandardCharsets.ISO_8859_1);
        begin = ("HTTP/1.1 200 OK\r\n" + line + "Content-Length: ").getBytes(StandardCharsets.ISO_8859_1);
    }

    /// The complete field line. Not to be changed.
    byte[] field() {
        return field;
    }

    /// A reply's head with status 200, up to where the number of the Content-Length begins. Not to be changed.
    byte[] begin() {
        return begin;
    }
}
