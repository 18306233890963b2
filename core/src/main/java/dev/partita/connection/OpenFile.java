package dev.partita.connection;

import java.io.IOException;

/// An open file or folder, from a [FileTree]. Made for one reply and owned by whoever holds it; outbound closes the one it
/// was given.
public interface OpenFile extends AutoCloseable {
    /// Size in bytes when it was opened.
    long bytes();

    /// Last change of its content, in milliseconds since 1970.
    long modifiedMillis();

    /// True for a folder, of which nothing can be read.
    boolean isDirectory();

    /// Reads once at `position` into the room of `into`, at most `bytesMax`. May block on a cold file.
    ///
    /// @return how many bytes were read, at least 1; 0 at the file's end, also when it has become shorter than [#bytes]
    int read(long position, Buffer into, int bytesMax) throws IOException;

    @Override
    void close();
}
