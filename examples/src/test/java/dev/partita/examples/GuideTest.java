package dev.partita.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What a guide shows is a piece of an example, which is compiled, and run by [ExamplesTest].
class GuideTest {
    private static final Path DOCS = Path.of("..", "docs");
    private static final Pattern BLOCK =
            Pattern.compile("^```(java|sh)\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final int BLOCKS_LEAST = 10;

    static Stream<String> guides() {
        return Stream.of("http.md");
    }

    @ParameterizedTest
    @MethodSource("guides")
    void whatAGuideShowsIsAPieceOfAnExample(String guide) throws IOException {
        List<String> sources = sources();
        List<MatchResult> blocks = BLOCK.matcher(Files.readString(DOCS.resolve(guide))).results().toList();
        assertThat(blocks).hasSizeGreaterThan(BLOCKS_LEAST);
        for (MatchResult block : blocks) {
            if (block.group(1).equals("java")) {
                assertThat(sources).as("the examples, for this block of %s:\n%s", guide, block.group(2))
                        .anyMatch(source -> contains(source, block.group(2)));
            } else {
                assertThat(block.group(2).lines()).allSatisfy(line -> assertThat(sources)
                        .as("the comments of the examples, for this line of %s: %s", guide, line)
                        .anyMatch(source -> source.contains("///     " + line + "\n")));
            }
        }
    }

    /// True if the block stands in the source, with some indentation in front of all its lines.
    private static boolean contains(String source, String block) {
        for (int indent = 0; indent <= 24; indent += 4) {
            String indented = block.indent(indent).replaceAll("(?m)^ +$", "");
            if (source.contains("\n" + indented)) {
                return true;
            }
        }
        return false;
    }

    private static List<String> sources() throws IOException {
        List<String> sources = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Path.of("src", "main", "java"))) {
            for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
                sources.add(Files.readString(file));
            }
        }
        return sources;
    }
}
