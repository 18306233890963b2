package dev.partita.cli;

import dev.partita.cli.demo.Work;
import dev.partita.lab.claims.Claims;
import dev.partita.lab.compare.Pairs;
import dev.partita.lab.compare.Settings;
import dev.partita.lab.compare.Settings.Slo;
import dev.partita.lab.results.Results.Mode;
import dev.partita.lab.results.WorkloadCard.RequestClass;
import dev.partita.lab.trial.Folder;
import dev.partita.lab.trial.Plant;
import dev.partita.lab.workload.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What the lab is to measure, and for how long.
final class LabOptions {
    private static final int ROUNDS_QUICK = 3;
    private static final int ROUNDS_ARTICLE = 5;
    private static final int ROUNDS_FULL = Pairs.ROUNDS_SIGNIFICANT;
    private static final int ROUNDS_MAX = 10;
    /// MP has a thread for each of them.
    private static final int CONNECTIONS_MAX = 2_000;
    private static final int SECONDS_MIN = 30;
    private static final int SECONDS_MAX = 86_400;
    /// For the last trial and the report.
    private static final int ENDING_SECONDS = 10;
    /// A trial measures for little more than a second: what is slower cannot be seen in it.
    private static final int SLO_SECONDS_MAX = 5;

    @Option(names = "--quick", description = "An indicative answer within 3 minutes.")
    private boolean quick;

    @Option(names = "--article", description = """
            Examines the claims of the article "Which network server model should I choose?", within 20 minutes.""")
    private boolean article;

    @Option(names = "--claims", paramLabel = "LIST", description = """
            With --article: only these, such as 4,8. Default: 1 to 16.""")
    private @Nullable String claims;

    @Option(names = "--models", paramLabel = "LIST", description = "Default: mp,sped,seda,amped,symped,vt.")
    private @Nullable String models;

    @Option(names = "--workloads", paramLabel = "LIST", description = """
            Of short, bimodal, cpu, blocking, hot, cold, idle, connect, skewed, overload. Default: all of them; with \
            --quick short,bimodal,blocking.""")
    private @Nullable String workloads;

    @Option(names = "--transport", paramLabel = "LIST", description = """
            How servers talk to the kernel: auto or those that 'partita doctor' lists. Default: auto.""")
    private @Nullable String transport;

    @Option(names = "--isolation", paramLabel = "LIST", description = """
            What keeps workers apart: threads, processes. With both the report says what processes cost, for the models that \
            have them. Default: threads.""")
    private @Nullable String isolation;

    @Mixin
    private final AppOptions app = new AppOptions();

    @Option(names = "--url-path", paramLabel = "PATH", arity = "1..*", description = """
            With --app: what to ask it for, in equal parts. Default: /.""")
    private List<String> urlPaths = new ArrayList<>();

    @Option(names = "--connections", paramLabel = "N", description = """
            With --app: how many users it has at once, 1 to 2000. Default: 64.""")
    private @Nullable String connections;

    @Option(names = "--slo", paramLabel = "PERCENTILE=TIME", description = """
            Finds the highest rate at which it holds, such as p99=20ms. A reply may take a second, or twice this time if that is \
            more.""")
    private @Nullable String slo;

    @Option(names = "--repeat", paramLabel = "N", description = """
            Rounds of trials, 3 to 100. Default: 3 with --quick, 5 with --article, otherwise\s""" + ROUNDS_FULL + " to "
            + ROUNDS_MAX
            + ", until the intervals are narrow.")
    private @Nullable String repeat;

    @Option(names = "--within", paramLabel = "TIME", description = """
            How long it may take at most, such as 10m: 30s to 24h. Default: 3m with --quick, 20m with --article, 45m \
            otherwise.""")
    private @Nullable String within;

    @Option(names = "--plant", paramLabel = "MODEL=MILLIS", hidden = true, description = """
            Delays each request of this model, to see that the lab notices.""")
    private @Nullable String plant;

    /// What was asked for.
    ///
    /// @param command as the report shows it
    /// @throws Mistake if it cannot be
    Settings settings(String command) {
        List<Integer> wanted = claimNumbers();
        if (quick && !wanted.isEmpty()) {
            throw new Mistake("--quick and --article exclude each other: the claims take longer than that");
        }
        if (!wanted.isEmpty()) {
            requireOnlyWhatClaimsHeed();
        }
        Mode mode = !wanted.isEmpty() ? Mode.ARTICLE : quick ? Mode.QUICK : Mode.FULL;
        int rounds = repeat == null
                ? switch (mode) {
                    case QUICK -> ROUNDS_QUICK;
                    case ARTICLE -> ROUNDS_ARTICLE;
                    case FULL -> ROUNDS_FULL;
                }
                : (int) Typed.number("--repeat", repeat, 3, 100);
        if (app.content() == null && !urlPaths.isEmpty()) {
            throw new Mistake("--url-path says what to ask the class of --app for; give both or neither");
        }
        return new Settings(mode, Contenders.named(models, isolation), transports(), chosenWorkloads(mode), wanted,
                app.name(),
                app.name().isEmpty() ? List.of("--demo") : app.arguments(), objective(), rounds,
                repeat == null && mode == Mode.FULL ? ROUNDS_MAX : rounds, secondsMax(mode), planted(),
                command, Main.version());
    }

    /// A claim has a handler, models and a load of its own.
    private void requireOnlyWhatClaimsHeed() {
        if (!app.name().isEmpty()) {
            throw new Mistake(
                    "--article and --app exclude each other: the claims are about handlers of the lab's own; leave one"
                            + " of them out");
        }
        if (workloads != null) {
            return; // which heed all of it
        }
        String unheeded = models != null ? "--models" : isolation != null ? "--isolation" : slo != null ? "--slo" : "";
        if (!unheeded.isEmpty()) {
            throw new Mistake(
                    unheeded + " is for workloads, and a claim says itself what it is about: leave it out, or name"
                            + " workloads to compare as well, with --workloads");
        }
        if (transports().size() > 1) {
            throw new Mistake(
                    "--transport " + transport + " is for workloads, and the claims are examined over one transport:"
                            + " name one, or workloads to compare as well, with --workloads");
        }
    }

    private List<Integer> claimNumbers() {
        List<Integer> numbers = new ArrayList<>();
        if (claims != null) {
            for (String each : claims.split(",", -1)) {
                numbers.add((int) Typed.number("--claims", each.strip(), 1, Claims.COUNT));
            }
        } else if (article) {
            for (int i = 1; i <= Claims.COUNT; i++) {
                numbers.add(i);
            }
        }
        return numbers;
    }

    private double secondsMax(Mode mode) {
        if (within == null) {
            return Settings.secondsMax(mode);
        }
        String valid = "30s to 24h, such as 90s or 10m";
        long seconds = Typed.duration("--within", within, valid).toSeconds();
        if (seconds < SECONDS_MIN || seconds > SECONDS_MAX) {
            throw new Mistake("--within is '" + within + "': valid are " + valid);
        }
        return seconds - ENDING_SECONDS;
    }

    private List<Workload> chosenWorkloads(Mode mode) {
        if (app.content() != null) {
            if (workloads != null) {
                throw new Mistake("--workloads are the lab's; --app is asked for what --url-path says");
            }
            List<String> paths = urlPaths.isEmpty() ? List.of("/") : urlPaths;
            for (String each : paths) {
                if (!each.matches("/[!-~]*")) {
                    throw new Mistake(
                            "--url-path " + each + " is no path: it begins with / and is ASCII without spaces");
                }
            }
            Workload own = Workload.of(paths.stream().map(each -> new RequestClass("GET " + each, 1)).toList());
            return List.of(connections == null
                    ? own
                    : own.connections((int) Typed.number("--connections", connections, 1, CONNECTIONS_MAX)));
        }
        if (connections != null) {
            throw new Mistake("--connections are those of your own class; give --app, or neither");
        }
        if (workloads == null) {
            return switch (mode) {
                case QUICK -> Workload.QUICK.stream().map(Workload::named).toList();
                case ARTICLE -> List.of();
                case FULL -> Workload.NAMES.stream().map(Workload::named).toList();
            };
        }
        List<Workload> chosen = new ArrayList<>();
        for (String each : workloads.split(",", -1)) {
            String name = each.strip();
            if (!Workload.NAMES.contains(name)) {
                throw new Mistake("there is no workload '" + name + "'" + Nearest.question(name, Workload.NAMES)
                        + "\nvalid are " + String.join(", ", Workload.NAMES));
            }
            chosen.add(Workload.named(name));
        }
        return chosen;
    }

    private List<String> transports() {
        List<String> chosen = new ArrayList<>();
        for (String each : (transport == null ? "auto" : transport).split(",", -1)) {
            Setup.Choice choice = Setup.Choice.of(each.strip());
            String name = choice.transport().name();
            if (chosen.contains(name)) {
                throw new Mistake("--transport " + transport + " names " + name + " twice"
                        + (choice.why().isEmpty() ? "" : ": " + each.strip() + " stands for it here, " + choice.why()));
            }
            chosen.add(name);
        }
        return chosen;
    }

    private @Nullable Slo objective() {
        if (slo == null) {
            return null;
        }
        String[] sides = slo.toLowerCase(Locale.ROOT).split("=", 2);
        List<String> percentiles = List.of("p50", "p90", "p99", "p99.9");
        if (sides.length == 2 && percentiles.contains(sides[0])
                && sides[1].matches("[0-9]{1,9}(\\.[0-9]{1,6})?(us|ms|s)")) {
            double unit = sides[1].endsWith("us") ? 1e-6 : sides[1].endsWith("ms") ? 1e-3 : 1;
            double seconds = unit * Double.parseDouble(sides[1].replaceFirst("[a-z]+$", ""));
            if (seconds > SLO_SECONDS_MAX) {
                throw new Mistake("--slo is '" + slo + "': valid are times up to " + SLO_SECONDS_MAX
                        + "s; a trial is too short for replies that take longer");
            }
            return new Slo(slo, Double.parseDouble(sides[0].substring(1)), seconds);
        }
        throw new Mistake("--slo is '" + slo + "': valid are p50, p90, p99 or p99.9, =, and a time, such as p99=20ms");
    }

    private @Nullable Plant planted() {
        if (plant == null) {
            return null;
        }
        String[] sides = plant.split("=", 2);
        return new Plant(ModelName.of(sides[0]).word(),
                (int) Typed.number("--plant", sides.length < 2 ? "" : sides[1], 1, 10_000));
    }

    /// What the servers are to serve.
    List<String> content(Settings settings, Path temporary) throws IOException {
        if (!app.name().isEmpty()) {
            return app.arguments();
        }
        Work work = Work.calibrated(Machine.processor());
        work.warmUp(); // the same work for all servers, measured while nothing else runs
        List<String> content = new ArrayList<>(List.of("--connections-max", "20000", "--demo", "--work-per-micro",
                Long.toString(work.perMicro())));
        if (!settings.claims().isEmpty()
                || settings.workloads().stream().anyMatch(each -> each.files() != Workload.Files.NONE)) {
            content.addAll(List.of("--root", Folder.make(temporary).toString()));
        }
        return content;
    }
}
