package dev.partita.http;

import dev.partita.http.syntax.Octets;

/// What a handler may put into a header: nothing that would end the line, or that frames the message.
final class HeaderRules {
    private HeaderRules() {}

    /// @throws IllegalArgumentException if it is no token, or a name that the server gives a value itself
    static void checkName(String name) {
        if (!isToken(name)) {
            throw new IllegalArgumentException("\"" + printable(name) + "\" is no name for a header");
        }
        if (isOurs(name)) {
            throw new IllegalArgumentException(name + " is set by the server; a handler cannot");
        }
    }

    /// True for what RFC 9110 section 5.6.2 calls a token.
    static boolean isToken(String text) {
        boolean right = !text.isEmpty();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            right &= c < 0x80 && Octets.isToken((byte) c);
        }
        return right;
    }

    private static boolean isOurs(String name) {
        return switch (name.length()) {
            case 4 -> name.equalsIgnoreCase("date");
            case 10 -> name.equalsIgnoreCase("connection");
            case 14 -> name.equalsIgnoreCase("content-length");
            case 17 -> name.equalsIgnoreCase("transfer-encoding");
            default -> false;
        };
    }

    /// @throws IllegalArgumentException if it has a control character other than a tab, or a character above U+00FF
    static void checkValue(String name, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' && c != '\t' || c == 0x7F || c > 0xFF) {
                throw new IllegalArgumentException(
                        name + ": character " + i + " of \"" + printable(value) + "\" cannot be in a header");
            }
        }
    }

    /// The same text, with what is not printable ASCII as an escape: for messages, which may end up in a log.
    static String printable(String text) {
        return text.codePoints()
                .mapToObj(c -> c < ' ' || c > '~' ? "\\u%04x".formatted(c) : Character.toString(c))
                .collect(java.util.stream.Collectors.joining());
    }
}
