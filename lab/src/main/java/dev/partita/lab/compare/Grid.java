package dev.partita.lab.compare;

import dev.partita.lab.results.Results.Mode;
import dev.partita.lab.trial.Contestant;
import dev.partita.lab.workload.Workload;
import java.util.ArrayList;
import java.util.List;

/// The configurations of a model that are tried before it is compared: the first is what it is when nobody tunes.
final class Grid {
    /// MP has a thread for each connection: its number is a bound, not a choice, and lies above every load.
    private static final int MP_THREADS = 2_048;

    private Grid() {}

    static List<Contestant> of(String model, String transport, Workload workload, Mode mode) {
        List<Contestant> grid = new ArrayList<>();
        for (List<String> options : options(model, workload.tuned(), mode)) {
            grid.add(new Contestant(model, transport, options));
        }
        return grid;
    }

    /// The model as it is when nobody tunes.
    static Contestant plain(String model, String transport) {
        return new Contestant(model, transport, options(model, false, Mode.QUICK).getFirst());
    }

    private static List<List<String>> options(String model, boolean tuned, Mode mode) {
        int processors = Settings.processors();
        List<Integer> counts = !tuned
                ? List.of(processors)
                : mode == Mode.FULL
                        ? List.of(processors, 8 * processors, 64 * processors)
                        : List.of(processors, 16 * processors);
        return switch (model) {
            case "mp" + Contestant.IN_PROCESSES -> List.of(List.of("--workers " + 2 * Chosen.MP_PROCESSES));
            case "symped" + Contestant.IN_PROCESSES -> symped(List.of(processors), tuned);
            case "amped" + Contestant.IN_PROCESSES -> counts.stream().limit(2).map(each -> List.of("--workers " + each))
                    .toList();
            case "mp" -> List.of(List.of("--workers " + MP_THREADS));
            case "vt" -> List.of(List.of("--loops 1"));
            case "seda", "amped" -> counts.stream().map(each -> List.of("--workers " + each)).toList();
            case "symped" -> symped(counts, tuned);
            default -> List.of(List.of());
        };
    }

    private static List<List<String>> symped(List<Integer> counts, boolean tuned) {
        List<List<String>> options = new ArrayList<>();
        options.add(List.of("--workers " + counts.getFirst(), "--accept reuse-port"));
        if (tuned) {
            // An acceptor that places each connection fills many loops evenly; the kernel's hash does not.
            counts.forEach(each -> options.add(List.of("--workers " + each, "--accept hand-over")));
        }
        return options;
    }
}
