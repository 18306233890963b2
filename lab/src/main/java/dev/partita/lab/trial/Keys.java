package dev.partita.lab.trial;

import dev.partita.lab.results.Trial;
import dev.partita.lab.results.Trial.Load;
import java.util.Locale;

/// What trials of one case have in common, as a text.
final class Keys {
    private Keys() {}

    /// @param purpose trials are used again for the same one only
    static String of(Case what, Trial.Purpose purpose) {
        return key(purpose, what.workload().name(), what.contestant().model(), what.contestant().transport(),
                what.contestant().server().toString(), what.protocol(),
                new Load(what.rate(), what.workload().connections(), what.workload().requestsPerConnection(),
                        what.workload().idle(), what.pipeline(), 0));
    }

    static String of(Trial trial) {
        return key(trial.purpose(), trial.workload(), trial.model(), trial.transport(), trial.server().toString(),
                trial.protocol(),
                trial.load());
    }

    private static String key(
            Trial.Purpose purpose, String workload, String model, String transport, String server,
            Trial.Protocol protocol, Load load) {
        Double rate = load.rate();
        return String.join("|", purpose.name(), workload, model, transport, server, protocol.name(),
                rate == null ? "closed" : String.format(Locale.ROOT, "%.1f", rate),
                load.connections() + "/" + load.requestsPerConnection() + "/" + load.idle() + "/" + load.pipeline());
    }
}
