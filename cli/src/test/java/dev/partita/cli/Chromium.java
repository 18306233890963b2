package dev.partita.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// One visit of a page with a real browser that has no window.
///
/// The browser gives back a page as it is when it is loaded. A page that has more to do holds that back with [#HOLD] and
/// lets go with `loaded()`: a frame whose document is open is still loading. So nobody waits for a time.
///
/// @param page the text of the page's element `result`
/// @param console what the page, the frames in it, and the browser on their behalf said on the console
record Chromium(String page, List<String> console) {
    /// For the body of a page that calls `loaded()` when it is done.
    static final String HOLD = """
            <pre id="result"></pre>
            <iframe id="hold" hidden></iframe>
            <script>
              const held = document.getElementById("hold").contentDocument;
              held.open();
              const result = document.getElementById("result");
              const say = line => result.append(line + "\\n");
              const loaded = () => held.close();
              addEventListener("unhandledrejection", event => { say("failed: " + event.reason); loaded(); });
            </script>
            """;

    private static final Pattern RESULT = Pattern.compile("<pre id=\"result\">(.*?)</pre>", Pattern.DOTALL);
    private static final Pattern CONSOLE = Pattern.compile("^\\[[^]]*CONSOLE[^]]*] (.*)$", Pattern.MULTILINE);

    static Chromium visits(String url, Path temporary) throws IOException, InterruptedException {
        Path chromium = Tool.installed("chromium");
        // Not in a folder that a test deletes: helpers of the browser write for a moment longer than it lives.
        Path user = Files.createTempDirectory(Files.createDirectories(Path.of("target", "chromium")), "user");
        List<String> command = List.of(chromium.toString(), "--headless", "--no-sandbox", "--disable-gpu",
                "--disable-quic", "--autoplay-policy=no-user-gesture-required",
                "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--user-data-dir=" + user.toAbsolutePath(), "--enable-logging=stderr", "--dump-dom", url);
        try (Tool tool = Tool.start(temporary.resolve("chromium"), command)) {
            String page = new String(tool.output().readAllBytes(), UTF_8);
            int exit = tool.exit();
            String errors = tool.errors();
            assertThat(exit).as(errors).isZero();
            var result = RESULT.matcher(page);
            assertThat(result.find()).as("the page has a result: " + page + errors).isTrue();
            List<String> console = CONSOLE.matcher(errors).results().map((MatchResult line) -> line.group(1)).toList();
            return new Chromium(result.group(1), console);
        } finally {
            delete(user);
        }
    }

    /// As far as it can be: see above.
    private static void delete(Path folder) throws IOException {
        try (Stream<Path> content = Files.walk(folder)) {
            content.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        } catch (UncheckedIOException vanished) {
            // A helper has deleted it first.
        }
    }
}
