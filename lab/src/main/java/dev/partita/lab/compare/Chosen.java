package dev.partita.lab.compare;

import dev.partita.lab.results.Cell.Candidate;
import dev.partita.lab.results.Trial.Protocol;
import dev.partita.lab.trial.Case;
import dev.partita.lab.trial.Contestant;
import dev.partita.lab.workload.Workload;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the tuning for one workload has come to: the reference rate (null for a closed loop), and a configuration of each model
/// that can take part, on each transport.
///
/// Who takes part has a name: that of the model, and of the transport too where there are several.
final class Chosen {
    /// MP has a thread for each connection, and a bound for them: so many are tried, and the report says so.
    static final int MP_IDLE = 1_900;
    /// Where MP has processes, a JVM for each connection, threads are tried with as few.
    static final int MP_PROCESSES = 8;

    final Workload workload;
    final @Nullable Double rate;
    final Map<String, Contestant> contestants = new LinkedHashMap<>();
    final Map<String, List<Candidate>> grids = new LinkedHashMap<>();
    final Map<String, Double> capacities = new LinkedHashMap<>();
    final Map<String, Double> sloRates = new LinkedHashMap<>();
    Causes causes = Causes.UNKNOWN;
    private final boolean hasFewForMp;

    /// What the handler is like.
    record Causes(@Nullable Double meanWorkMicros, @Nullable Double blockingShare, @Nullable Double spread) {
        static final Causes UNKNOWN = new Causes(null, null, null);
    }

    /// @param hasFewForMp whether MP has processes too
    Chosen(Workload workload, @Nullable Double rate, boolean hasFewForMp) {
        this.workload = workload;
        this.rate = rate;
        this.hasFewForMp = hasFewForMp;
    }

    List<Case> cases() {
        return contestants.values().stream().map(this::with).toList();
    }

    Case with(Contestant contestant) {
        Workload own = own(contestant, workload, hasFewForMp);
        Double asked = rate;
        return asked == null
                ? Case.closed(contestant, own, own.protocol())
                : new Case(contestant, own, Protocol.P2, asked, 1);
    }

    /// The workload with as many connections as this one can have.
    static Workload own(Contestant contestant, Workload workload, boolean hasFewForMp) {
        if (!contestant.base().equals("mp")) {
            return workload;
        }
        if (hasFewForMp) {
            return workload.idle(0).connections(Math.min(MP_PROCESSES, workload.connections()));
        }
        return workload.idle() > MP_IDLE ? workload.idle(MP_IDLE) : workload;
    }
}
