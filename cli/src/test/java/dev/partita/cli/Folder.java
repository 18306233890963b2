package dev.partita.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assertions;

/// A folder with files from 1 byte to 100 MB. Their bytes look random, so that no two parts of a file are alike, and are the
/// same each time.
final class Folder {
    /// The file that a load generator asks for.
    static final String SMALL = "1-kilobyte";

    private static final Map<String, Integer> BYTES = new LinkedHashMap<>();

    static {
        BYTES.put("1-byte", 1);
        BYTES.put(SMALL, 1 << 10);
        BYTES.put("100-kilobytes", 100 << 10);
        BYTES.put("10-megabytes", 10 << 20);
        BYTES.put("100-megabytes", 100 << 20);
    }

    private static final int PIECE = 64 << 10;

    private final Path path;
    private final Map<String, String> digests = new LinkedHashMap<>();

    private Folder(Path path) {
        this.path = path;
    }

    /// Writes the files.
    static Folder filled(Path path) throws IOException {
        var folder = new Folder(path);
        for (Map.Entry<String, Integer> each : BYTES.entrySet()) {
            folder.write(each.getKey(), each.getValue());
        }
        return folder;
    }

    private void write(String name, int bytes) throws IOException {
        var random = new SplittableRandom(bytes);
        MessageDigest digest = sha256();
        var piece = new byte[PIECE];
        try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(path.resolve(name)))) {
            for (int left = bytes; left > 0; left -= PIECE) {
                random.nextBytes(piece);
                int length = Math.min(left, PIECE);
                file.write(piece, 0, length);
                digest.update(piece, 0, length);
            }
        }
        digests.put(name, HexFormat.of().formatHex(digest.digest()));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible); // every JDK has it
        }
    }

    Path path() {
        return path;
    }

    /// The SHA-256 of each file by its name, the smallest file first.
    Map<String, String> digests() {
        return digests;
    }

    /// Fails unless the stream goes on with all the bytes of the file.
    void assertFollows(String name, InputStream stream) throws IOException {
        long position = 0;
        var wanted = new byte[PIECE];
        var got = new byte[PIECE];
        try (InputStream file = Files.newInputStream(path.resolve(name))) {
            int length;
            while ((length = file.readNBytes(wanted, 0, PIECE)) > 0) {
                int received = stream.readNBytes(got, 0, length);
                int same = Arrays.mismatch(wanted, 0, length, got, 0, received);
                if (same >= 0) {
                    Assertions.fail(name + (same == received ? " ends" : " differs") + " at byte " + (position + same));
                }
                position += length;
            }
        }
    }
}
