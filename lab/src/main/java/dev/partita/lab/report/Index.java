package dev.partita.lab.report;

import dev.partita.lab.results.Advice;
import dev.partita.lab.results.Cell;
import dev.partita.lab.results.Comparison;
import dev.partita.lab.results.Metric;
import dev.partita.lab.results.ModelCard;
import dev.partita.lab.results.Results;
import dev.partita.lab.results.Trial;
import dev.partita.lab.results.Trial.Purpose;
import dev.partita.lab.results.WorkloadCard;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// A run's results by what the sections of the report ask for.
final class Index {
    private final Results results;
    private final List<String> models;
    private final List<String> transports;

    Index(Results results) {
        this.results = results;
        this.models = results.models().stream().map(ModelCard::name).toList();
        this.transports = Stream
                .concat(results.cells().stream().map(Cell::transport), results.trials().stream().map(Trial::transport))
                .distinct()
                .toList();
    }

    Results results() {
        return results;
    }

    /// Who took part in a workload, in the order of the models.
    List<Contestant> contestants(String workload) {
        var cells = results.cells().stream().filter(cell -> cell.workload().equals(workload))
                .map(cell -> contestant(cell.model(), cell.transport()));
        var trials = results.trials().stream().filter(trial -> trial.workload().equals(workload))
                .map(trial -> contestant(trial.model(), trial.transport()));
        return Stream.concat(cells, trials)
                .distinct()
                .sorted(order())
                .toList();
    }

    Contestant contestant(String model, String transport) {
        return new Contestant(model, transport, Contestant.title(name(model, transport)),
                transports.indexOf(transport) > 0 || model.contains("/"));
    }

    /// A model's name, with the transport behind it where there are several.
    String name(String model, String transport) {
        return transports.size() > 1 ? model + " " + transport : model;
    }

    /// The names of all that took part.
    List<String> names() {
        return results.cells().isEmpty()
                ? models
                : results.cells().stream()
                        .map(each -> contestant(each.model(), each.transport()))
                        .distinct()
                        .sorted(order())
                        .map(each -> name(each.model(), each.transport()))
                        .toList();
    }

    private Comparator<Contestant> order() {
        return Comparator.comparingInt((Contestant each) -> order(models, each.model()))
                .thenComparingInt(each -> transports.indexOf(each.transport()));
    }

    /// The highest rates under the objective; no row if none was asked for.
    Table objective() {
        Table table = Table.ofFigures("model", "workload", "requests a second");
        for (WorkloadCard workload : results.workloads()) {
            for (Contestant each : contestants(workload.name())) {
                cell(workload.name(), each).map(Cell::sloRate).ifPresent(rate -> table.row(each.label(),
                        workload.title(), rate == 0 ? "at none" : Figures.number(rate)));
            }
        }
        return table;
    }

    /// What a model's processes, or another transport, change: a row for each comparison of a model with itself.
    Table siblings() {
        Table table = Table.ofFigures("in proportion to", "workload", "capacity", "CPU", "p99", "switches", "memory");
        results.comparisons().stream()
                .filter(Index::isSibling)
                .map(each -> List.of(each.workload(), name(each.model(), each.transport()), name(each.to(), to(each))))
                .distinct()
                .forEach(key -> table.row(Contestant.title(key.get(1)) + " / " + Contestant.title(key.get(2)),
                        title(key.get(0)), capacities(key), ratio(key, Metric.CPU),
                        ratio(key, Metric.P99), ratio(key, Metric.SWITCHES), ratio(key, Metric.RESIDENT)));
        return table;
    }

    private String capacities(List<String> key) {
        Optional<Double> of = capacity(key.get(0), key.get(1));
        Optional<Double> to = capacity(key.get(0), key.get(2));
        return of.isPresent() && to.isPresent() && to.get() > 0
                ? Figures.number(of.get() / to.get())
                : Figures.NONE;
    }

    private Optional<Double> capacity(String workload, String name) {
        return results.cells().stream()
                .filter(each -> each.workload().equals(workload)
                        && name(each.model(), each.transport()).equals(name))
                .map(Cell::capacity)
                .flatMap(Stream::ofNullable)
                .findFirst();
    }

    private String ratio(List<String> key, Metric metric) {
        return results.comparisons().stream()
                .filter(each -> each.metric() == metric && each.workload().equals(key.get(0))
                        && name(each.model(), each.transport()).equals(key.get(1))
                        && name(each.to(), to(each)).equals(key.get(2)))
                .map(each -> Figures.interval(each.median(), each.low(), each.high()))
                .findFirst()
                .orElse(Figures.NONE);
    }

    private static boolean isSibling(Comparison each) {
        return each.model().split("/", 2)[0].equals(each.to().split("/", 2)[0]);
    }

    /// The transport of the one that a comparison is to.
    static String to(Comparison each) {
        String transport = each.toTransport();
        return transport == null ? each.transport() : transport;
    }

    /// Models that no card names come last.
    private static int order(List<String> all, String one) {
        int at = all.indexOf(one);
        return at < 0 ? all.size() : at;
    }

    /// The valid trials of one workload for a purpose.
    List<Trial> trials(String workload, Purpose purpose, Predicate<Trial> wanted) {
        return results.trials().stream()
                .filter(Trial::isValid)
                .filter(trial -> trial.workload().equals(workload) && trial.purpose() == purpose && wanted.test(trial))
                .toList();
    }

    static Predicate<Trial> of(Contestant contestant) {
        return trial -> trial.model().equals(contestant.model()) && trial.transport().equals(contestant.transport());
    }

    Optional<Cell> cell(String workload, Contestant contestant) {
        return results.cells().stream()
                .filter(cell -> cell.workload().equals(workload) && cell.model().equals(contestant.model())
                        && cell.transport().equals(contestant.transport()))
                .findFirst();
    }

    Optional<Advice> advice(String workload) {
        return results.advice().stream().filter(each -> each.workload().equals(workload)).findFirst();
    }

    /// The words for a workload; its name where no card has any.
    String title(String workload) {
        return results.workloads().stream()
                .filter(each -> each.name().equals(workload))
                .map(WorkloadCard::title)
                .findFirst()
                .orElse(workload);
    }

    /// Trials that say nothing.
    List<Trial> useless() {
        return results.trials().stream().filter(trial -> !trial.isValid()).toList();
    }
}
