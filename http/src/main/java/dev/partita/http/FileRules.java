package dev.partita.http;

import dev.partita.connection.Symlinks;
import dev.partita.http.syntax.Glob;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/// How [StaticFiles] serves. Immutable.
///
/// @param cacheControl the first that fits counts
/// @param listings a folder without an index is shown
record FileRules(Symlinks symlinks, List<CacheControl> cacheControl, boolean listings) {

    /// @param files what paths below the root it is for
    record CacheControl(Pattern files, boolean byName, String value) {}

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
        Pattern files;
        try {
            files = Glob.compile(pattern);
        } catch (PatternSyntaxException wrong) {
            throw new IllegalArgumentException("pattern \"" + pattern + "\": " + wrong.getDescription()
                    + "; valid are for example *.css, assets/** and *.{js,css}", wrong);
        }
        List<CacheControl> more = new ArrayList<>(cacheControl);
        more.add(new CacheControl(files, pattern.indexOf('/') < 0, value));
        return new FileRules(symlinks, more, listings);
    }

    /// The value for a file, or null.
    @Nullable String cacheControlOf(String name) {
        for (CacheControl each : cacheControl) {
            String compared = each.byName() ? name.substring(name.lastIndexOf('/') + 1) : name;
            if (each.files().matcher(compared).matches()) {
                return each.value();
            }
        }
        return null;
    }
}
