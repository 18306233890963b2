package dev.partita.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A file that came with a [Form]. It is a part of the request's body, in memory or in a temporary file without a name, and is
/// gone with the request unless it is [saved][#saveTo]. Every method that reads it may block.
public final class Upload {
    private final Body body;
    private final long start;
    private final long length;
    private final String name;
    private final String fileName;
    private final String contentType;

    Upload(Body body, long start, long length, String name, String fileName, String contentType) {
        this.body = body;
        this.start = start;
        this.length = length;
        this.name = name;
        this.fileName = fileName;
        this.contentType = contentType;
    }

    /// The name of its field.
    public String name() {
        return name;
    }

    /// What the client calls it: the last part of the path it was sent with, control characters replaced; never empty, `.` or
    /// `..` (then `unnamed`). Still the client's choice: what is on a disk under that name is not to be overwritten for it.
    public String fileName() {
        return fileName;
    }

    /// What the client says it is; `application/octet-stream` if it says nothing (RFC 7578 section 4.4 has text, which
    /// browsers do not mean).
    public String contentType() {
        return contentType;
    }

    /// How long it is, in bytes.
    public long length() {
        return length;
    }

    /// All of it. Allocates.
    ///
    /// @throws IOException if it does not fit into an array, or cannot be read
    public byte[] bytes() throws IOException {
        return body.bytes(start, length);
    }

    /// All of it as a stream.
    public InputStream stream() {
        return body.stream(start, start + length);
    }

    /// Saves it as a new file. If that fails, no part of it is left there.
    ///
    /// @throws java.nio.file.FileAlreadyExistsException if there is something of that name
    /// @throws IOException if it cannot be read or written
    public void saveTo(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        boolean saved = false;
        try (channel) {
            body.transferTo(channel, start, length);
            saved = true;
        } finally {
            if (!saved) {
                Files.deleteIfExists(file);
            }
        }
    }

    @Override
    public String toString() {
        return HeaderRules.printable(name + ": " + fileName + ", " + contentType + ", " + length + " bytes");
    }
}
