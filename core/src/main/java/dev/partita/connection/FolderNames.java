package dev.partita.connection;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// For transports: what is in a folder, by the JDK's means.
public final class FolderNames {
    private FolderNames() {}

    /// As [OpenFile#names].
    ///
    /// @param folder one that cannot be exchanged meanwhile, or whose exchange does no harm
    public static List<String> of(Path folder, int namesMax) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                if (names.size() == namesMax) {
                    break;
                }
                boolean isFolder = Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS);
                names.add(entry.getFileName() + (isFolder ? "/" : ""));
            }
        } catch (DirectoryIteratorException failure) {
            throw failure.getCause();
        }
        return names;
    }
}
