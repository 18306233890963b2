package dev.partita.cli;

import dev.partita.lab.compare.Comparing;
import dev.partita.lab.compare.Forecast;
import dev.partita.lab.compare.Settings;
import dev.partita.lab.report.TerminalTable;
import dev.partita.lab.results.MachineCard;
import dev.partita.lab.results.Results;
import dev.partita.lab.results.ResultsFile;
import dev.partita.lab.trial.Bench;
import dev.partita.lab.trial.LabFailure;
import dev.partita.lab.trial.Launch;
import dev.partita.lab.trial.Pins;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `partita compare`: the same handler under every server model, and an answer.
@Command(addMethodSubcommands = false, sortOptions = false, abbreviateSynopsis = true, description = """
        Measures your handler, or the lab's workloads, under every server model on this machine, and says which to choose \
        and why. It starts its own servers and loads nobody else's.""", exitCodeListHeading = "%nExit codes:%n", exitCodeList = {
    "0:it has run, also if it was ended early: what was measured until then is reported, if anything was",
    "1:the system refused something, or no trial was valid; what was measured is reported",
    "2:the command line is wrong, or this machine has not what it takes",
    "130:a second Ctrl-C ended it at once"}, footer = {
        """

                With neither --quick nor --article it runs the full lab, up to 45 minutes. docs/lab.md tells how to read it."""})
final class CompareCommand implements Callable<Integer> {
    private final PrintStream out;
    private final PrintStream err;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final LabOptions options = new LabOptions();

    @Option(names = "--out", paramLabel = "DIR", description = """
            Where report.html and results.json are written. Default: partita-compare.""")
    private String folder = "partita-compare";

    @Option(names = "--resume", description = """
            Goes on with the run whose results.json is in --out, if everything is as it was then: measures what that has not, \
            and judges all of it anew.""")
    private boolean resume;

    @Option(names = "--from", paramLabel = "FILE", description = """
            Measures nothing: shows a results.json again and draws its report into --out.""")
    private @Nullable String from;

    CompareCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path to = Typed.path("--out", folder);
        if (from != null) {
            return show(Typed.path("--from", from), to);
        }
        Settings settings = settings();
        Optional<Results> before = before(to);
        requireMachine(settings);
        if (before.isPresent()) {
            Sameness.require(before.get(), settings, Comparing.machineUnmeasured(Jvm.options(settings.app())));
        }
        Files.createDirectories(to); // now: not after 45 minutes
        var progress = new CompareProgress(err, settings.secondsMax());
        var run = new RunFolder(to, resume, progress::say);
        var stop = new Stop();
        Signals.stopping(stop::ask);
        Optional<Results> results = measure(settings, before, progress, run, stop);
        if (results.isEmpty()) {
            out.println(
                    "Stopped before anything was measured" + (resume ? "; what is in " + to + " is as it was." : "."));
            return 0;
        }
        int exit = show(results.get(), run);
        return results.get().stopped() && !stop.isAsked() ? Main.REFUSED : exit;
    }

    private int show(Path file, Path to) throws IOException {
        Results results = ResultsFile.read(file);
        Path there = to.resolve(ResultsFile.NAME);
        return show(results, new RunFolder(to, Files.exists(there) && Files.isSameFile(file, there), err::println));
    }

    private int show(Results results, RunFolder run) throws IOException {
        out.print(TerminalTable.of(results));
        out.flush();
        out.println(run.write(results));
        return results.trials().stream().anyMatch(each -> each.isValid()) ? 0 : Main.REFUSED;
    }

    private Optional<Results> before(Path to) throws IOException {
        if (!resume) {
            return Optional.empty();
        }
        Path file = to.resolve(ResultsFile.NAME);
        if (!Files.exists(file)) {
            throw new Mistake("--resume: there is no " + file + " to go on with; say with --out where it is");
        }
        return Optional.of(ResultsFile.read(file));
    }

    private static void requireMachine(Settings settings) {
        String why = Pins.unavailable();
        boolean needed = !settings.claims().isEmpty();
        if (needed && !why.isEmpty()) {
            throw new Mistake("the article's claims cannot be examined here: " + why
                    + "; compare without --article leaves out what needs that");
        }
    }

    /// Empty if it was stopped before anything was measured.
    private Optional<Results> measure(
            Settings settings, Optional<Results> before, CompareProgress progress, RunFolder run, Stop stop)
            throws IOException {
        Path temporary = Files.createTempDirectory("partita-lab");
        long until = System.nanoTime() + (long) (settings.secondsMax() * 1e9);
        try {
            var launch =
                    new Launch(Jvm.command(settings.app()), Jvm.MAIN, options.content(settings, temporary), temporary);
            try (var bench = new Bench(launch, settings.pace(), until, progress::now)) {
                progress.begins(Forecast.seconds(settings));
                if (before.isPresent() && Sameness.isAnotherPartita(before.get(), settings)) {
                    progress.say(
                            "Nothing is measured, since this Partita is not the one of that run: what that has is judged anew."
                                    + " To measure give --out another folder.");
                    bench.measureNothing();
                }
                MachineCard machine = before.isPresent() ? before.get().machine() : machine(settings, progress);
                return Optional.of(new Comparing(settings, bench, machine, before, run::keep).run());
            }
        } catch (LabFailure refused) {
            throw new Mistake(String.valueOf(refused.getMessage()));
        } catch (InterruptedException stopped) {
            return Optional.empty();
        } catch (IOException refused) {
            if (stop.isAsked()) { // a file was being read or written
                return Optional.empty();
            }
            throw refused;
        } finally {
            stop.over();
            progress.end();
            Jvm.delete(temporary);
        }
    }

    private static MachineCard machine(Settings settings, CompareProgress progress) throws InterruptedException {
        progress.now("what this machine's own work costs");
        return Comparing.machine(Jvm.options(settings.app()));
    }

    private Settings settings() {
        CommandLine parent = Objects.requireNonNull(spec).commandLine().getParent();
        return options.settings("partita "
                + String.join(" ", parent == null ? List.of("compare") : parent.getParseResult().originalArgs()));
    }

    /// Ends the lab by an interrupt of the thread that made this, as long as it measures: what it writes then is written whole.
    private static final class Stop {
        private @Nullable Thread lab = Thread.currentThread();
        private boolean asked;

        synchronized void ask() {
            if (lab != null) {
                asked = true;
                lab.interrupt();
            }
        }

        synchronized void over() {
            lab = null;
            boolean _ = Thread.interrupted(); // it has ended what it was for
        }

        synchronized boolean isAsked() {
            return asked;
        }
    }
}
