package dev.partita.cache;

/// Keys in lines of text, where a space or a line feed would be taken for an end: as in a URI (RFC 3986 section 2.1), whatever is
/// not unreserved there is written as `%XX`.
final class Percent {
    private static final String HEX = "0123456789ABCDEF";

    private Percent() {}

    static String encoded(Probe key) {
        return encoded(key.withRoom(0), key.length());
    }

    /// The first bytes of an array.
    static String encoded(byte[] bytes, int length) {
        var text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            byte b = bytes[i];
            if (isUnreserved(b)) {
                text.append((char) b);
            } else {
                text.append('%').append(HEX.charAt(b >> 4 & 15)).append(HEX.charAt(b & 15));
            }
        }
        return text.toString();
    }

    private static boolean isUnreserved(byte b) {
        return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '-' || b == '_' || b == '.'
                || b == '~';
    }
}
