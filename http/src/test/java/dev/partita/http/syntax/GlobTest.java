package dev.partita.http.syntax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.junit.jupiter.api.Test;

class GlobTest {
    private static final List<String> GLOBS = List.of("*", "**", "*.css", "*.{js,css}", "assets/**", "assets/*", "**/x",
            "a?c", "[abc]", "[!abc]", "[a-c]", "[-a]", "[a-]", "[^a]", "[&&a]", "[a[b]", "[+-9]", "a,b", "a}b", "\\*",
            "\\{a\\}", "a.b", "a+b", "(a|b)", "$a^", "{a,}", "{,a}b", "x{*.js,?}", "[!a-c]?", "");
    private static final List<String> NAMES = List.of("a", "b", "c", "d", "-", "^", "!", "&", "[", "/", ".", "*", "{a}",
            "a,b", "a}b", "a.b", "axb", "a+b", "aab", "(a|b)", "$a^", "app.css", "app.js", "app.jsx", ".css", "abc",
            "a/c",
            "assets/x", "assets/a/b.css", "assets", "x", "a/x", "a/b/x", "ab", "xapp.js", "xa", "5", "");

    @Test
    void findsWhatTheJdkFinds() {
        for (String glob : GLOBS) {
            PathMatcher expected = FileSystems.getDefault().getPathMatcher("glob:" + glob);
            Pattern found = Glob.compile(glob);
            for (String name : NAMES) {
                assertThat(found.matcher(name).matches()).as("%s: %s", glob, name)
                        .isEqualTo(expected.matches(Path.of(name)));
            }
        }
    }

    @Test
    void anyCharacterIsOne() {
        for (String name : List.of("\u00e9", "\u4e2d", "\ud83d\ude00")) {
            for (String glob : List.of("?", "[!a]", "[" + name + "]", "[a-" + name + "]", name, "{b," + name + "}",
                    "*")) {
                assertThat(Glob.compile(glob).matcher(name).matches()).as("%s: %s", glob, name).isTrue();
            }
        }
    }

    @Test
    void refusesWhatTheJdkRefuses() {
        for (String glob : List.of("{a", "{a,{b}}", "[a", "[", "[]", "[!]", "[a/b]", "[b-a]", "a\\")) {
            assertThatThrownBy(() -> FileSystems.getDefault().getPathMatcher("glob:" + glob)).as(glob)
                    .isInstanceOf(PatternSyntaxException.class);
            assertThatThrownBy(() -> Glob.compile(glob)).as(glob).isInstanceOf(PatternSyntaxException.class);
        }
    }
}
