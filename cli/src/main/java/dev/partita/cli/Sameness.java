package dev.partita.cli;

import dev.partita.lab.compare.Settings;
import dev.partita.lab.results.MachineCard;
import dev.partita.lab.results.Results;
import dev.partita.lab.results.Results.Mode;
import dev.partita.lab.results.WorkloadCard;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Whether trials that are made now can stand beside those of an earlier run: what was measured has to be the same, and what it was
/// measured on.
final class Sameness {
    private static final String APP_PATH = "--app-path";
    private static final Pattern TYPED = Pattern.compile(APP_PATH + "[ =](\\S+)");

    private final List<String> differences = new ArrayList<>();

    private Sameness() {}

    /// Trials of other models and workloads can be together in one file; these cannot.
    ///
    /// @throws Mistake if they differ in something; it says in what
    static void require(Results before, Settings now, MachineCard here) {
        var same = new Sameness();
        same.handler(before, now);
        same.compare("the kind of run", words(before.mode()), words(now.mode()));
        String slo = before.slo();
        Settings.Slo asked = now.slo();
        if (slo != null) {
            same.compare("--slo", slo, asked == null ? "not given" : asked.words());
        }
        same.machine(before.machine(), here);
        if (!same.differences.isEmpty()) {
            throw new Mistake("--resume: trials of now could not be compared with those of that run:\n  "
                    + String.join("\n  ", same.differences) + "\ngive --out another folder, or go on as it began: "
                    + before.command());
        }
    }

    private void handler(Results before, Settings now) {
        String app = before.workloads().stream().map(WorkloadCard::app).findFirst().orElse("");
        compare("what was measured", handler(app), handler(now.app()));
        if (!app.isEmpty() && app.equals(now.app())) {
            compare(APP_PATH, appPath(before.command()), appPath(now.command()));
            int at = now.content().indexOf(APP_PATH) + 1;
            if (isYounger(now.content().get(at), before.began())) {
                differences.add(app + " was compiled since, or what is in " + APP_PATH + " with it was changed");
            }
        }
    }

    private static String handler(String app) {
        return app.isEmpty() ? "the lab's workloads" : "the handler " + app;
    }

    private static String appPath(String command) {
        Matcher typed = TYPED.matcher(command);
        return typed.find() ? typed.group(1) : "not given";
    }

    private static String words(Mode mode) {
        return switch (mode) {
            case QUICK -> "a quick one";
            case ARTICLE -> "one of the article's claims";
            case FULL -> "a full one";
        };
    }

    private void machine(MachineCard then, MachineCard here) {
        compare("the processor", then.processor(), here.processor());
        compare("the number of processors", then.processors(), here.processors());
        compare("the kernel", then.kernel(), here.kernel());
        compare("the JDK", then.jdk(), here.jdk());
        compare("the servers' JVM", options(then), options(here));
        if (here.openFilesMax() < then.openFilesMax()) {
            compare("ulimit -n", then.openFilesMax(), here.openFilesMax());
        }
    }

    /// Where a build keeps its classes changes with every build, and what they do with the version.
    private static String options(MachineCard card) {
        return String.join(" ",
                card.jvmOptions().stream().filter(each -> !each.startsWith("-XX:AOTCache=")).toList());
    }

    private void compare(String what, Object then, Object now) {
        if (!then.equals(now)) {
            differences.add(what + ": then " + then + ", now " + now);
        }
    }

    /// Whether this Partita is not the one that has measured: another version, or built since.
    static boolean isAnotherPartita(Results before, Settings now) {
        return !before.version().equals(now.version())
                || isYounger(System.getProperty("jdk.module.path", ""), before.began());
    }

    /// @param path files and folders, with what separates those of a path in between
    private static boolean isYounger(String path, String began) {
        Instant since;
        try {
            since = Instant.parse(began);
        } catch (DateTimeException unknown) {
            return false;
        }
        return Stream.of(path.split(File.pathSeparator, -1))
                .filter(each -> !each.isEmpty())
                .anyMatch(each -> isYounger(Path.of(each), since));
    }

    private static boolean isYounger(Path path, Instant since) {
        try (Stream<Path> files = Files.walk(path)) {
            return files.filter(Files::isRegularFile).anyMatch(each -> changed(each).isAfter(since));
        } catch (IOException | UncheckedIOException unreadable) {
            return false;
        }
    }

    private static Instant changed(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException gone) {
            return Instant.MIN;
        }
    }
}
