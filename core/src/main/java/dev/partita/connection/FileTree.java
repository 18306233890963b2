package dev.partita.connection;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A folder that files are served from. Nothing outside it can be reached through it, whatever the name, but by the links that
/// [Symlinks#ALWAYS] allows. For any thread.
public interface FileTree extends AutoCloseable {
    /// Opens a file or folder below the root. May block.
    ///
    /// @param path relative to the root, segments separated by `/`, without `.` and `..`; empty for the root itself
    /// @return the open file, or null if nothing is there that may be served: no such name, a link that is not to be
    ///     followed, not readable, neither a regular file nor a folder
    /// @throws IOException if the system refuses for a reason of its own, such as too many open files
    @Nullable OpenFile open(String path) throws IOException;

    @Override
    void close();
}
