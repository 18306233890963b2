package dev.partita.http;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Reads a header value of the form `first; name=value; name="value"` (RFC 9110 section 5.6.6).
final class HeaderParameters {
    private HeaderParameters() {}

    /// What stands before the first semicolon.
    static String first(String value) {
        int semicolon = value.indexOf(';');
        return (semicolon < 0 ? value : value.substring(0, semicolon)).strip();
    }

    /// The first parameter of that name, quotes taken off. Within quotes a backslash escapes a quote or a backslash, and is
    /// itself before anything else: there have been browsers that sent whole Windows paths.
    ///
    /// @param name in lower case
    /// @return null if there is none
    static @Nullable String value(String value, String name) {
        int at = value.indexOf(';');
        while (at >= 0) {
            int equals = value.indexOf('=', at + 1);
            int end = value.indexOf(';', at + 1);
            if (equals < 0) {
                return null;
            }
            if (end >= 0 && end < equals) {
                at = end; // a word without a value
                continue;
            }
            boolean wanted = value.substring(at + 1, equals).strip().toLowerCase(Locale.ROOT).equals(name);
            var text = new StringBuilder();
            at = read(value, equals + 1, text);
            if (wanted) {
                return text.toString();
            }
        }
        return null;
    }

    /// Appends the value that begins at `from`.
    ///
    /// @return where the next semicolon is, or -1
    private static int read(String value, int from, StringBuilder into) {
        int at = from;
        while (at < value.length() && value.charAt(at) == ' ') {
            at++;
        }
        if (at < value.length() && value.charAt(at) == '"') {
            for (at++; at < value.length() && value.charAt(at) != '"'; at++) {
                if (value.charAt(at) == '\\' && at + 1 < value.length() && "\"\\".indexOf(value.charAt(at + 1)) >= 0) {
                    at++;
                }
                into.append(value.charAt(at));
            }
            return value.indexOf(';', at);
        }
        int end = value.indexOf(';', at);
        into.append(value.substring(at, end < 0 ? value.length() : end).strip());
        return end;
    }
}
