package dev.partita.http;

import dev.partita.connection.Symlinks;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/// How [StaticFiles] serves. Immutable.
///
/// @param cacheControl the first that fits counts
/// @param listings a folder without an index is shown
record FileRules(Symlinks symlinks, List<CacheControl> cacheControl, boolean listings) {

    /// @param files what paths below the root it is for
    record CacheControl(PathMatcher files, boolean byName, String value) {}

    FileRules {
        cacheControl = List.copyOf(cacheControl);
    }

    FileRules symlinks(Symlinks symlinks) {
        return new FileRules(symlinks, cacheControl, listings);
    }

    FileRules listings(boolean listings) {
        return new FileRules(symlinks, cacheControl, listings);
    }

    /// @throws IllegalArgumentException if the pattern is none, or the value cannot be one of a header field
    FileRules cacheControl(String pattern, String value) {
        HeaderRules.checkValue("Cache-Control", value);
        PathMatcher matcher;
        try {
            matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
        } catch (PatternSyntaxException wrong) {
            throw new IllegalArgumentException("pattern \"" + pattern + "\": " + wrong.getDescription()
                    + "; valid are for example *.css, assets/** and *.{js,css}", wrong);
        }
        List<CacheControl> more = new ArrayList<>(cacheControl);
        more.add(new CacheControl(matcher, pattern.indexOf('/') < 0, value));
        return new FileRules(symlinks, more, listings);
    }

    /// The value for a file, or null.
    @Nullable String cacheControlOf(String name) {
        if (cacheControl.isEmpty()) {
            return null;
        }
        Path path = Path.of(name);
        for (CacheControl each : cacheControl) {
            Path compared = each.byName() ? path.getFileName() : path;
            if (compared != null && each.files().matches(compared)) {
                return each.value();
            }
        }
        return null;
    }
}
