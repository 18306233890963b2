package dev.partita.lab.report;

import dev.partita.lab.results.Advice;
import dev.partita.lab.results.Cell;
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
                .sorted(Comparator.comparingInt((Contestant each) -> order(models, each.model()))
                        .thenComparingInt(each -> transports.indexOf(each.transport())))
                .toList();
    }

    Contestant contestant(String model, String transport) {
        boolean several = transports.size() > 1;
        String label = Contestant.title(model) + (several ? " " + transport : "");
        return new Contestant(model, transport, label, transports.indexOf(transport) > 0);
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
