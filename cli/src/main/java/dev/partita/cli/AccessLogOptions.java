package dev.partita.cli;

import dev.partita.connection.Protocol;
import dev.partita.http.AccessLog;
import dev.partita.http.AccessLog.Format;
import dev.partita.http.Http;
import dev.partita.limits.Limits;
import dev.partita.linux.User;
import dev.partita.server.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileOwnerAttributeView;
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

    private volatile @Nullable Running running;

    /// @throws Mistake if a log was asked for and another protocol is spoken
    void requireHttp(Protocol protocol) {
        if (file != null && !(protocol instanceof Http)) {
            throw new Mistake("--access-log is for HTTP; --app brings a protocol of its own");
        }
    }

    /// Opens the log that was asked for, which SIGUSR1 opens again.
    ///
    /// @return null if none was
    /// @throws Mistake if it cannot be
    @Nullable AccessLog open(Setup setup) {
        Limits limits = setup.limits();
        Format chosen = format();
        if (file == null) {
            return null;
        }
        if (file.equals(STANDARD_OUTPUT)) {
            return AccessLog.toStandardOutput(chosen, limits);
        }
        try {
            Path path = Path.of(file);
            giveTo(setup.user(), path);
            AccessLog log = AccessLog.to(path, chosen, limits, options(setup.user()));
            Signals.handle("USR1", signal -> reopen(log, setup.user(), path));
            return log;
        } catch (IOException | IllegalArgumentException refused) {
            throw new Mistake("--access-log " + file + " cannot be written: " + refused
                    + "\nname a file in a folder that exists and is writable, or - for standard output");
        }
    }

    /// Lets the processes that serve open their logs again when this one does.
    void alsoIn(Running running) {
        this.running = running;
    }

    private void reopen(AccessLog log, @Nullable String user, Path path) {
        try {
            giveTo(user, path); // before others open it, who may not make files there
        } catch (IOException kept) {
            // the log itself says so when it opens the file
        }
        log.reopen();
        Running others = running;
        if (others != null) {
            others.reopenLogs();
        }
    }

    /// Makes the file, and the user that this process or its workers become the owner of it. The folder may be that user's, who
    /// must not get by a link what is somebody else's.
    private static void giveTo(@Nullable String user, Path path) throws IOException {
        if (user != null && User.isRoot()) {
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                    && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException("with --user it has to be a file, and no link");
            }
            Files.newByteChannel(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS)
                    .close();
            Files.getFileAttributeView(path, FileOwnerAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .setOwner(path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user));
        }
    }

    private static OpenOption[] options(@Nullable String user) {
        return user != null && User.isRoot() ? new OpenOption[]{LinkOption.NOFOLLOW_LINKS} : new OpenOption[0];
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
