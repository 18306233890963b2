package dev.partita.lab.compare;

import dev.partita.lab.results.Advice;
import dev.partita.lab.results.Cell;
import dev.partita.lab.results.Claim;
import dev.partita.lab.results.Comparison;
import dev.partita.lab.results.ModelCard;
import dev.partita.lab.results.Results;
import dev.partita.lab.results.Trial;
import dev.partita.lab.results.Trial.Load;
import dev.partita.lab.results.Trial.Protocol;
import dev.partita.lab.results.Trial.Purpose;
import dev.partita.lab.results.Trial.State;
import dev.partita.lab.results.WorkloadCard;
import dev.partita.lab.trial.Contestant;
import dev.partita.lab.workload.Workload;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/// What an earlier run has found out, for one that goes on with it: what need not be done again, and what stays true of all that
/// this one does not come to. Empty for a new run.
final class Earlier {
    private final Optional<Results> results;

    Earlier(Optional<Results> results) {
        this.results = results;
    }

    private <T> List<T> all(Function<Results, List<T>> part) {
        return results.map(part).orElse(List.of());
    }

    /// What was asked for, of all that took part until now: only trials of the same rounds can be compared.
    Settings with(Settings now) {
        Stream<ModelCard> models = Stream.concat(all(Results::models).stream(), now.models().stream());
        Stream<String> transports =
                Stream.concat(all(Results::cells).stream().map(Cell::transport), now.transports().stream());
        Set<String> names = new HashSet<>();
        return now.with(models.filter(each -> names.add(each.name())).toList(), transports.distinct().toList());
    }

    List<Trial> trials() {
        return all(Results::trials);
    }

    List<WorkloadCard> workloads() {
        return all(Results::workloads);
    }

    List<Claim> claims() {
        return all(Results::claims);
    }

    /// When the first of its trials began, in ISO-8601.
    Optional<String> began() {
        return results.map(Results::began);
    }

    Optional<String> version() {
        return results.map(Results::version);
    }

    boolean isStopped() {
        return results.map(Results::stopped).orElse(false);
    }

    double seconds() {
        return results.map(Results::seconds).orElse(0.0);
    }

    /// What was asked of a workload by the clock, so that its trials can be used again; not what a claim asked of the same one.
    Optional<Double> rate(WorkloadCard workload) {
        if (!workloads().contains(workload)) {
            return Optional.empty();
        }
        Set<Integer> compared = new HashSet<>();
        cells(workload.name()).forEach(each -> compared.addAll(each.trials()));
        Stream<Trial> inCells = trials().stream().filter(each -> compared.contains(each.id()));
        Stream<Trial> tuning = trials().stream() // where it was stopped before all were tuned
                .filter(each -> each.purpose() == Purpose.TUNE && each.workload().equals(workload.name()));
        return Stream.concat(inCells, tuning)
                .map(Trial::load)
                .map(Load::rate)
                .flatMap(Stream::ofNullable)
                .findFirst();
    }

    private List<Cell> cells(String workload) {
        return all(Results::cells).stream().filter(each -> each.workload().equals(workload)).toList();
    }

    /// What the tuning for a workload came to. Empty if that was for another load, or somebody who takes part now did not.
    ///
    /// @param card of the workload
    /// @param leftOut is told who did not serve it
    Optional<Chosen> chosen(Workload workload, WorkloadCard card, Settings settings, LeftOut leftOut) {
        Optional<Double> rate = rate(card);
        if (!workloads().contains(card) || workload.share() > 0 && rate.isEmpty()) {
            return Optional.empty();
        }
        var on = new Chosen(workload, workload.share() == 0 ? null : rate.orElseThrow(), settings.hasMpInProcesses());
        List<Trial> refused = new ArrayList<>();
        for (String transport : settings.transports()) {
            for (ModelCard model : settings.models()) {
                Optional<Cell> cell = cells(workload.name()).stream()
                        .filter(each -> each.model().equals(model.name()) && each.transport().equals(transport))
                        .findFirst();
                List<Trial> refusing = refusing(workload.name(), model.name(), transport);
                if (cell.isEmpty() && refusing.isEmpty()) {
                    return Optional.empty();
                }
                cell.ifPresent(each -> put(on, settings.name(model.name(), transport), each));
                refusing.stream()
                        .filter(each -> cell.isEmpty() || !cell.get().server().equals(each.server()))
                        .forEach(refused::add);
            }
        }
        if (on.contestants.isEmpty()) {
            return Optional.empty();
        }
        refused.stream()
                .map(each -> Tuning.unserved(each.model(), each.server(), each.reason()))
                .distinct()
                .forEach(each -> leftOut.add(workload, each));
        all(Results::advice).stream()
                .filter(each -> each.workload().equals(workload.name()))
                .map(Advice::causes)
                .forEach(each -> on.causes =
                        new Chosen.Causes(each.meanWorkMicros(), each.blockingShare(), each.spread()));
        return Optional.of(on);
    }

    /// The trials in which servers of that model did not get warm.
    private List<Trial> refusing(String workload, String model, String transport) {
        return trials().stream()
                .filter(each -> each.purpose() == Purpose.TUNE && each.state() == State.FAILED
                        && each.protocol() == Protocol.P2 && each.load().rate() == null)
                .filter(each -> each.workload().equals(workload) && each.model().equals(model)
                        && each.transport().equals(transport))
                .toList();
    }

    private static void put(Chosen on, String name, Cell cell) {
        on.contestants.put(name, new Contestant(cell.model(), cell.transport(), cell.server()));
        on.grids.put(name, cell.grid());
        Double capacity = cell.capacity();
        if (capacity != null) {
            on.capacities.put(name, capacity);
        }
        Double sloRate = cell.sloRate();
        if (sloRate != null) {
            on.sloRates.put(name, sloRate);
        }
    }

    /// Whether it has compared anybody on that workload.
    boolean hasCompared(String workload) {
        return cells(workload).stream().anyMatch(each -> !each.trials().isEmpty());
    }

    // What stays of it beside the cells that there are now.

    List<Cell> cells(List<Cell> now) {
        return all(Results::cells).stream()
                .filter(each -> !has(now, each.workload(), each.model(), each.transport()))
                .toList();
    }

    /// Those with somebody who is not compared now.
    List<Comparison> comparisons(List<Cell> now) {
        return all(Results::comparisons).stream()
                .filter(each -> !has(now, each.workload(), each.model(), each.transport())
                        || !has(now, each.workload(), each.to(),
                                Objects.requireNonNullElse(each.toTransport(), each.transport())))
                .toList();
    }

    List<Advice> advice(List<Cell> now) {
        return all(Results::advice).stream().filter(each -> !has(now, each.workload())).toList();
    }

    /// The sentences about workloads that this run has not come to.
    List<String> leftOut(List<Cell> now) {
        List<String> titles = workloads().stream()
                .filter(each -> !has(now, each.name()) && !cells(each.name()).isEmpty())
                .map(WorkloadCard::title)
                .toList();
        return all(Results::leftOut).stream()
                .filter(sentence -> titles.stream().anyMatch(title -> sentence.startsWith(title + ": ")))
                .toList();
    }

    private static boolean has(List<Cell> now, String workload) {
        return now.stream().anyMatch(each -> each.workload().equals(workload));
    }

    private static boolean has(List<Cell> now, String workload, String model, String transport) {
        return now.stream().anyMatch(each -> each.workload().equals(workload) && each.model().equals(model)
                && each.transport().equals(transport));
    }
}
