package dev.partita.lab.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/// One visit of a page with a real browser that has no window.
///
/// The browser gives back a page as it is when it is loaded, so a page that has more to do holds its loading back.
///
/// @param page as it is then
/// @param console what the page and the frames in it said on the console, and the browser on their behalf
record Browser(String page, List<String> console) {
    /// How long it may take before it is ended: a guard against one that hangs, never a measure.
    private static final int PATIENCE_SECONDS = 90;
    private static final Pattern CONSOLE = Pattern.compile("^\\[[^]]*CONSOLE[^]]*] (.*)$", Pattern.MULTILINE);

    /// Without a browser the calling test is skipped, and the log says so.
    static Path installed() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder, "chromium"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseGet(() -> {
                    String reason = "skipped, because chromium is not installed (apt-get install chromium)";
                    System.out.println(reason);
                    return Assumptions.abort(reason);
                });
    }

    /// Visits a file.
    ///
    /// @param options further ones of the browser's
    static Browser visits(Path file, Path temporary, String... options) throws IOException, InterruptedException {
        // Not in a folder that a test deletes: helpers of the browser write for a moment longer than it lives.
        Path user = Files.createTempDirectory(Files.createDirectories(Path.of("target", "chromium")), "user");
        List<String> command = new ArrayList<>(List.of(installed().toString(), "--headless", "--no-sandbox",
                "--disable-gpu",
                "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--allow-file-access-from-files", "--user-data-dir=" + user.toAbsolutePath(), "--enable-logging=stderr",
                "--dump-dom"));
        command.addAll(List.of(options));
        command.add(file.toUri().toString());
        Path page = temporary.resolve("page");
        Path errors = temporary.resolve("errors");
        Process process = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(page.toFile())
                .redirectError(errors.toFile())
                .start();
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("the browser ends").isTrue();
            String said = Files.readString(errors);
            assertThat(process.exitValue()).as(said).isZero();
            List<String> console = CONSOLE.matcher(said).results().map(line -> line.group(1)).toList();
            return new Browser(Files.readString(page, UTF_8), console);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
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
