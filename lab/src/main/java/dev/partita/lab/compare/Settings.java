package dev.partita.lab.compare;

import dev.partita.lab.results.ModelCard;
import dev.partita.lab.results.Results.Mode;
import dev.partita.lab.trial.Bench;
import dev.partita.lab.trial.Contestant;
import dev.partita.lab.trial.Plant;
import dev.partita.lab.workload.Workload;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What was asked of the lab.
///
/// @param mode how thorough
/// @param models that take part
/// @param transports that every model is tried on
/// @param workloads in their order
/// @param claims the numbers of the article's claims to examine; empty for none
/// @param app the user's class, or an empty string
/// @param content what stands behind `partita serve` for what was served, such as `--app a.B --app-path b.jar`
/// @param slo what has to hold; null for nothing
/// @param rounds how often at least
/// @param roundsMax how often at most
/// @param secondsMax how long it may take
/// @param plant a delay for the tests of the lab; null for none
/// @param command what was typed
/// @param version of Partita
public record Settings(
        Mode mode,
        List<ModelCard> models,
        List<String> transports,
        List<Workload> workloads,
        List<Integer> claims,
        String app,
        List<String> content,
        @Nullable Slo slo,
        int rounds,
        int roundsMax,
        double secondsMax,
        @Nullable Plant plant,
        String command,
        String version) {

    /// A latency that has to hold.
    ///
    /// @param words as they were typed, such as `p99=20ms`
    /// @param percentile one of 50, 90, 99, 99.9
    /// @param seconds at most
    public record Slo(String words, double percentile, double seconds) {}

    /// The same for others.
    Settings with(List<ModelCard> otherModels, List<String> otherTransports) {
        return new Settings(mode, otherModels, otherTransports, workloads, claims, app, content, slo, rounds, roundsMax,
                secondsMax, plant, command, version);
    }

    /// What a model is called on a transport.
    String name(String model, String transport) {
        return transports.size() == 1 ? model : model + " " + transport;
    }

    /// Then its connections are few, also those of its threads: both have to have the same load.
    boolean hasMpInProcesses() {
        return models.stream().anyMatch(each -> each.name().equals("mp" + Contestant.IN_PROCESSES));
    }

    /// How thorough the trials are. A reply may take twice as long as the objective has it, so that those that miss it are measured.
    public Bench.Pace pace() {
        Bench.Pace pace = Bench.Pace.of(mode);
        return slo == null
                ? pace
                : pace.timeoutMillis(Math.max(pace.timeoutMillis(), (int) Math.ceil(2e3 * slo.seconds)));
    }

    /// How long a run of a mode may take unless somebody says otherwise.
    public static double secondsMax(Mode mode) {
        return switch (mode) {
            case QUICK -> 165;
            case ARTICLE -> 1_140;
            case FULL -> 2_640;
        };
    }

    /// The processors that are shared.
    public static int processors() {
        return Runtime.getRuntime().availableProcessors();
    }
}
