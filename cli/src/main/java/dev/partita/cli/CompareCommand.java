package dev.partita.cli;

import dev.partita.lab.compare.Comparing;
import dev.partita.lab.compare.Forecast;
import dev.partita.lab.compare.Settings;
import dev.partita.lab.report.Report;
import dev.partita.lab.report.TerminalTable;
import dev.partita.lab.results.Results;
import dev.partita.lab.results.ResultsFile;
import dev.partita.lab.results.WorkloadCard;
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
    "0:it has run, also if it was ended early: what was measured until then is reported",
    "1:the system refused something, or no trial was valid",
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

    @Option(names = "--resume", description = "Goes on with the run whose results.json is in --out.")
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
            return show(ResultsFile.read(Typed.path("--from", from)), to);
        }
        Settings settings = settings();
        Optional<Results> before = before(to);
        requireMachine(settings);
        before.ifPresent(earlier -> requireSame(earlier, settings));
        Files.createDirectories(to); // now: not after 45 minutes
        Results results = measure(settings, before);
        return show(results, to);
    }

    private int show(Results results, Path to) throws IOException {
        out.print(TerminalTable.of(results));
        out.flush();
        Report.write(results, to);
        out.println("Written to " + to + ": " + String.join(", ", written(to)));
        return results.trials().stream().anyMatch(each -> each.isValid()) ? 0 : Main.REFUSED;
    }

    private static List<String> written(Path to) {
        return List.of("report.html", ResultsFile.NAME).stream()
                .filter(name -> Files.exists(to.resolve(name)))
                .toList();
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

    /// Trials of other models and workloads can be together in one file, but not those of another handler or machine.
    private static void requireSame(Results before, Settings settings) {
        String app = before.workloads().stream().map(WorkloadCard::app).findFirst().orElse("");
        if (!app.equals(settings.app())) {
            throw new Mistake(
                    "--resume: that run was for " + (app.isEmpty() ? "the lab's workloads" : "the handler " + app)
                            + "; give --out another folder, or the same command line: " + before.command());
        }
    }

    private static void requireMachine(Settings settings) {
        String why = Pins.unavailable();
        boolean needed = !settings.claims().isEmpty();
        if (needed && !why.isEmpty()) {
            throw new Mistake("the article's claims cannot be examined here: " + why
                    + "; compare without --article leaves out what needs that");
        }
    }

    private Results measure(Settings settings, Optional<Results> before) throws IOException, InterruptedException {
        Path temporary = Files.createTempDirectory("partita-lab");
        var progress = new CompareProgress(err, settings.secondsMax());
        long until = System.nanoTime() + (long) (settings.secondsMax() * 1e9);
        Thread lab = Thread.currentThread();
        Signals.stopping(lab::interrupt);
        List<String> java = Jvm.command(settings.app());
        var launch = new Launch(java, Jvm.MAIN, options.content(settings, temporary), temporary);
        try (var bench = new Bench(launch, Bench.Pace.of(settings.mode()), until, progress::now)) {
            progress.begins(Forecast.seconds(settings));
            return new Comparing(settings, bench, Comparing.machine(Jvm.options(settings.app())), before).run();
        } catch (LabFailure refused) {
            throw new Mistake(String.valueOf(refused.getMessage()));
        } finally {
            progress.end();
            Jvm.delete(temporary);
        }
    }

    private Settings settings() {
        CommandLine parent = Objects.requireNonNull(spec).commandLine().getParent();
        return options.settings("partita "
                + String.join(" ", parent == null ? List.of("compare") : parent.getParseResult().originalArgs()));
    }
}
