package dev.partita.cli;

import dev.partita.http.AccessLog;
import dev.partita.http.AccessLog.Format;
import dev.partita.limits.Limits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Whether requests are logged, where and how.
final class AccessLogOptions {
    private static final String STANDARD_OUTPUT = "-";

    @Option(names = "--access-log", paramLabel = "FILE|-", description = """
            Writes a line for each request to this file, or to standard output. SIGUSR1 opens the file again, \
            after a rotation. Default: none.""")
    private @Nullable String file;

    @Option(names = "--access-log-format", paramLabel = "FORMAT", description = """
            How the lines look: combined (as Apache and nginx, with where the time went behind it) or json. \
            Default: combined.""")
    private String format = "combined";

    /// Opens the log that was asked for, which SIGUSR1 opens again.
    ///
    /// @return null if none was
    /// @throws Mistake if it cannot be
    @Nullable AccessLog open(Limits limits) {
        Format chosen = format();
        if (file == null) {
            return null;
        }
        if (file.equals(STANDARD_OUTPUT)) {
            return AccessLog.toStandardOutput(chosen, limits);
        }
        try {
            AccessLog log = AccessLog.to(Path.of(file), chosen, limits);
            Signals.handle("USR1", signal -> log.reopen());
            return log;
        } catch (IOException | IllegalArgumentException refused) {
            throw new Mistake("--access-log " + file + " cannot be written: " + refused
                    + "\nname a file in a folder that exists and is writable, or - for standard output");
        }
    }

    private Format format() {
        List<String> names =
                Arrays.stream(Format.values()).map(each -> each.name().toLowerCase(Locale.ROOT)).toList();
        int chosen = names.indexOf(format);
        if (chosen < 0) {
            throw new Mistake("there is no access log format '" + format + "'" + Nearest.question(format, names)
                    + "\nvalid are " + String.join(", ", names));
        }
        return Format.values()[chosen];
    }
}
