package dev.partita.transport.nio;

import dev.partita.connection.FileTree;
import dev.partita.connection.OpenFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/// A folder by the JDK's means: a name is resolved to the real path, which has to lie below the root. Between that check
/// and the opening a link could be exchanged by somebody who may write to the folder; the system's own means close that gap
/// where the transport has them.
final class NioFileTree implements FileTree {
    private final Path root;

    NioFileTree(Path folder) throws IOException {
        root = folder.toRealPath();
        if (!Files.isDirectory(root)) {
            throw new NotDirectoryException(folder.toString());
        }
    }

    @Override
    public @Nullable OpenFile open(String path) throws IOException {
        Path real;
        try {
            real = root.resolve(path).toRealPath();
        } catch (InvalidPathException | NoSuchFileException | AccessDeniedException nothing) {
            return null;
        } catch (FileSystemException nothing) {
            // A file used as a folder, a name that is too long, a circle of links: nothing that could be served.
            return null;
        }
        if (!real.startsWith(root)) {
            return null;
        }
        try {
            BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
            long modified = attributes.lastModifiedTime().toMillis();
            if (attributes.isDirectory()) {
                return new NioFile(null, 0, modified);
            }
            if (!attributes.isRegularFile()) {
                return null;
            }
            FileChannel channel = FileChannel.open(real, StandardOpenOption.READ);
            return new NioFile(channel, channel.size(), modified);
        } catch (NoSuchFileException | AccessDeniedException nothing) {
            return null;
        }
    }

    @Override
    public void close() {}
}
