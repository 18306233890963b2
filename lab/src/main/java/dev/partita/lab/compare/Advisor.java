package dev.partita.lab.compare;

import dev.partita.lab.results.Advice;
import dev.partita.lab.results.Advice.Causes;
import dev.partita.lab.results.Advice.Margin;
import dev.partita.lab.results.Cell.Medians;
import dev.partita.lab.results.MachineCard;
import dev.partita.lab.results.Metric;
import dev.partita.lab.results.ModelCard;
import dev.partita.lab.results.Results.Strength;
import dev.partita.lab.statistics.Interval;
import dev.partita.lab.trial.Contestant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Puts a [Choice] into words: what to start, by how much it is better than each of the others, and why.
final class Advisor {
    private static final double BLOCKING = 0.5;
    private static final double UNEVEN = 20;
    /// From how many times the chosen one's CPU on a model is one to avoid, if nothing else speaks against it.
    private static final double DEAR = 1.3;
    /// What is near the chosen one comes first: a model that costs a little more before one that cannot carry the load.
    private static final List<Metric> NEAREST = List.of(Metric.CPU, Metric.P50, Metric.P90, Metric.P99,
            Metric.P999, Metric.OBJECTIVE, Metric.THROUGHPUT);

    private final Standings on;
    private final Choice choice;
    private final MachineCard machine;
    private final Settings settings;

    private Advisor(Standings on, Choice choice, Settings settings, MachineCard machine) {
        this.on = on;
        this.choice = choice;
        this.settings = settings;
        this.machine = machine;
    }

    /// Empty if no model can be chosen, or there is nothing to choose from.
    static Optional<Advice> advise(Assembly on, Settings settings, MachineCard machine) {
        Standings standings = new Standings(on);
        return Choice.of(standings, settings.transports().getFirst())
                .map(choice -> new Advisor(standings, choice, settings, machine)
                        .advice(on.strength(settings, choice.model())));
    }

    private Advice advice(Strength strength) {
        Contestant contestant = on.contestant(choice.model());
        List<String> server = contestant.options();
        Optional<String> avoid = avoid();
        List<String> command = new ArrayList<>(List.of("./partita serve"));
        command.addAll(settings.content());
        command.add("--model " + contestant.base());
        if (contestant.isInProcesses()) {
            command.add("--isolation processes");
        }
        command.addAll(server);
        command.add("--transport " + contestant.transport());
        Chosen.Causes causes = on.chosen().causes;
        return new Advice(on.chosen().workload.name(), contestant.model(), contestant.transport(), server,
                sentence(), reasons(), margins(), choice.equals(), avoid.orElse(null),
                avoid.map(this::whyAvoid).orElse(""), String.join(" ", command),
                Code.of(contestant.model(), server, contestant.transport(), settings.app()),
                new Causes(causes.meanWorkMicros(), causes.blockingShare(), causes.spread(), handOffMicros()),
                strength);
    }

    private @Nullable Double handOffMicros() {
        Double wake = machine.wakeCrossNanos() == null ? machine.wakeSameNanos() : machine.wakeCrossNanos();
        return wake == null ? null : (Double) (wake / 2e3);
    }

    private Metric decisive(String other) {
        return choice.decisive(other, on.hasObjective() ? Metric.OBJECTIVE : Metric.THROUGHPUT);
    }

    private List<Margin> margins() {
        List<Margin> margins = new ArrayList<>();
        for (String other : on.models()) {
            if (!other.equals(choice.model())) {
                Metric metric = decisive(other);
                if (metric == Metric.OBJECTIVE) {
                    double ratio = on.objectiveRate(other) / on.objectiveRate(choice.model());
                    margins.add(new Margin(other, metric, ratio, ratio, ratio));
                }
                on.ratio(other, choice.model(), metric).ifPresent(each -> margins.add(
                        new Margin(other, metric, each.median(), each.low(), each.high())));
            }
        }
        margins.sort(Comparator.comparingInt((Margin each) -> NEAREST.indexOf(each.metric()))
                .thenComparingDouble(each -> each.metric().lowerIsBetter() ? each.ratio() : 1 / each.ratio()));
        return margins;
    }

    private String sentence() {
        Medians cell = on.of(choice.model());
        Double asked = cell.asked();
        String name = name(choice.model());
        Settings.Slo slo = settings.slo();
        if (slo != null && on.hasObjective()) {
            return text("Choose %s: it holds %s up to %,.0f requests a second.", name, slo.words(),
                    on.objectiveRate(choice.model()));
        }
        return asked == null
                ? text("Choose %s: it takes %.1f µs of CPU for a request.", name, on.cpu(choice.model()))
                : text("Choose %s: at %,.0f requests a second its p99 is %s, and a request takes %.0f µs of CPU.", name,
                        asked, millis(cell.p99()), on.cpu(choice.model()));
    }

    private List<String> reasons() {
        List<String> reasons = new ArrayList<>();
        work().ifPresent(reasons::add);
        load().ifPresent(reasons::add);
        if (!choice.late().isEmpty()) {
            reasons.add("Slower: " + String.join(", ", choice.late().entrySet().stream()
                    .map(each -> name(each.getKey()) + " (" + beside(each.getKey(), each.getValue()) + ")")
                    .toList()) + ".");
        }
        price().ifPresent(reasons::add);
        if (on.contestant(choice.model()).model().equals("mp")) {
            reasons.add(text(
                    "This is for %,d connections: each of them is a thread of the system's, idle or not. For more of"
                            + " them measure again%s.",
                    on.chosen().workload.connections(),
                    settings.app().isEmpty() ? "" : " with --connections"));
        }
        return reasons;
    }

    /// What kind of work it is.
    private Optional<String> work() {
        Chosen.Causes causes = on.chosen().causes;
        Double mean = causes.meanWorkMicros();
        Double blocking = causes.blockingShare();
        Double spread = causes.spread();
        Double handOff = handOffMicros();
        if (mean == null) {
            return Optional.empty();
        }
        if (blocking != null && blocking > BLOCKING) {
            return Optional.of(text(
                    "%.0f %% of the handler's time (%.0f µs a request) it waits for something else than a processor: a"
                            + " thread that others need must not wait with it.",
                    100 * blocking, mean));
        }
        if (spread != null && spread > UNEVEN) {
            return Optional.of(text(
                    "The work is uneven: its 99.9th percentile takes %.0f times as long as its median. Whoever shares"
                            + " a loop with it waits.",
                    spread));
        }
        return handOff == null
                ? Optional.empty()
                : Optional.of(text(
                        "The work takes %.1f µs; giving it to another thread and back costs up to %.0f µs here.", mean,
                        2 * handOff));
    }

    /// Who cannot carry the load.
    private Optional<String> load() {
        List<String> failing = on.models().stream().filter(each -> !choice.holding().contains(each)).toList();
        if (failing.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(on.hasObjective()
                ? "Not enough: " + String.join(", ", failing.stream()
                        .map(each -> name(each) + " (" + upTo(each) + ")")
                        .toList()) + "."
                : names(failing) + (failing.size() == 1 ? " does" : " do") + " not hold this rate.");
    }

    /// What the dearest of those that are as quick pays for.
    private Optional<String> price() {
        String model = choice.model();
        Optional<String> dear = choice.quick().stream()
                .filter(each -> !each.equals(model))
                .max(Comparator.comparingDouble(on::cpu))
                .filter(each -> on.cpu(each) > Choice.CPU_RATIO * on.cpu(model));
        Double switches = on.of(model).switches();
        Double others = dear.map(each -> on.of(each).switches()).orElse(null);
        if (dear.isEmpty() || switches == null || others == null) {
            return Optional.empty();
        }
        return Optional.of(text(
                "%s%s takes %.1f µs of CPU for a request and switches threads %.2f times; %s %.1f µs and %.2f times.",
                on.isClosed() ? "" : "Of those that are as quick, ", name(dear.get()), on.cpu(dear.get()), others,
                name(model), on.cpu(model), switches));
    }

    private String upTo(String model) {
        return on.objectiveRate(model) == 0
                ? "the objective holds at no rate that was tried"
                : text("the objective holds up to %,.0f requests a second", on.objectiveRate(model));
    }

    /// Such as `p99 12.1 ms instead of 6.3 ms`.
    private String beside(String model, Metric percentile) {
        return percentile.title() + " " + millis(on.latency(model, percentile)) + " instead of "
                + millis(on.latency(choice.model(), percentile));
    }

    private Optional<String> avoid() {
        return on.models().stream()
                .filter(each -> !choice.holding().contains(each))
                .min(Comparator.comparingDouble(each -> on.of(each).rate()))
                .or(() -> choice.late().keySet().stream()
                        .max(Comparator.comparingDouble(each -> on.of(each).p99())))
                .or(() -> choice.quick().stream()
                        .max(Comparator.comparingDouble(on::cpu))
                        .filter(each -> on.ratio(each, choice.model(), Metric.CPU)
                                .map(Interval::low).orElse(0.0) > DEAR));
    }

    private String whyAvoid(String avoid) {
        Medians cell = on.of(avoid);
        Double asked = cell.asked();
        String model = choice.model();
        Metric decisive = decisive(avoid);
        return switch (decisive) {
            case OBJECTIVE -> text("Under it %s; under %s %s.", upTo(avoid), name(model), upTo(model));
            case THROUGHPUT -> asked == null
                    ? text("%.0f %% of its requests fail.", 100 * cell.failedShare())
                    : text("It serves %,.0f of %,.0f requests a second.", cell.rate(), asked);
            case P50, P90, P99, P999 -> text("Its %s is %s, that of %s %s.", decisive.title(),
                    millis(on.latency(avoid, decisive)), name(model), millis(on.latency(model, decisive)));
            default -> text("It takes %.1f µs of CPU for a request, %s %.1f µs.", on.cpu(avoid), name(model),
                    on.cpu(model));
        };
    }

    private static String name(String model) {
        return ModelCard.shown(model);
    }

    private static String names(List<String> models) {
        return String.join(", ", models.stream().map(Advisor::name).toList());
    }

    private static String millis(double seconds) {
        return text(seconds < 0.01 ? "%.2f ms" : "%.0f ms", 1e3 * seconds);
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation is in a library that nothing else needs
    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
