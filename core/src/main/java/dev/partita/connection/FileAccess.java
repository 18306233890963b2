package dev.partita.connection;

import java.io.IOException;
import java.nio.file.Path;

/// How the transport in use opens files, so that what it opens it can also send without a copy.
@FunctionalInterface
public interface FileAccess {
    /// Opens a folder for serving. May block. The caller closes it.
    ///
    /// @throws IOException if `root` is not a readable folder
    FileTree tree(Path root, Symlinks symlinks) throws IOException;
}
