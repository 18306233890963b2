package dev.partita.connection;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
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
                names.add(name(entry) + (isFolder ? "/" : ""));
            }
        } catch (DirectoryIteratorException failure) {
            throw failure.getCause();
        }
        return names;
    }

    /// What its bytes are in UTF-8, as clients say it. The JDK reads them in the charset of the locale, and in that of POSIX there
    /// is nothing but ASCII.
    private static String name(Path entry) {
        String name = String.valueOf(entry.getFileName());
        if (name.chars().allMatch(c -> c < 0x80)) {
            return name;
        }
        String path = entry.toUri().getRawPath(); // with the bytes as they are
        int end = path.endsWith("/") ? path.length() - 1 : path.length();
        String bytes = path.substring(path.lastIndexOf('/', end - 1) + 1, end);
        return URLDecoder.decode(bytes.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
