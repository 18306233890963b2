package dev.partita.lab.compare;

import dev.partita.lab.results.MachineCard;
import dev.partita.lab.results.Results.Mode;
import dev.partita.lab.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// What a run has not done, and why: every report says it.
final class LeftOut {
    private static final double BUSY_BEFORE_MAX = 0.1;

    private final List<String> sentences = new ArrayList<>();
    private String failure = "";

    /// A whole sentence.
    void add(String sentence) {
        sentences.add(sentence);
    }

    /// @param what the rest of a sentence that begins with the workload's title
    void add(Workload workload, String what) {
        sentences.add(workload.title() + ": " + what);
    }

    /// What ended the run before its end, if nobody did.
    void failed(String why) {
        failure = why;
    }

    /// All of it, the most important first.
    ///
    /// @param run the names of the workloads that were run
    /// @param stopped whether it is not over
    List<String> all(Settings settings, MachineCard machine, Set<String> run, boolean stopped) {
        List<String> all = new ArrayList<>();
        Double busy = machine.busyBefore();
        if (busy != null && busy > BUSY_BEFORE_MAX) {
            all.add(String.format(Locale.ROOT, "A quiet machine: its processors were %.0f %% busy with something else"
                    + " before the run began.", 100 * busy));
        }
        if (stopped) {
            all.add("The run was stopped before its end" + (failure.isEmpty() ? "." : ": " + failure + "."));
        }
        all.addAll(sentences);
        if (settings.hasMpInProcesses()) {
            all.add("MP beyond " + Chosen.MP_PROCESSES + " connections: with processes each of them is a JVM.");
        }
        List<String> other = Workload.NAMES.stream().filter(name -> !run.contains(name)).toList();
        if (settings.app().isEmpty() && !other.isEmpty()) {
            all.add("Workloads that were not run: " + String.join(", ", other) + ".");
        }
        if (settings.mode() != Mode.FULL) {
            all.add("Few rounds and short trials: every verdict is indicative. Only the full lab (partita compare) may say"
                    + " significant.");
        }
        if (!settings.claims().isEmpty() && settings.transports().size() > 1) {
            all.add("The claims over "
                    + String.join(", ", settings.transports().subList(1, settings.transports().size()))
                    + ": they were examined over " + settings.transports().getFirst() + ", which was named first.");
        }
        if (settings.claims().isEmpty()) {
            all.add("The article's claims: partita compare --article examines them.");
        }
        all.add("A network: everything ran over the loopback device, which has no delay, no loss and no bandwidth to"
                + " share.");
        return all;
    }
}
