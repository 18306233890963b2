package dev.partita.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// How many rounds of [Work#spin] a microsecond has: measured once for each processor and JDK, and kept in a file.
///
/// The file is a convenience: one that cannot be read, written or understood is as good as none.
final class Calibration {
    private static final long SAMPLE_NANOS = 2_000_000;
    private static final int SAMPLES_MAX = 100;
    /// The best of so many in a row was not beaten: nobody disturbed it.
    private static final int SAMPLES_CALM = 12;

    private Calibration() {}

    /// Measures with a compiled loop. The best of many short samples is taken: whatever else runs only makes it slower.
    static long measure() {
        long rounds = 100_000;
        double best = 0;
        int calm = 0;
        long sum = 0;
        for (int i = 0; i < SAMPLES_MAX && calm < SAMPLES_CALM; i++) {
            long begin = System.nanoTime();
            sum += Work.spin(rounds);
            long nanos = Math.max(1, System.nanoTime() - begin);
            double perMicro = rounds * 1e3 / nanos;
            calm = perMicro > best * 1.002 ? 0 : calm + 1;
            best = Math.max(best, perMicro);
            rounds = Math.max(1_000, (long) (best * SAMPLE_NANOS / 1e3));
        }
        return sum == 0 ? 1 : Math.clamp(Math.round(best), 1, Work.PER_MICRO_MAX);
    }

    static OptionalLong recall(String processor) {
        String key = key(processor);
        Path file = file(key);
        return file == null ? OptionalLong.empty() : recall(file, key);
    }

    static OptionalLong recall(Path file, String key) {
        try {
            List<String> lines = Files.readAllLines(file);
            if (lines.size() == 2 && lines.getFirst().equals(key)) {
                long perMicro = Long.parseLong(lines.getLast());
                if (perMicro >= 1 && perMicro <= Work.PER_MICRO_MAX) {
                    return OptionalLong.of(perMicro);
                }
            }
        } catch (IOException | NumberFormatException none) {
            // It will be measured again.
        }
        return OptionalLong.empty();
    }

    static void remember(String processor, long perMicro) {
        String key = key(processor);
        Path file = file(key);
        if (file != null) {
            remember(file, key, perMicro);
        }
    }

    static void remember(Path file, String key, long perMicro) {
        try {
            Path folder = file.resolveSibling("");
            Files.createDirectories(folder);
            Path temporary = Files.createTempFile(folder, "work", null);
            try {
                Files.writeString(temporary, key + "\n" + perMicro + "\n");
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE); // never half a file
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException kept) {
            // The next start measures again.
        }
    }

    /// What the figure depends on.
    private static String key(String processor) {
        return processor + ", Java " + Runtime.version();
    }

    private static @Nullable Path file(String key) {
        String cache = System.getenv("XDG_CACHE_HOME");
        String home = System.getProperty("user.home", "");
        if (cache == null || cache.isEmpty()) {
            if (home.isEmpty() || home.equals("?")) { // what Java says for a user without a home
                return null;
            }
            cache = home + "/.cache";
        }
        try {
            return Path.of(cache, "partita", "work-per-micro-" + Integer.toHexString(key.hashCode()));
        } catch (InvalidPathException odd) {
            return null;
        }
    }
}
