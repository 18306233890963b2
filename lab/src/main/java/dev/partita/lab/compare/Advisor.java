package dev.partita.lab.compare;

import dev.partita.lab.results.Advice;
import dev.partita.lab.results.Advice.Causes;
import dev.partita.lab.results.Advice.Margin;
import dev.partita.lab.results.Cell.Medians;
import dev.partita.lab.results.MachineCard;
import dev.partita.lab.results.Metric;
import dev.partita.lab.results.ModelCard;
import dev.partita.lab.results.Trial;
import dev.partita.lab.statistics.Interval;
import dev.partita.lab.trial.Contestant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Chooses a model for one workload, in this order:
///
/// 1. It holds the load: it serves 98 % of what was asked, with less than 1 % failed. With an SLO: it holds it at a rate that is at
///    least 0.9 of the best one's.
/// 2. Of those, its tail is among the good ones. It is not where p99 or p99.9 is more than 1.25 times the lowest and 1 ms above it,
///    unless the interval of the paired ratios says that this may be chance. (Where one request in fifty takes 20 ms whoever
///    serves it, only p99.9 tells who makes others wait for it.) A closed loop has no latency that a user would see, so there
///    all are good.
/// 3. Of those, it takes the least CPU for a request; whoever's interval of paired ratios contains 1, or whose ratio is below
///    1.05, is its equal.
/// 4. Of equals, those with the highest capacity (0.9 of the best), and of them the simplest.
final class Advisor {
    private static final double HELD = 0.98;
    private static final double FAILED_MAX = 0.01;
    private static final double TAIL_RATIO = 1.25;
    private static final double TAIL_SECONDS = 0.001;
    private static final List<Metric> TAILS = List.of(Metric.P99, Metric.P999);
    private static final double CPU_RATIO = 1.05;
    private static final double CAPACITY = 0.9;
    private static final double BLOCKING = 0.5;
    private static final double UNEVEN = 20;
    /// What each adds to the one before: more loops; a thread for each connection; queues; more queues.
    private static final List<String> SIMPLEST = List.of("sped", "symped", "vt", "mp", "amped", "seda");

    private final Assembly on;
    private final MachineCard machine;
    private final Settings settings;
    private final Map<String, Medians> medians = new LinkedHashMap<>();
    private final List<String> holding = new ArrayList<>();
    /// Those that hold the load with a tail that is too long, and where it is.
    private final Map<String, Metric> late = new LinkedHashMap<>();
    private final List<String> good = new ArrayList<>();

    private Advisor(Assembly on, Settings settings, MachineCard machine) {
        this.on = on;
        this.settings = settings;
        this.machine = machine;
        on.measured.forEach((model, trials) -> {
            List<Trial> valid = trials.stream().filter(Trial::isValid).toList();
            if (!valid.isEmpty()) {
                medians.put(model, Assembly.medians(valid, null, null));
            }
        });
    }

    /// Empty if no model can be chosen, or there is nothing to choose from.
    static Optional<Advice> advise(Assembly on, Settings settings, MachineCard machine) {
        return new Advisor(on, settings, machine).advise();
    }

    private Optional<Advice> advise() {
        medians.keySet().stream().filter(this::holds).forEach(holding::add);
        if (holding.isEmpty() || medians.size() < 2) {
            return Optional.empty();
        }
        good.addAll(holding);
        for (Metric tail : isClosed() ? List.<Metric>of() : TAILS) {
            String quickest = good.stream().min(Comparator.comparingDouble(each -> tail(each, tail))).orElseThrow();
            good.stream().filter(each -> isLate(each, quickest, tail)).forEach(each -> late.put(each, tail));
            good.removeAll(late.keySet());
        }
        String cheapest = good.stream().min(Comparator.comparingDouble(this::cpu)).orElseThrow();
        List<String> equal = new ArrayList<>(good.stream().filter(each -> isAsCheap(each, cheapest)).toList());
        double capacity = equal.stream().mapToDouble(this::capacity).max().orElse(0);
        String choice = equal.stream()
                .filter(each -> capacity(each) >= CAPACITY * capacity)
                .min(Comparator.comparingInt(this::difficulty))
                .orElse(cheapest);
        equal.remove(choice);
        return Optional.of(advice(choice, equal));
    }

    private boolean isClosed() {
        return on.chosen.rate == null;
    }

    private Medians of(String model) {
        Medians found = medians.get(model);
        if (found == null) {
            throw new IllegalArgumentException("there is no trial of " + model);
        }
        return found;
    }

    private boolean holds(String model) {
        Double slo = on.chosen.sloRates.get(model);
        if (slo != null) {
            double best = on.chosen.sloRates.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
            return slo > 0 && slo >= CAPACITY * best;
        }
        Medians cell = of(model);
        Double asked = cell.asked();
        return cell.failedShare() <= FAILED_MAX && (asked == null || cell.rate() >= HELD * asked);
    }

    private double tail(String model, Metric tail) {
        return tail == Metric.P99 ? of(model).p99() : of(model).p999();
    }

    private boolean isLate(String model, String quickest, Metric tail) {
        double least = tail(quickest, tail);
        double own = tail(model, tail);
        return own > TAIL_RATIO * least && own > least + TAIL_SECONDS
                && interval(model, quickest, tail).map(each -> each.low() > 1).orElse(true);
    }

    /// Processes are one more thing to know about than threads, and so is a transport that was not the first choice.
    private int difficulty(String model) {
        Contestant each = contestant(model);
        return 4 * SIMPLEST.indexOf(each.base()) + (each.isInProcesses() ? 2 : 0)
                + (each.transport().equals(settings.transports().getFirst()) ? 0 : 1);
    }

    private Contestant contestant(String model) {
        Contestant found = on.chosen.contestants.get(model);
        if (found == null) {
            throw new IllegalArgumentException(model + " does not take part");
        }
        return found;
    }

    private double cpu(String model) {
        Double micros = of(model).cpuMicros();
        return micros == null ? Double.MAX_VALUE : micros;
    }

    private double capacity(String model) {
        return on.chosen.capacities.getOrDefault(model, 0.0);
    }

    private boolean isAsCheap(String model, String cheapest) {
        return model.equals(cheapest) || interval(model, cheapest, Metric.CPU)
                .map(each -> each.median() < CPU_RATIO || !each.excludes(1))
                .orElse(false);
    }

    private Optional<Interval> interval(String model, String to, Metric metric) {
        return Pairs.of(on.measured.getOrDefault(model, List.of()), on.measured.getOrDefault(to, List.of()), metric,
                on.chosen.workload.shortClass()).interval();
    }

    private Advice advice(String choice, List<String> equal) {
        Contestant contestant = contestant(choice);
        List<String> server = contestant.options();
        List<Margin> margins = margins(choice);
        String avoid = avoid(choice);
        List<String> command = new ArrayList<>(List.of("./partita serve"));
        command.addAll(settings.content());
        command.add("--model " + contestant.base());
        if (contestant.isInProcesses()) {
            command.add("--isolation processes");
        }
        command.addAll(server);
        command.add("--transport " + contestant.transport());
        return new Advice(on.chosen.workload.name(), contestant.model(), contestant.transport(), server,
                sentence(choice),
                reasons(choice),
                margins, equal, avoid, avoid == null ? "" : whyAvoid(avoid, choice), String.join(" ", command),
                Code.of(contestant.model(), server, contestant.transport(), settings.app()),
                new Causes(on.chosen.causes.meanWorkMicros(), on.chosen.causes.blockingShare(),
                        on.chosen.causes.spread(), handOffMicros()),
                on.strength(settings));
    }

    private @Nullable Double handOffMicros() {
        Double wake = machine.wakeCrossNanos() == null ? machine.wakeSameNanos() : machine.wakeCrossNanos();
        return wake == null ? null : (Double) (wake / 2e3);
    }

    /// What decided between the chosen model and another one.
    private Metric decisive(String other) {
        return !holding.contains(other) ? objective() : late.getOrDefault(other, Metric.CPU);
    }

    /// What those lack that do not hold the load.
    private Metric objective() {
        return on.chosen.sloRates.isEmpty() ? Metric.THROUGHPUT : Metric.OBJECTIVE;
    }

    private double sloRate(String model) {
        return on.chosen.sloRates.getOrDefault(model, 0.0);
    }

    private List<Margin> margins(String choice) {
        List<Margin> margins = new ArrayList<>();
        for (String other : medians.keySet()) {
            if (!other.equals(choice)) {
                Metric metric = decisive(other);
                if (metric == Metric.OBJECTIVE) {
                    double ratio = sloRate(other) / sloRate(choice);
                    margins.add(new Margin(other, metric, ratio, ratio, ratio));
                }
                interval(other, choice, metric).ifPresent(each -> margins.add(
                        new Margin(other, metric, each.median(), each.low(), each.high())));
            }
        }
        List<Metric> nearest = List.of(Metric.CPU, Metric.P99, Metric.P999, Metric.OBJECTIVE, Metric.THROUGHPUT);
        margins.sort(Comparator.comparingInt((Margin each) -> nearest.indexOf(each.metric()))
                .thenComparingDouble(each -> each.metric().lowerIsBetter() ? each.ratio() : 1 / each.ratio()));
        return margins;
    }

    private String sentence(String choice) {
        Medians cell = of(choice);
        Double asked = cell.asked();
        String name = name(choice);
        Settings.Slo slo = settings.slo();
        if (slo != null && !on.chosen.sloRates.isEmpty()) {
            return text("Choose %s: it holds %s up to %,.0f requests a second.", name, slo.words(), sloRate(choice));
        }
        return asked == null
                ? text("Choose %s: it takes %.1f µs of CPU for a request.", name, cpu(choice))
                : text("Choose %s: at %,.0f requests a second its p99 is %s, and a request takes %.0f µs of"
                        + " CPU.", name, asked, millis(cell.p99()), cpu(choice));
    }

    private List<String> reasons(String choice) {
        List<String> reasons = new ArrayList<>();
        Chosen.Causes causes = on.chosen.causes;
        Double mean = causes.meanWorkMicros();
        Double blocking = causes.blockingShare();
        Double spread = causes.spread();
        if (blocking != null && blocking > BLOCKING && mean != null) {
            reasons.add(text(
                    "%.0f %% of the handler's time (%.0f µs a request) it waits for something else than a processor: a"
                            + " thread that others need must not wait with it.",
                    100 * blocking, mean));
        } else if (spread != null && spread > UNEVEN && mean != null) {
            reasons.add(text(
                    "The work is uneven: its 99.9th percentile takes %.0f times as long as its median. Whoever shares"
                            + " a loop with it waits.",
                    spread));
        } else if (mean != null && handOffMicros() != null) {
            Double handOff = handOffMicros();
            reasons.add(
                    text("The work takes %.1f µs; giving it to another thread and back costs up to %.0f µs here.", mean,
                            2 * (handOff == null ? 0 : handOff)));
        }
        List<String> failing = medians.keySet().stream().filter(each -> !holding.contains(each)).toList();
        if (!failing.isEmpty() && objective() == Metric.OBJECTIVE) {
            reasons.add("Not enough: " + String.join(", ", failing.stream()
                    .map(each -> name(each) + " (" + upTo(each) + ")")
                    .toList()) + ".");
        } else if (!failing.isEmpty()) {
            reasons.add(names(failing) + (failing.size() == 1 ? " does" : " do") + " not hold this rate.");
        }
        if (!late.isEmpty()) {
            reasons.add("The tail is longer with " + String.join(", ", late.entrySet().stream()
                    .map(each -> name(each.getKey()) + " (" + tail(each.getKey(), each.getValue(), choice) + ")")
                    .toList()) + ".");
        }
        Double switches = of(choice).switches();
        good.stream().filter(each -> !each.equals(choice)).max(Comparator.comparingDouble(this::cpu))
                .ifPresent(dear -> {
                    Double others = of(dear).switches();
                    if (switches != null && others != null && cpu(dear) > CPU_RATIO * cpu(choice)) {
                        reasons.add(text(
                                (isClosed() ? "" : "Of those that are as quick, ")
                                        + "%s takes %.1f µs of CPU for a request and switches threads %.2f"
                                        + " times; %s %.1f µs and %.2f times.",
                                name(dear), cpu(dear), others, name(choice), cpu(choice),
                                switches));
                    }
                });
        if (contestant(choice).model().equals("mp")) {
            reasons.add(text(
                    "This is for %,d connections: each of them is a thread of the system's, idle or not. For more of"
                            + " them measure again%s.",
                    on.chosen.workload.connections(),
                    settings.app().isEmpty() ? "" : " with --connections"));
        }
        return reasons;
    }

    private String upTo(String model) {
        return sloRate(model) == 0
                ? "the objective holds at no rate that was tried"
                : text("the objective holds up to %,.0f requests a second", sloRate(model));
    }

    /// Such as `p99 12.1 ms instead of 6.3 ms`.
    private String tail(String model, Metric tail, String choice) {
        return tail.title() + " " + millis(tail(model, tail)) + " instead of " + millis(tail(choice, tail));
    }

    private @Nullable String avoid(String choice) {
        Optional<String> failing = medians.keySet().stream()
                .filter(each -> !holding.contains(each))
                .min(Comparator.comparingDouble(each -> of(each).rate()));
        if (failing.isPresent()) {
            return failing.get();
        }
        Optional<String> slow = late.keySet().stream().max(Comparator.comparingDouble(each -> of(each).p99()));
        if (slow.isPresent()) {
            return slow.get();
        }
        return good.stream()
                .max(Comparator.comparingDouble(this::cpu))
                .filter(each -> interval(each, choice, Metric.CPU).map(ratio -> ratio.low() > 1.3).orElse(false))
                .orElse(null);
    }

    private String whyAvoid(String avoid, String choice) {
        Medians cell = of(avoid);
        Double asked = cell.asked();
        return switch (decisive(avoid)) {
            case OBJECTIVE -> text("Under it %s; under %s %s.", upTo(avoid), name(choice), upTo(choice));
            case THROUGHPUT -> asked == null
                    ? text("%.0f %% of its requests fail.", 100 * cell.failedShare())
                    : text("It serves %,.0f of %,.0f requests a second.", cell.rate(), asked);
            case P99, P999 -> {
                Metric tail = decisive(avoid);
                yield text("Its %s is %s, that of %s %s.", tail.title(), millis(tail(avoid, tail)), name(choice),
                        millis(tail(choice, tail)));
            }
            default -> text("It takes %.1f µs of CPU for a request, %s %.1f µs.", cpu(avoid), name(choice),
                    cpu(choice));
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
