package dev.partita.lab.report;

import dev.partita.lab.results.Advice;
import dev.partita.lab.results.Trial;
import dev.partita.lab.results.Trial.Cost;
import dev.partita.lab.results.Trial.Memory;
import dev.partita.lab.results.Trial.Protocol;
import dev.partita.lab.results.Trial.Purpose;
import dev.partita.lab.results.WorkloadCard;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Pictures with a row for each contestant.
final class BarCharts {
    private static final double MILLIS = 1e3;
    private final Index index;
    private final WorkloadCard workload;

    BarCharts(Index index, WorkloadCard workload) {
        this.index = index;
        this.workload = workload;
    }

    List<Chart> all() {
        return Stream.of(latency(), cpu(), switches(), memory()).flatMap(Optional::stream).toList();
    }

    /// Only where there is one rate; [LineCharts] has a curve of several.
    private Optional<Chart> latency() {
        List<Double> rates = Stream.of(Purpose.MEASURE, Purpose.CURVE)
                .flatMap(each -> index.trials(workload.name(), each, trial -> trial.protocol() == Protocol.P2).stream())
                .flatMap(trial -> Stream.ofNullable(trial.load().rate()))
                .distinct()
                .toList();
        Function<Trial, @Nullable Double> p99 =
                trial -> trial.latency().count() == 0 ? null : (Double) (MILLIS * trial.latency().p99());
        return rates.size() != 1
                ? Optional.empty()
                : chart("p99 at " + Figures.number(rates.getFirst()) + " requests a second",
                        "Open loop: from when a request was due. Lower is better.", "ms", List.of("p99"), p99,
                        List.of(p99));
    }

    /// A bar: its parts, which are drawn one after the other, and the range of their sum.
    private record Bar(Contestant of, List<Double> parts, Spread whole) {}

    private Optional<Chart> cpu() {
        return chart("CPU time for a request",
                "Full colour: in user mode; pale: in the kernel. Lower is better.", "µs of a processor",
                List.of("user mode", "kernel"),
                cost(Cost::cpuMicros),
                List.of(cost(cost -> cost.cpuMicros() * (1 - systemShare(cost))),
                        cost(cost -> cost.cpuMicros() * systemShare(cost))));
    }

    /// The CPU time is exact, and its two parts are sampled by ticks: so only their proportion is taken.
    static double systemShare(Cost cost) {
        double both = cost.userMicros() + cost.systemMicros();
        return both == 0 ? 0 : cost.systemMicros() / both;
    }

    private Optional<Chart> switches() {
        return chart("Context switches for a request",
                "Full colour: a thread waited; pale: it was made to go. Lower is better.", "switches",
                List.of("voluntary", "involuntary"),
                cost(cost -> sum(cost.voluntarySwitches(), cost.involuntarySwitches())),
                List.of(cost(Cost::voluntarySwitches), cost(Cost::involuntarySwitches)));
    }

    private static @Nullable Double sum(@Nullable Double one, @Nullable Double other) {
        return one == null || other == null ? null : (Double) (one + other);
    }

    private Optional<Chart> memory() {
        Function<Trial, @Nullable Double> bytes = trial -> {
            Memory memory = trial.memory();
            return memory == null ? null : memory.bytesPerIdleConnection();
        };
        return chart("Memory for an idle connection", "Resident memory of the server’s process. Lower is better.",
                "bytes",
                List.of("bytes"), bytes, List.of(bytes));
    }

    private static Function<Trial, @Nullable Double> cost(Function<Cost, @Nullable Double> part) {
        return trial -> {
            Cost cost = trial.cost();
            return cost == null ? null : part.apply(cost);
        };
    }

    /// By protocol 1, whose costs are those of one processor, or else by the other one.
    private Optional<Chart> chart(String title, String note, String unit, List<String> names,
            Function<Trial, @Nullable Double> whole, List<Function<Trial, @Nullable Double>> parts) {
        return Stream.of(Protocol.P1, Protocol.P2)
                .flatMap(protocol -> chart(title, note, unit, names, protocol, whole, parts).stream())
                .findFirst();
    }

    private Optional<Chart> chart(String title, String note, String unit, List<String> names, Protocol protocol,
            Function<Trial, @Nullable Double> whole, List<Function<Trial, @Nullable Double>> parts) {
        List<Bar> bars = new ArrayList<>();
        for (Contestant each : index.contestants(workload.name())) {
            List<Trial> trials = index.trials(workload.name(), Purpose.MEASURE,
                    Index.of(each).and(trial -> trial.protocol() == protocol));
            Spread.of(trials.stream().map(whole)).ifPresent(spread -> bars.add(new Bar(each, parts.stream()
                    .map(part -> Spread.of(trials.stream().map(part)).map(Spread::median).orElse(0.0))
                    .toList(), spread)));
        }
        if (bars.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("kind", "bars");
        shown.put("value", Map.of("name", unit));
        shown.put("parts", names);
        shown.put("rows", bars.stream().map(BarCharts::row).toList());
        Table data = Table.ofFigures(head(names, unit));
        bars.forEach(bar -> data.row(cells(bar)));
        List<String> figures = bars.stream()
                .map(bar -> bar.of().label() + " " + Figures.number(bar.whole().median())).toList();
        List<String> missing = index.contestants(workload.name()).stream()
                .filter(each -> bars.stream().noneMatch(bar -> bar.of().equals(each)))
                .map(Contestant::label).toList();
        String without = missing.isEmpty() ? "" : " It could not be measured for " + Words.list(missing) + ".";
        return Optional.of(new Chart(title, note + " " + protocol + "." + without,
                Chart.label(workload.title() + ", " + title + ", " + unit, figures), shown,
                bars.size(), data));
    }

    private static Map<String, Object> row(Bar bar) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("name", bar.of().label());
        row.put("model", bar.of().style());
        row.put("parts", bar.parts());
        row.put("whole", bar.whole().median());
        if (bar.whole().count() > 1) {
            row.put("low", bar.whole().low());
            row.put("high", bar.whole().high());
        }
        return row;
    }

    private static String[] head(List<String> names, String unit) {
        List<String> head = new ArrayList<>(List.of("model"));
        if (names.size() > 1) {
            head.addAll(names);
        }
        head.add(names.size() > 1 ? "together, " + unit : unit);
        head.add("trials");
        return head.toArray(String[]::new);
    }

    private static List<String> cells(Bar bar) {
        List<String> cells = new ArrayList<>(List.of(bar.of().label()));
        if (bar.parts().size() > 1) {
            bar.parts().forEach(part -> cells.add(Figures.number(part)));
        }
        cells.add(bar.whole().text());
        cells.add(Figures.count(bar.whole().count()));
        return cells;
    }

    /// By how much the advised model is better than the others, in what decided.
    static Optional<Chart> margins(Index index, Advice advice) {
        List<Advice.Margin> margins =
                advice.margins().stream().filter(each -> Factor.of(each).isFinite()).toList();
        if (margins.isEmpty()) {
            return Optional.empty();
        }
        String chosen = Contestant.title(advice.model());
        List<String> metrics = margins.stream().map(margin -> margin.metric().title()).distinct().toList();
        List<Map<String, Object>> rows = new ArrayList<>();
        List<String> figures = new ArrayList<>();
        Table data = Table.ofFigures("other model", "by", chosen + " is better by the factor", "interval, 95 %");
        for (Advice.Margin margin : margins) {
            Factor factor = Factor.of(margin);
            String other = Contestant.title(margin.to()) + (metrics.size() > 1 ? ", " + margin.metric().title() : "");
            rows.add(Map.of("name", other, "model", Contestant.style(margin.to()),
                    "middle", factor.middle(), "low", factor.low(), "high", factor.high()));
            figures.add(other + " " + Figures.number(factor.middle()));
            data.row(Contestant.title(margin.to()), margin.metric().title(), Figures.number(factor.middle()),
                    Figures.number(factor.low()) + " to " + Figures.number(factor.high()));
        }
        String by = metrics.size() > 1 ? "" : ", by " + metrics.getFirst();
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("kind", "ratios");
        shown.put("value", Map.of("name", chosen + " is better by this factor" + by));
        shown.put("rows", rows);
        String title = "By how much " + chosen + " is better";
        return Optional.of(new Chart(title,
                "Medians of paired ratios with their 95 % intervals. One that crosses the dashed line at 1 is no difference that"
                        + " this run can tell.",
                Chart.label(
                        index.title(advice.workload()) + ": " + title + " than the others" + by + " (1: no difference)",
                        figures),
                shown, rows.size(), data));
    }
}
