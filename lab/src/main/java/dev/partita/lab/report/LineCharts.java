package dev.partita.lab.report;

import dev.partita.lab.results.Trial;
import dev.partita.lab.results.Trial.Latency;
import dev.partita.lab.results.Trial.Protocol;
import dev.partita.lab.results.WorkloadCard;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Pictures with a line for each contestant. There is one only where some line has two points.
final class LineCharts {
    private static final double MILLIS = 1e3;
    private final Index index;
    private final WorkloadCard workload;

    LineCharts(Index index, WorkloadCard workload) {
        this.index = index;
        this.workload = workload;
    }

    List<Chart> all() {
        return Stream.of(latency(), served(), connections()).flatMap(Optional::stream).toList();
    }

    /// One measure that can be chosen.
    private record Choice(String name, Function<Trial, @Nullable Double> value) {}

    /// A point of a line.
    private record Point(double x, Spread y) {}

    private record Line(Contestant of, List<Point> points) {}

    private Optional<Chart> latency() {
        List<Choice> choices = new ArrayList<>();
        choices.add(latency("p50", Trial::latency, Latency::p50));
        choices.add(latency("p90", Trial::latency, Latency::p90));
        choices.add(latency("p99", Trial::latency, Latency::p99));
        choices.add(latency("p99.9", Trial::latency, Latency::p999));
        if (workload.classes().size() > 1) {
            String shorts = workload.classes().getFirst().name();
            Function<Trial, Latency> ofShorts = trial -> trial.classes().getOrDefault(shorts, Latency.NONE);
            choices.add(latency("p99 of " + shorts, ofShorts, Latency::p99));
            choices.add(latency("p99.9 of " + shorts, ofShorts, Latency::p999));
        }
        return chart("Latency against rate",
                "Open loop, P2. Lower, and further to the right, is better.",
                Map.of("name", "requests a second that were due"),
                Map.of("name", "latency", "unit", "ms", "log", true),
                choices, 2, this::isOpen, trial -> trial.load().rate());
    }

    private static Choice latency(String name, Function<Trial, Latency> of, ToDoubleFunction<Latency> percentile) {
        return new Choice(name, trial -> of.apply(trial).count() == 0
                ? null
                : (Double) (percentile.applyAsDouble(of.apply(trial)) * MILLIS));
    }

    /// Only where somebody could not follow: elsewhere it is a diagonal for all of them.
    private Optional<Chart> served() {
        boolean followed = Stream.of(Trial.Purpose.CURVE, Trial.Purpose.MEASURE)
                .flatMap(purpose -> index.trials(workload.name(), purpose, this::isOpen).stream())
                .allMatch(trial -> trial.heldShare() >= Trial.HELD);
        return followed
                ? Optional.empty()
                : chart("Served well against asked for",
                        "Open loop, P2. Where a line leaves the others, the server cannot follow any more.",
                        Map.of("name", "requests a second that were due"),
                        Map.of("name", "served well in a second"),
                        List.of(new Choice("served", Trial::rate)), 0, this::isOpen, trial -> trial.load().rate());
    }

    private Optional<Chart> connections() {
        // Of the two protocols the one with more points; both in one picture would not be comparable.
        return Stream.of(Protocol.P2, Protocol.P1)
                .map(protocol -> chart("Throughput against connections",
                        "Closed loop, " + protocol + ". Higher is better." + ofGenerator(protocol),
                        Map.of("name", "connections", "log", true),
                        Map.of("name", "served well in a second"),
                        List.of(new Choice("served", Trial::rate)), 0,
                        trial -> trial.load().rate() == null && trial.protocol() == protocol,
                        trial -> (double) trial.load().connections()))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private String ofGenerator(Protocol protocol) {
        boolean isPaced = Stream.of(Trial.Purpose.CURVE, Trial.Purpose.MEASURE)
                .flatMap(purpose -> index.trials(workload.name(), purpose, Trial::isPacedByGenerator).stream())
                .anyMatch(trial -> trial.protocol() == protocol);
        return isPaced ? " Where the generator’s processor was full, the rate is the generator’s." : "";
    }

    private boolean isOpen(Trial trial) {
        return trial.load().rate() != null && trial.protocol() == Protocol.P2;
    }

    private Optional<Chart> chart(String title, String note, Map<String, Object> x, Map<String, Object> y,
            List<Choice> choices, int chosen, Predicate<Trial> wanted,
            Function<Trial, @Nullable Double> at) {
        Map<Choice, List<Line>> all = new LinkedHashMap<>();
        for (Choice choice : choices) {
            List<Line> lines = index.contestants(workload.name()).stream()
                    .map(each -> new Line(each, points(each, choice, wanted, at)))
                    .filter(line -> !line.points().isEmpty())
                    .toList();
            if (!lines.isEmpty()) {
                all.put(choice, lines);
            }
        }
        if (all.values().stream().flatMap(List::stream).noneMatch(line -> line.points().size() > 1)) {
            return Optional.empty();
        }
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("kind", "lines");
        shown.put("x", x);
        shown.put("y", y);
        shown.put("choose", "Percentile");
        shown.put("chosen", Math.min(chosen, all.size() - 1));
        shown.put("choices", all.entrySet().stream()
                .map(each -> Map.of("name", each.getKey().name(), "series", series(each.getValue())))
                .toList());
        String unit = y.containsKey("unit") ? y.get("name") + " in " + y.get("unit") : String.valueOf(y.get("name"));
        String models = all.values().iterator().next().stream().map(line -> line.of().label())
                .collect(Collectors.joining(", "));
        return Optional
                .of(new Chart(title, note, workload.title() + ", " + title + ": a line each for " + models, shown, 0,
                        data(String.valueOf(x.get("name")), unit, all)));
    }

    private List<Point> points(Contestant of, Choice choice, Predicate<Trial> wanted,
            Function<Trial, @Nullable Double> at) {
        Map<Double, List<Trial>> steps = new TreeMap<>();
        for (Trial.Purpose purpose : List.of(Trial.Purpose.CURVE, Trial.Purpose.MEASURE)) {
            for (Trial trial : index.trials(workload.name(), purpose, Index.of(of).and(wanted))) {
                Double step = at.apply(trial);
                if (step != null) {
                    steps.computeIfAbsent(step, _ -> new ArrayList<>()).add(trial);
                }
            }
        }
        List<Point> points = new ArrayList<>();
        steps.forEach((step, trials) -> Spread.of(trials.stream().map(choice.value()))
                .ifPresent(spread -> points.add(new Point(step, spread))));
        return points;
    }

    private static List<Map<String, Object>> series(List<Line> lines) {
        return lines.stream().map(line -> Map.<String, Object>of(
                "name", line.of().label(),
                "model", line.of().style(),
                "dashed", line.of().second(),
                "points", line.points().stream()
                        .map(point -> List.of(point.x(), point.y().median(), point.y().low(), point.y().high()))
                        .toList()))
                .toList();
    }

    private static Table data(String x, String y, Map<Choice, List<Line>> all) {
        boolean several = all.size() > 1;
        List<String> head = new ArrayList<>(List.of("model", x));
        all.keySet().forEach(choice -> head.add(several ? choice.name() + ", " + y : y));
        head.add("trials");
        Table table = Table.ofFigures(head.toArray(String[]::new));
        // Every choice is of the same trials; a class that nobody asked for leaves a gap.
        for (Line line : all.values().iterator().next()) {
            for (Point point : line.points()) {
                List<String> row = new ArrayList<>(List.of(line.of().label(), Figures.number(point.x())));
                all.values().forEach(lines -> row.add(lines.stream()
                        .filter(each -> each.of().equals(line.of()))
                        .flatMap(each -> each.points().stream())
                        .filter(each -> each.x() == point.x())
                        .map(each -> each.y().text())
                        .findFirst()
                        .orElse(Figures.NONE)));
                row.add(Figures.count(point.y().count()));
                table.row(row);
            }
        }
        return table;
    }
}
