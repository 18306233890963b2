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

/// What the tuning of one workload on one transport has come to: the reference rate (null for a closed loop), and a
/// configuration of each model that can take part.
final class Chosen {
    /// MP has a thread for each connection, and a bound for them: so many are tried, and the report says so.
    static final int MP_IDLE = 1_900;

    final Workload workload;
    final String transport;
    final @Nullable Double rate;
    final Map<String, Contestant> contestants = new LinkedHashMap<>();
    final Map<String, List<Candidate>> grids = new LinkedHashMap<>();
    final Map<String, Double> capacities = new LinkedHashMap<>();
    final Map<String, Double> sloRates = new LinkedHashMap<>();
    Causes causes = Causes.UNKNOWN;

    /// What the handler is like.
    record Causes(@Nullable Double meanWorkMicros, @Nullable Double blockingShare, @Nullable Double spread) {
        static final Causes UNKNOWN = new Causes(null, null, null);
    }

    Chosen(Workload workload, String transport, @Nullable Double rate) {
        this.workload = workload;
        this.transport = transport;
        this.rate = rate;
    }

    List<Case> cases() {
        return contestants.values().stream().map(this::with).toList();
    }

    Case with(Contestant contestant) {
        Workload own = contestant.model().equals("mp") && workload.idle() > MP_IDLE ? workload.idle(MP_IDLE) : workload;
        Double asked = rate;
        return asked == null
                ? Case.closed(contestant, own, own.protocol())
                : new Case(contestant, own, Protocol.P2, asked, 1);
    }
}
