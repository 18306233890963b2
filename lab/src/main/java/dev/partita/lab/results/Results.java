package dev.partita.lab.results;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Everything that one run of the lab has found out: the content of `results.json`.
///
/// @param schema the version of this format; it changes when a name goes or gets another meaning. New names may come
/// @param mode how thorough the run was
/// @param command what was typed, to have it again
/// @param version of Partita
/// @param began when, in ISO-8601
/// @param seconds how long it took
/// @param stopped true if somebody ended it early: what was measured until then is here
/// @param slo what `--slo` asked for, such as `p99=20ms`; null if it was not given
/// @param machine what it ran on
/// @param models the models that were compared
/// @param workloads what they had to do
/// @param advice an answer for each workload, the most important first; empty where nothing can be said
/// @param cells a model's tuned configuration on one workload and transport, with the grid that it was chosen from
/// @param trials every trial, in the order in which they were run; their ids are referred to from everywhere
/// @param comparisons paired ratios between two models
/// @param claims the article's claims; empty unless they were asked for
/// @param leftOut what this run did not measure and why, a sentence each
public record Results(
        int schema,
        Mode mode,
        String command,
        String version,
        String began,
        double seconds,
        boolean stopped,
        @Nullable String slo,
        MachineCard machine,
        List<ModelCard> models,
        List<WorkloadCard> workloads,
        List<Advice> advice,
        List<Cell> cells,
        List<Trial> trials,
        List<Comparison> comparisons,
        List<Claim> claims,
        List<String> leftOut) {

    /// The version that this code writes and reads.
    public static final int SCHEMA = 2;

    /// How thorough a run was.
    public enum Mode {
        /// Minutes: every verdict is indicative.
        QUICK,
        /// The article's claims, every verdict indicative.
        ARTICLE,
        /// As many rounds as the intervals need; verdicts may be significant.
        FULL
    }

    /// How sure a verdict is.
    public enum Strength {
        /// From few short rounds: it may turn out otherwise.
        INDICATIVE,
        /// From a full run.
        SIGNIFICANT
    }

    /// Copies the lists, so that nobody changes them behind our back.
    public Results {
        models = List.copyOf(models);
        workloads = List.copyOf(workloads);
        advice = List.copyOf(advice);
        cells = List.copyOf(cells);
        trials = List.copyOf(trials);
        comparisons = List.copyOf(comparisons);
        claims = List.copyOf(claims);
        leftOut = List.copyOf(leftOut);
    }

    /// The trial with that id.
    public Optional<Trial> trial(int id) {
        return trials.stream().filter(each -> each.id() == id).findFirst();
    }
}
