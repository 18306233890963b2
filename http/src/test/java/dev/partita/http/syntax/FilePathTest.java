package dev.partita.http.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.NotEmpty;

class FilePathTest {
    @Provide
    Arbitrary<String> paths() {
        return Arbitraries.of("a", "b.txt", "/", "//", ".", "..", "%2e", "%2E", "%2f", "%5c", "\\", "%00", "%25",
                "%c0%ae", "%", "%4",
                "%C3%A4", "~", ":", "%0a", "%ff").list().ofMaxSize(12).map(parts -> String.join("", parts));
    }

    @Property(tries = 5_000)
    void nothingOutsideTheRootIsEverNamed(@ForAll("paths") String path) {
        String decoded = FilePath.decode(path);
        if (decoded == null) {
            return;
        }
        Path root = Path.of("/srv/root");
        Path file = root.resolve(decoded);
        assertThat(file.normalize()).isEqualTo(file);
        assertThat(file.startsWith(root)).isTrue();
        assertThat(decoded).doesNotContain("\\", "\0", "//").doesNotStartWith("/").doesNotEndWith("/");
    }

    @Property
    void aNameThatWasEncodedComesBack(@ForAll @NotEmpty List<@NotEmpty String> names) {
        List<String> right = names.stream()
                .map(name -> name.codePoints()
                        .filter(c -> c > ' ' && c != '/' && c != '\\' && c != 0x7F && c != '.'
                                && (c < 0xD800 || c > 0xDFFF))
                        .collect(() -> new StringBuilder("n"), StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString())
                .toList();
        String encoded = right.stream().map(FilePathTest::encode).collect(Collectors.joining("/"));
        assertThat(FilePath.decode(encoded)).isEqualTo(String.join("/", right));
    }

    @Property
    void whatIsEncodedAsBrowsersDoComesBackToo(@ForAll @NotEmpty String name) {
        String right = name.codePoints()
                .filter(c -> c > ' ' && c != '/' && c != '\\' && c != 0x7F && c != '.' && (c < 0xD800 || c > 0xDFFF))
                .collect(() -> new StringBuilder("n"), StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        String encoded = FilePath.encode(right);
        assertThat(FilePath.decode(encoded)).isEqualTo(right);
        assertThat(encoded.chars()).allMatch(c -> c > ' ' && c < 0x7F && "?#\"<>[]{}|\\^`".indexOf(c) < 0);
    }

    private static String encode(String name) {
        var encoded = new StringBuilder();
        for (byte octet : name.getBytes(StandardCharsets.UTF_8)) {
            encoded.append("%%%02X".formatted(octet));
        }
        return encoded.toString();
    }
}
