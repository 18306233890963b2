package dev.partita.cache;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Map;

/// Who may speak, and with which password: memcached's `-Y`. Passwords travel as they are; this keeps out accidents and
/// neighbours, not somebody who listens.
public final class Credentials {
    private static final int USERS_MAX = 8; // memcached's bound

    private final Map<String, byte[]> passwords;

    private Credentials(Map<String, byte[]> passwords) {
        this.passwords = passwords;
    }

    /// Reads `user:password` from each line of a file.
    ///
    /// @throws IOException if the file cannot be read, or a line is none of these; the message says which
    public static Credentials read(Path file) throws IOException {
        Map<String, byte[]> passwords = new LinkedHashMap<>();
        for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
            int colon = line.indexOf(':');
            if (line.isEmpty()) {
                continue;
            }
            if (colon < 1 || passwords.size() == USERS_MAX) {
                throw new IOException(
                        "the authentication file " + file + " has a line that is not user:password, or more than "
                                + USERS_MAX + " of them");
            }
            passwords.put(line.substring(0, colon), line.substring(colon + 1).getBytes(StandardCharsets.ISO_8859_1));
        }
        if (passwords.isEmpty()) {
            throw new IOException("the authentication file " + file + " names nobody: write a line user:password");
        }
        return new Credentials(passwords);
    }

    /// Whether this is somebody's name and password. Takes as long for a wrong password as for a right one.
    boolean accept(String user, String password) {
        byte[] expected = passwords.get(user);
        return expected != null
                && MessageDigest.isEqual(expected, password.getBytes(StandardCharsets.ISO_8859_1));
    }
}
