package dev.partita.lab.compare;

import dev.partita.lab.results.MachineCard;
import dev.partita.lab.results.ModelCard;
import dev.partita.lab.results.Results.Mode;
import dev.partita.lab.results.Trial;
import dev.partita.lab.results.Trial.Cost;
import dev.partita.lab.results.Trial.Generator;
import dev.partita.lab.results.Trial.Latency;
import dev.partita.lab.results.Trial.Load;
import dev.partita.lab.results.Trial.Memory;
import dev.partita.lab.results.Trial.Protocol;
import dev.partita.lab.results.Trial.Purpose;
import dev.partita.lab.results.Trial.State;
import dev.partita.lab.trial.Contestant;
import dev.partita.lab.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Trials that nobody has run, with figures that a test wants.
final class Made {
    static final MachineCard MACHINE = new MachineCard("a processor", 2, 1, "a kernel", "25", List.of(), 20_000, 25,
            300, 5_000.0, 40_000.0, 30_000.0, 0.0);

    private final Workload workload;
    private final @Nullable Double rate;
    private final List<Trial> trials = new ArrayList<>();
    private final Chosen chosen;
    private List<Double> p99 = List.of();
    /// Of what is added from now on; 0: a little above its p99.
    double p999;
    /// Of what is added from now on.
    double p50 = 0.0001;
    /// Of what is added from now on; 0: its p50.
    double p90;
    /// Of what is added from now on.
    int connections = 64;
    /// Of what is added from now on.
    int rounds = 3;
    /// Of what is added from now on: how long each was measured.
    double seconds = 1;
    /// Of what is added from now on: the share of its processor that the generator took.
    double busy;

    Made(String workload, @Nullable Double rate) {
        this.workload = Workload.named(workload);
        this.rate = rate;
        chosen = new Chosen(this.workload, rate, false);
    }

    /// One model, three rounds unless somebody says otherwise.
    Made add(String model, double p99Seconds, double cpuMicros, double servedShare) {
        return add(model, p99Seconds, cpuMicros, servedShare, State.VALID);
    }

    /// A model whose p99 is another one in each of three rounds.
    Made addVarying(String model, double cpuMicros, double first, double second, double third) {
        this.p99 = List.of(first, second, third);
        return add(model, 0, cpuMicros, 1);
    }

    Made add(String model, double p99Seconds, double cpuMicros, double servedShare, State state) {
        Contestant contestant = new Contestant(model, "epoll", List.of("--workers 2"));
        chosen.contestants.put(model, contestant);
        chosen.capacities.put(model, 10_000.0);
        for (int round = 1; round <= rounds; round++) {
            double noise = 1 + 0.004 * round;
            double asked = rate == null ? 10_000 : rate;
            trials.add(new Trial(trials.size() + 1, Purpose.MEASURE, rate == null ? Protocol.P1 : Protocol.P2,
                    workload.name(), model, "epoll", contestant.server(), round,
                    new Load(rate, connections, 0, 0, 1, seconds), state, "", List.of(), (long) asked,
                    (long) (asked * servedShare), asked * servedShare, Map.of(),
                    new Latency(100, p50, p90 > 0 ? p90 : p50,
                            p99.isEmpty() ? p99Seconds * noise : p99.get(round - 1),
                            p999 > 0 ? p999 : 1.05 * p99Seconds, p99Seconds * 3,
                            p99Seconds * 4, p99Seconds / 3),
                    Map.of(), new Cost(cpuMicros * noise, cpuMicros / 2, cpuMicros / 2, 0.5, 0.1, 0.1, 1.0, null),
                    new Memory(10, 1 << 26, null), null, null, null,
                    new Generator(busy, 0, null, null, null, 0, 0)));
        }
        p99 = List.of();
        return this;
    }

    Chosen chosen() {
        return chosen;
    }

    List<Trial> trials() {
        return trials;
    }

    /// The same trial, made for another purpose.
    static Trial as(Purpose purpose, int id, Trial trial) {
        return new Trial(id, purpose, trial.protocol(), trial.workload(), trial.model(), trial.transport(),
                trial.server(),
                1, trial.load(), trial.state(), trial.reason(), trial.lastLines(), trial.requests(), trial.served(),
                trial.rate(), trial.errors(), trial.latency(), trial.classes(), trial.cost(), trial.memory(),
                trial.fairness(), trial.surge(), trial.split(), trial.generator());
    }

    Assembly assembly() {
        return new Assembly(chosen, trials);
    }

    static Settings settings() {
        return settings(Mode.QUICK);
    }

    static Settings settings(Mode mode) {
        return new Settings(mode, List.of(new ModelCard("sped", "", "", "", "")), List.of("epoll"), List.of(),
                List.of(), "", List.of("--demo"), null, 3, 3, 165, null, "partita compare", "0");
    }
}
