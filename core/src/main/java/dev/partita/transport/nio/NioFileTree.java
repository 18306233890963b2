package dev.partita.transport.nio;

import dev.partita.connection.FileTree;
import dev.partita.connection.OpenFile;
import dev.partita.connection.Symlinks;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A folder by the JDK's means: a name is resolved to the real path, which is compared with the root's and opened.
///
/// A gap remains between the two: somebody who may rename folders below the root could exchange one of them for a link, or a
/// file for a FIFO, whose opening then waits for a writer. The file itself cannot be exchanged for a link. Where the system
/// has a call without that gap, its own transport uses it.
final class NioFileTree implements FileTree {
    private static final HexFormat HEX = HexFormat.of().withUpperCase().withPrefix("%");

    private final Path root;
    private final Symlinks symlinks;

    NioFileTree(Path folder, Symlinks symlinks) throws IOException {
        this.symlinks = symlinks;
        root = folder.toRealPath();
        if (!Files.isDirectory(root)) {
            throw new NotDirectoryException(folder.toString());
        }
    }

    @Override
    public @Nullable OpenFile open(String path) throws IOException {
        Path named;
        Path real;
        try {
            named = resolve(path);
            real = named.toRealPath();
        } catch (IllegalArgumentException | NoSuchFileException | AccessDeniedException nothing) {
            return null;
        } catch (FileSystemException nothing) {
            // A file used as a folder, a name that is too long, a circle of links: nothing that could be served.
            return null;
        }
        boolean allowed = switch (symlinks) {
            case NEVER -> real.equals(named);
            case INSIDE -> real.startsWith(root);
            case ALWAYS -> named.normalize().startsWith(root);
        };
        if (!allowed) {
            return null;
        }
        try {
            BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
            long modified = attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS);
            if (attributes.isDirectory()) {
                return new NioFile(real, null, 0, modified, attributes.fileKey());
            }
            if (!attributes.isRegularFile()) {
                return null;
            }
            FileChannel channel = FileChannel.open(real, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
            return new NioFile(real, channel, channel.size(), modified, attributes.fileKey());
        } catch (NoSuchFileException | AccessDeniedException nothing) {
            return null;
        }
    }

    /// The charset of the locale, which the JDK writes names in, may have no characters for one: that of POSIX has only ASCII. A
    /// URI says its bytes.
    private Path resolve(String path) {
        try {
            return root.resolve(path);
        } catch (InvalidPathException unnameable) {
            String bytes = HEX.formatHex(path.getBytes(StandardCharsets.UTF_8)).replace("%2F", "/");
            return Path.of(URI.create("file://" + root.toUri().getRawPath() + bytes));
        }
    }

    @Override
    public void close() {}
}
