package dev.partita.http.syntax;

import java.net.URLConnection;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Media types by the end of a file's name: what web sites consist of, and for the rest the JDK's table.
public final class MediaTypes {
    private static final String UNKNOWN = "application/octet-stream";
    private static final String UTF_8 = "; charset=utf-8";
    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("html", "text/html" + UTF_8),
            Map.entry("htm", "text/html" + UTF_8),
            Map.entry("css", "text/css" + UTF_8),
            Map.entry("js", "text/javascript" + UTF_8),
            Map.entry("mjs", "text/javascript" + UTF_8),
            Map.entry("txt", "text/plain" + UTF_8),
            Map.entry("md", "text/markdown" + UTF_8),
            Map.entry("csv", "text/csv" + UTF_8),
            Map.entry("xml", "text/xml" + UTF_8),
            Map.entry("ics", "text/calendar" + UTF_8),
            Map.entry("vtt", "text/vtt" + UTF_8),
            Map.entry("json", "application/json"),
            Map.entry("map", "application/json"),
            Map.entry("webmanifest", "application/manifest+json"),
            Map.entry("rss", "application/rss+xml"),
            Map.entry("atom", "application/atom+xml"),
            Map.entry("xhtml", "application/xhtml+xml"),
            Map.entry("wasm", "application/wasm"),
            Map.entry("pdf", "application/pdf"),
            Map.entry("zip", "application/zip"),
            Map.entry("gz", "application/gzip"),
            Map.entry("svg", "image/svg+xml"),
            Map.entry("png", "image/png"),
            Map.entry("jpg", "image/jpeg"),
            Map.entry("jpeg", "image/jpeg"),
            Map.entry("gif", "image/gif"),
            Map.entry("webp", "image/webp"),
            Map.entry("avif", "image/avif"),
            Map.entry("ico", "image/x-icon"),
            Map.entry("bmp", "image/bmp"),
            Map.entry("woff", "font/woff"),
            Map.entry("woff2", "font/woff2"),
            Map.entry("ttf", "font/ttf"),
            Map.entry("otf", "font/otf"),
            Map.entry("mp3", "audio/mpeg"),
            Map.entry("ogg", "audio/ogg"),
            Map.entry("wav", "audio/wav"),
            Map.entry("flac", "audio/flac"),
            Map.entry("mp4", "video/mp4"),
            Map.entry("webm", "video/webm"),
            Map.entry("mov", "video/quicktime"));

    /// Types whose content is text, or as repetitive, although their name does not begin with `text/`.
    private static final Set<String> COMPRESSIBLE = Set.of("application/json", "application/javascript",
            "application/xml", "application/wasm", "application/rtf", "application/x-tar", "image/svg+xml", "image/bmp",
            "image/x-icon", "font/ttf", "font/otf", "audio/wav");

    private MediaTypes() {}

    /// True for a type whose files become much smaller by compressing them: texts, JSON, XML, WebAssembly, plain fonts and
    /// bitmaps.
    public static boolean isCompressible(String type) {
        int semicolon = type.indexOf(';');
        String bare = semicolon < 0 ? type : type.substring(0, semicolon);
        return bare.startsWith("text/") || bare.endsWith("+json") || bare.endsWith("+xml")
                || COMPRESSIBLE.contains(bare);
    }

    /// The media type of a file with this name, with `charset=utf-8` for text; `application/octet-stream` if nobody knows.
    public static String of(String name) {
        int dot = name.lastIndexOf('.');
        if (dot < 0) {
            return UNKNOWN;
        }
        String known = TYPES.get(name.substring(dot + 1).toLowerCase(Locale.ROOT));
        if (known != null) {
            return known;
        }
        String guessed = URLConnection.guessContentTypeFromName(name);
        if (guessed == null) {
            return UNKNOWN;
        }
        return guessed.startsWith("text/") ? guessed + UTF_8 : guessed;
    }
}
