package dev.partita.http;

import dev.partita.connection.OpenFile;
import dev.partita.http.syntax.FilePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The page that shows what is in a folder.
final class FolderListing {
    static final String TYPE = "text/html; charset=utf-8";
    /// More names make no page that anybody reads.
    private static final int NAMES_MAX = 10_000;

    private FolderListing() {}

    /// @param path of the folder below the root, decoded; empty for the root
    static byte[] page(String path, OpenFile folder) throws IOException {
        List<String> names = folder.names(NAMES_MAX + 1);
        var page = new StringBuilder(256 + 64 * names.size());
        String title = escape("/" + path);
        page.append("<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>").append(title)
                .append("</title></head>\n<body><h1>").append(title).append("</h1>\n<ul>\n");
        if (!path.isEmpty()) {
            page.append("<li><a href=\"../\">../</a></li>\n");
        }
        names.stream().limit(NAMES_MAX).filter(name -> !FilePath.isHidden(name)).sorted().forEach(name -> page
                // ./ in front, or what stands before a colon would be taken for a scheme
                .append("<li><a href=\"./").append(escape(FilePath.encode(name))).append("\">").append(escape(name))
                .append("</a></li>\n"));
        page.append("</ul>\n");
        if (names.size() > NAMES_MAX) {
            page.append("<p>There are more.</p>\n");
        }
        return page.append("</body></html>\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
