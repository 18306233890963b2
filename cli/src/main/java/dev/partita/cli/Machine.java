package dev.partita.cli;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// What the kernel says of this machine in its files under `/proc`. Where there are none, every answer is "unknown".
final class Machine {
    /// Enough for the first processor of `/proc/cpuinfo`; the kernel makes the rest of such a file only when it is read.
    private static final int BYTES_MAX = 4 << 10;

    private Machine() {}

    /// The beginning of a file.
    ///
    /// @return an empty string if it cannot be read
    static String read(String file) {
        try (var in = new FileInputStream(file)) {
            return new String(in.readNBytes(BYTES_MAX), StandardCharsets.UTF_8);
        } catch (IOException none) {
            return "";
        }
    }

    /// The number that a file consists of.
    static long number(String file, long otherwise) {
        return parse(read(file).strip(), otherwise);
    }

    /// The name of the processor, as far as the kernel knows one.
    static String processor() {
        String name = line(read("/proc/cpuinfo"), "model name");
        return name.substring(name.indexOf(':') + 1).strip() + " " + System.getProperty("os.arch");
    }

    /// How many files this process may open; sockets count.
    static long openFilesMax() {
        // Such as "Max open files            1024                 4096                 files": the soft and the hard limit.
        String limits = line(read("/proc/self/limits"), "Max open files").strip();
        int end = limits.indexOf(' ');
        return parse(end < 0 ? limits : limits.substring(0, end), Long.MAX_VALUE);
    }

    /// What stands behind the name in the first line that begins with it.
    static String line(String text, String name) {
        int at = text.startsWith(name) ? 0 : text.indexOf("\n" + name) + 1;
        if (at == 0 && !text.startsWith(name)) {
            return "";
        }
        int end = text.indexOf('\n', at);
        return text.substring(at + name.length(), end < 0 ? text.length() : end);
    }

    private static long parse(String text, long otherwise) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException none) {
            return otherwise;
        }
    }
}
