package dev.partita.connection;

import java.io.IOException;
import java.util.List;

/// An open file or folder, from a [FileTree]. Made for one reply and owned by whoever holds it; outbound closes the one it
/// was given.
public interface OpenFile extends AutoCloseable {
    /// Size in bytes when it was opened.
    long bytes();

    /// Last change of its content, in nanoseconds since 1970, as finely as the file system knows it.
    long modifiedNanos();

    /// A number to compare with that of another file of the same name: as long as they are equal it is the same file with
    /// the same content. Made of whatever the system knows, such as size, times and inode.
    long version();

    /// True for a folder, of which only [#names] can be asked for.
    boolean isDirectory();

    /// Reads once at `position` into the room of `into`, at most `bytesMax`. May block on a cold file.
    ///
    /// @return how many bytes were read, at least 1; 0 at the file's end, also when it has become shorter than [#bytes]
    int read(long position, Buffer into, int bytesMax) throws IOException;

    /// True if that part of the file is in memory, or the system does not tell. A moment old. Does not block.
    default boolean isResident(long position, long bytes) {
        return true;
    }

    /// Brings that part of the file into memory. Blocks until it is there; an error is left to whoever reads next.
    default void load(long position, long bytes) {}

    /// The names in a folder, in no order; those of folders end in a slash. May block.
    ///
    /// @param namesMax how many at most
    /// @throws IllegalStateException if this is no folder
    default List<String> names(int namesMax) throws IOException {
        throw new IllegalStateException("a file has no names in it");
    }

    @Override
    void close();
}
