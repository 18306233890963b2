package dev.partita.lab.report;

import dev.partita.lab.results.Results;
import dev.partita.lab.results.ResultsFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// Results in which everything that is text tries to become markup.
final class Hostile {
    /// Ends whatever it may stand in: an attribute, an element, a script, a comment.
    static final String ATTACK =
            "\"'--></script></style></title></pre><img src=x onerror=broken=1><script>broken=1</script>\u202e\u0007";

    private static final Pattern TEXT = Pattern.compile("\"([A-Za-z]+)\" : \"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Set<String> CONSTANTS =
            Set.of("mode", "strength", "verdict", "purpose", "protocol", "state", "metric");

    private Hostile() {}

    static Results full() {
        try {
            Path file = Files.createTempFile("hostile", ".json");
            try {
                String text = ResultsFile.text(Sample.full());
                Files.writeString(file, TEXT.matcher(text).replaceAll(Hostile::attacked));
                return ResultsFile.read(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static String attacked(MatchResult text) {
        String escaped = ATTACK.replace("\\", "\\\\").replace("\"", "\\\"").replace("\u0007", "\\u0007");
        return java.util.regex.Matcher.quoteReplacement(CONSTANTS.contains(text.group(1))
                ? text.group()
                : "\"" + text.group(1) + "\" : \"" + text.group(2) + escaped + "\"");
    }
}
