package dev.partita.cli;

import dev.partita.connection.Symlinks;
import dev.partita.http.Handler;
import dev.partita.http.StaticFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The folder to serve, and how.
final class FileOptions {
    @Option(names = "--root", paramLabel = "DIR", description = "Serves the files of this folder.")
    private @Nullable String root;

    @Option(names = "--symlinks", paramLabel = "WHICH", description = """
            Which symbolic links below --root are followed: never, inside (those whose target lies below it too) or \
            always. Default: inside.""")
    private @Nullable String symlinks;

    @Option(names = "--cache-control", paramLabel = "PATTERN=VALUE", description = """
            The Cache-Control of files, as often as you like; the first pattern that fits counts. '*.css' is compared \
            with the name, 'assets/**' with the path below --root. Default: none is sent.""")
    private List<String> cacheControl = new ArrayList<>();

    @Option(names = "--listings", description = "Shows what is in a folder that has no index.html.")
    private boolean listings;

    /// @throws Mistake if it cannot be served
    @Nullable Path folder() {
        return root == null ? null : folder(root);
    }

    /// @param folder as [#folder] gave it
    /// @throws Mistake if an option cannot be, or there is no folder that it is for
    @Nullable Handler handler(@Nullable Path folder) {
        if (folder == null) {
            String lonely = symlinks != null ? "--symlinks" : listings ? "--listings" : "--cache-control";
            if (symlinks != null || listings || !cacheControl.isEmpty()) {
                throw new Mistake(lonely + " is about the files of a folder; say with --root DIR which one");
            }
            return null;
        }
        StaticFiles files = StaticFiles.under(folder).symlinks(links()).listings(listings);
        for (String each : cacheControl) {
            int equals = each.indexOf('=');
            if (equals < 1) {
                throw new Mistake("--cache-control " + each + ": this is no PATTERN=VALUE, such as *.css=max-age=3600");
            }
            try {
                files = files.cacheControl(each.substring(0, equals), each.substring(equals + 1));
            } catch (IllegalArgumentException refused) {
                throw new Mistake("--cache-control " + each + ": " + refused.getMessage());
            }
        }
        return files;
    }

    private Symlinks links() {
        if (symlinks == null) {
            return Symlinks.INSIDE;
        }
        List<String> valid =
                Arrays.stream(Symlinks.values()).map(each -> each.name().toLowerCase(Locale.ROOT)).toList();
        int index = valid.indexOf(symlinks);
        if (index < 0) {
            throw new Mistake("--symlinks " + symlinks + ": valid are " + String.join(", ", valid)
                    + Nearest.question(symlinks, valid));
        }
        return Symlinks.values()[index];
    }

    private static Path folder(String root) {
        Path folder = Typed.path("--root", root);
        if (!Files.exists(folder)) {
            throw new Mistake("--root " + root + ": there is no such folder");
        }
        if (!Files.isDirectory(folder)) {
            throw new Mistake("--root " + root + ": this is no folder");
        }
        if (!Files.isReadable(folder) || !Files.isExecutable(folder)) {
            throw new Mistake("--root " + root + ": this folder may not be read; give this user the right to (chmod"
                    + " o+rx)");
        }
        try {
            return folder.toRealPath();
        } catch (IOException failure) {
            throw new Mistake("--root " + root + ": " + failure.getMessage());
        }
    }
}
