package dev.partita.cli;

import dev.partita.cli.demo.Demo;
import dev.partita.cli.demo.Work;
import dev.partita.cli.site.Site;
import dev.partita.connection.Protocol;
import dev.partita.http.Handler;
import dev.partita.http.Http;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What is served.
///
/// @param protocol that is spoken
/// @param description for people, one or more lines
/// @param work what `/work` does, if there is a demo
record Content(Protocol protocol, String description, @Nullable Work work) {

    /// @param plantMillis a delay that a test of the lab plants before each request of the demo; 0 for none
    /// @throws Mistake if the folder cannot be served, or an option is missing its other half
    static Content of(FileOptions options, boolean demo, @Nullable String workPerMicro, int plantMillis) {
        if (workPerMicro != null && !demo) {
            throw new Mistake("--work-per-micro says what /work takes, which only --demo serves; give both or neither");
        }
        Path folder = options.folder();
        Handler files = options.handler(folder);
        if (demo) {
            Work work = workPerMicro == null
                    ? Work.calibrated(Machine.processor())
                    : Work.of(Typed.number("--work-per-micro", workPerMicro, 1, Work.PER_MICRO_MAX));
            Handler demoHandler =
                    plantMillis == 0 ? new Demo(work, files) : new Planted(new Demo(work, files), plantMillis);
            return new Content(Http.serving(demoHandler), Demo.DESCRIPTION
                    + (folder == null ? "\nother paths answer Hello, World!" : "\nother paths are files of " + folder),
                    work);
        }
        return files == null
                ? new Content(Http.serving(new Site()),
                        "a small site that explains the models; --root DIR serves your own", null)
                : new Content(Http.serving(files), "the files of " + folder, null);
    }

    boolean isDemo() {
        return work != null;
    }

    /// Says what is served.
    void describe(Columns columns) {
        columns.add("content", description);
        if (work != null) {
            columns.add("work", work.description());
        }
    }

    /// Does what would have delayed the start, on the calling thread, which may take a third of a second.
    ///
    /// @return what was found out
    Optional<String> warmUp() {
        return work == null ? Optional.empty() : work.warmUp();
    }
}
