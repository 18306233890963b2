package dev.partita.lab.trial;

import dev.partita.lab.results.Trial;
import dev.partita.lab.results.Trial.Protocol;
import dev.partita.lab.workload.Workload;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is put to whom: trials of one case are repetitions of each other.
///
/// @param contestant the server
/// @param workload the requests
/// @param protocol where both run
/// @param rate a second, in an open loop; null for a closed loop
/// @param pipeline requests open on one connection
public record Case(
        Contestant contestant, Workload workload, Protocol protocol, @Nullable Double rate, int pipeline) {

    /// A closed loop without pipelining.
    public static Case closed(Contestant contestant, Workload workload, Protocol protocol) {
        return new Case(contestant, workload, protocol, null, 1);
    }

    /// An open loop without pipelining, where both share all processors.
    public static Case open(Contestant contestant, Workload workload, double rate) {
        return new Case(contestant, workload, Protocol.P2, rate, 1);
    }

    /// Whether that is a trial of this case, whatever it was for.
    public boolean isTriedBy(Trial trial) {
        return Keys.of(this, trial.purpose()).equals(Keys.of(trial));
    }

    /// The same at another rate.
    public Case rate(double other) {
        return new Case(contestant, workload, protocol, other, pipeline);
    }

    /// One for each contestant.
    public static List<Case> closed(List<Contestant> contestants, Workload workload, Protocol protocol) {
        return contestants.stream().map(each -> closed(each, workload, protocol)).toList();
    }

    /// One for each contestant.
    public static List<Case> open(List<Contestant> contestants, Workload workload, double rate) {
        return contestants.stream().map(each -> open(each, workload, rate)).toList();
    }
}
