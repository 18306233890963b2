package dev.partita.lab.report;

import dev.partita.lab.results.Cell;
import dev.partita.lab.results.Cell.Medians;
import dev.partita.lab.results.Comparison;
import dev.partita.lab.results.Trial;
import dev.partita.lab.results.Trial.Cost;
import dev.partita.lab.results.WorkloadCard;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One workload: what it is, the medians, the pictures, and what they are of.
final class WorkloadSection {
    /// A column of the table of medians.
    private record Column(String head, Function<Cell, String> cell) {}

    private static final List<Column> COLUMNS = List.of(
            new Column("capacity", cell -> Figures.number(cell.capacity())),
            new Column("p50", p2(medians -> Figures.seconds(medians.p50()))),
            new Column("p99", p2(medians -> Figures.seconds(medians.p99()))),
            new Column("p99.9", p2(medians -> Figures.seconds(medians.p999()))),
            new Column("fairness", p2(medians -> Figures.number(medians.fairness()))),
            new Column("failed",
                    p2(medians -> medians.failedShare() == 0 ? Figures.NONE : Figures.percent(medians.failedShare()))),
            new Column("one core", p1(medians -> Figures.number(medians.rate()))),
            new Column("µs CPU", either(medians -> Figures.number(medians.cpuMicros()))),
            new Column("kernel", either(medians -> Figures.percent(medians.systemShare()))),
            new Column("switches", either(medians -> Figures.number(medians.switches()))),
            new Column("calls", either(medians -> Figures.number(medians.systemCalls()))),
            new Column("threads", either(medians -> Figures.count(medians.threads()))),
            new Column("memory", either(medians -> Figures.bytes((double) medians.residentBytes()))));

    private final Index index;
    private final WorkloadCard workload;
    private final Html html;

    WorkloadSection(Index index, WorkloadCard workload, Html html) {
        this.index = index;
        this.workload = workload;
        this.html = html;
    }

    static String id(String workload) {
        return "workload-" + workload.replaceAll("[^A-Za-z0-9]", "-");
    }

    void write() {
        String id = id(workload.name());
        html.open("section", "aria-labelledby", id).element("h3", workload.title(), "id", id);
        html.element("p", workload.description()).element("p", facts(), "class", "note");
        index.advice(workload.name())
                .ifPresent(advice -> html.open("p").trusted("<b>").text(Contestant.title(advice.model()))
                        .trusted("</b> ").text("is advised. " + advice.sentence()).close("p"));
        Table medians = medians(index, workload);
        if (!medians.isEmpty()) {
            medians.write(html);
            html.element("p", legend(index, workload).strip(), "class", "note");
        }
        List<Chart> charts = Stream
                .concat(new LineCharts(index, workload).all().stream(), new BarCharts(index, workload).all().stream())
                .toList();
        html.open("div", "class", "charts");
        for (int i = 0; i < charts.size(); i++) {
            charts.get(i).write(html, id + "-" + (i + 1));
        }
        html.close("div");
        if (charts.isEmpty()) {
            html.element("p", "There is no picture: no trial of this workload can be used for one.", "class", "note");
        }
        surges();
        fold("Compared in pairs", comparisons());
        fold("How each model was tuned", tuning());
        fold("Every trial", trials());
        html.close("section");
    }

    private String facts() {
        String classes = workload.classes().stream()
                .map(each -> workload.classes().size() == 1 ? each.name() : each.weight() + " × " + each.name())
                .collect(Collectors.joining(", "));
        String connections = Figures.plural(workload.connections(), "connection")
                + (workload.idle() > 0 ? " and " + Figures.count(workload.idle()) + " idle ones" : "");
        String requests = workload.requestsPerConnection() == 0
                ? ""
                : "; a new one after " + Figures.plural(workload.requestsPerConnection(), "request");
        return (workload.app().isEmpty() ? "" : "Your handler " + workload.app() + ". ")
                + (classes.isEmpty() ? "" : classes + ". ") + connections + requests + ".";
    }

    private void fold(String title, Table table) {
        if (!table.isEmpty()) {
            html.open("details").element("summary", title + " (" + Figures.count(table.rows().size()) + ")");
            table.write(html);
            html.close("details");
        }
    }

    /// The main table: what a column says of nobody is left out. The terminal has the same.
    static Table medians(Index index, WorkloadCard workload) {
        List<Cell> cells = new ArrayList<>();
        List<String> labels = new ArrayList<>();
        for (Contestant each : index.contestants(workload.name())) {
            index.cell(workload.name(), each).ifPresent(cell -> {
                cells.add(cell);
                labels.add(each.label());
            });
        }
        List<Column> columns = COLUMNS.stream()
                .filter(column -> cells.stream().anyMatch(cell -> !column.cell().apply(cell).equals(Figures.NONE)))
                .toList();
        Table table = Table.ofFigures(Stream.concat(Stream.of("model"), columns.stream().map(Column::head))
                .toArray(String[]::new));
        for (int i = 0; i < cells.size(); i++) {
            List<String> row = new ArrayList<>(List.of(labels.get(i)));
            for (Column column : columns) {
                row.add(column.cell().apply(cells.get(i)));
            }
            table.row(row);
        }
        return table;
    }

    /// How the table of medians is to be read.
    static String legend(Index index, WorkloadCard workload) {
        List<Double> rates = index.contestants(workload.name()).stream()
                .flatMap(each -> index.cell(workload.name(), each).stream())
                .map(Cell::p2)
                .flatMap(medians -> medians == null ? Stream.empty() : Stream.ofNullable(medians.asked()))
                .distinct()
                .toList();
        String asked =
                rates.size() == 1 ? Figures.number(rates.getFirst()) + " requests a second" : "the reference rate";
        List<String> head = medians(index, workload).head();
        return (head.contains("capacity") ? "Capacity: served in a second, closed loop, P2. " : "")
                + (head.contains("p99")
                        ? "All else: open loop at " + asked + ", P2. "
                        : "")
                + (head.contains("one core")
                        ? "From “one core” on: P1; the rate of one processor (of the generator’s, if that was full). "
                        : "")
                + (head.contains("µs CPU")
                        ? "For a request: CPU, the kernel’s share of it, context switches"
                                + (head.contains("calls") ? ", system calls." : ".")
                        : "");
    }

    private static Function<Cell, String> p1(Function<Medians, String> figure) {
        return cell -> of(cell.p1(), figure);
    }

    private static Function<Cell, String> p2(Function<Medians, String> figure) {
        return cell -> of(cell.p2(), figure);
    }

    private static Function<Cell, String> either(Function<Medians, String> figure) {
        return cell -> of(cell.p1() == null ? cell.p2() : cell.p1(), figure);
    }

    private static String of(@Nullable Medians medians, Function<Medians, String> figure) {
        return medians == null ? Figures.NONE : figure.apply(medians);
    }

    /// How each came through the surge.
    private void surges() {
        Table table = Table.ofFigures("model", "p90 before", "p90 while it lasted", "recovery");
        for (Contestant each : index.contestants(workload.name())) {
            for (Trial trial : index.trials(workload.name(), Trial.Purpose.SURGE, Index.of(each))) {
                Trial.Surge surge = trial.surge();
                if (surge != null) {
                    table.row(each.label(), Figures.seconds(surge.p90Before()),
                            surge.p90During() == null ? "none served" : Figures.seconds(surge.p90During()),
                            surge.recoverySeconds() == null ? "not seen" : Figures.seconds(surge.recoverySeconds()));
                }
            }
        }
        if (!table.isEmpty()) {
            html.element("h4", "After a surge");
            html.element("p",
                    "For two seconds 512 further connections asked for far more than could be served. Recovery: from"
                            + " their end until nothing failed and the 90th percentile was at most twice what it was before and 1"
                            + " ms, for half a second.",
                    "class", "note");
            table.write(html);
        }
    }

    private Table comparisons() {
        Table table =
                Table.ofWords("models", "protocol", "by", "ratio (95 % interval)", "rounds", "verdict", "how sure");
        for (Comparison each : index.results().comparisons()) {
            if (each.workload().equals(workload.name())) {
                table.row(index.contestant(each.model(), each.transport()).label() + " / "
                        + index.contestant(each.to(), Index.to(each)).label(), each.protocol().name(),
                        each.metric().title(), Figures.interval(each.median(), each.low(), each.high()),
                        Figures.count(each.ratios().size()), Words.of(each.verdict()), Words.of(each.strength()));
            }
        }
        return table;
    }

    private Table tuning() {
        Table table = Table.ofWords("model", "options", "judged by", "score", "chosen");
        for (Contestant each : index.contestants(workload.name())) {
            index.cell(workload.name(), each).ifPresent(cell -> {
                for (Cell.Candidate candidate : cell.grid()) {
                    table.row(each.label(), Words.options(candidate.server()), candidate.metric(),
                            Figures.number(candidate.score()), candidate.chosen() ? "chosen" : "");
                }
                if (cell.grid().isEmpty()) {
                    table.row(each.label(), Words.options(cell.server()), "", "", "the only one");
                }
            });
        }
        return table;
    }

    private Table trials() {
        Table table = Table.ofFigures("trial", "model", "options", "for", "where", "round", "due 1/s", "connections",
                "seconds",
                "served 1/s", "failed", "p50", "p99", "p99.9", "max", "µs CPU", "switches", "generator busy", "state");
        for (Trial trial : index.results().trials()) {
            if (trial.workload().equals(workload.name())) {
                table.rowWithId("trial-" + trial.id(), trial(trial));
            }
        }
        return table;
    }

    private List<String> trial(Trial trial) {
        Trial.Load load = trial.load();
        Double rate = load.rate();
        Cost cost = trial.cost();
        boolean answered = trial.latency().count() > 0;
        return List.of(String.valueOf(trial.id()), index.contestant(trial.model(), trial.transport()).label(),
                String.join(" ", trial.server()), Words.of(trial.purpose()), trial.protocol().name(),
                String.valueOf(trial.round()), rate == null ? "closed" : Figures.number(rate),
                Figures.count(load.connections()), Figures.number(load.seconds()), Figures.number(trial.rate()),
                Figures.count(trial.requests() - trial.served()),
                latency(answered, trial.latency().p50()), latency(answered, trial.latency().p99()),
                latency(answered, trial.latency().p999()), latency(answered, trial.latency().max()),
                Figures.number(cost == null ? null : (Double) cost.cpuMicros()), switches(cost),
                Figures.percent(trial.generator().busy()),
                trial.isValid() ? "valid" : trial.state().name().toLowerCase(java.util.Locale.ROOT));
    }

    private static String latency(boolean answered, double seconds) {
        return answered ? Figures.seconds(seconds) : Figures.NONE;
    }

    private static String switches(@Nullable Cost cost) {
        if (cost == null || cost.voluntarySwitches() == null || cost.involuntarySwitches() == null) {
            return Figures.NONE;
        }
        return Figures.number(cost.voluntarySwitches() + cost.involuntarySwitches());
    }
}
