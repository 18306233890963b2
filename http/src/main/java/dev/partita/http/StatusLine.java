package dev.partita.http;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The first line of a reply, made once for every status (RFC 9110 section 15).
final class StatusLine {
    private static final int LEAST = 200;
    private static final int MOST = 599;
    private static final byte[][] LINES = new byte[MOST - LEAST + 1][];

    static {
        for (int status = LEAST; status <= MOST; status++) {
            String reason = reason(status);
            LINES[status - LEAST] = ("HTTP/1.1 " + status + " " + (reason == null ? "" : reason) + "\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    private StatusLine() {}

    /// The line with its CR LF. Not to be changed.
    static byte[] of(int status) {
        return LINES[status - LEAST];
    }

    /// True for a status that a final reply can have.
    static boolean isFinal(int status) {
        return status >= LEAST && status <= MOST;
    }

    /// True if a reply with this status has no body, whatever it says (RFC 9112 section 6.3).
    static boolean isBodiless(int status) {
        return status == 204 || status == 304;
    }

    /// What a status means; null for one that the RFC does not have.
    static @Nullable String reason(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 201 -> "Created";
            case 202 -> "Accepted";
            case 203 -> "Non-Authoritative Information";
            case 204 -> "No Content";
            case 205 -> "Reset Content";
            case 206 -> "Partial Content";
            case 300 -> "Multiple Choices";
            case 301 -> "Moved Permanently";
            case 302 -> "Found";
            case 303 -> "See Other";
            case 304 -> "Not Modified";
            case 307 -> "Temporary Redirect";
            case 308 -> "Permanent Redirect";
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 406 -> "Not Acceptable";
            case 408 -> "Request Timeout";
            case 409 -> "Conflict";
            case 410 -> "Gone";
            case 411 -> "Length Required";
            case 412 -> "Precondition Failed";
            case 413 -> "Content Too Large";
            case 414 -> "URI Too Long";
            case 415 -> "Unsupported Media Type";
            case 416 -> "Range Not Satisfiable";
            case 417 -> "Expectation Failed";
            case 421 -> "Misdirected Request";
            case 422 -> "Unprocessable Content";
            case 426 -> "Upgrade Required";
            case 428 -> "Precondition Required";
            case 429 -> "Too Many Requests";
            case 431 -> "Request Header Fields Too Large";
            case 451 -> "Unavailable For Legal Reasons";
            case 500 -> "Internal Server Error";
            case 501 -> "Not Implemented";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            case 505 -> "HTTP Version Not Supported";
            case 507 -> "Insufficient Storage";
            case 511 -> "Network Authentication Required";
            default -> null;
        };
    }
}
