package dev.partita.lab.trial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.lab.results.Results.Mode;
import dev.partita.lab.results.Trial;
import dev.partita.lab.results.Trial.Generator;
import dev.partita.lab.results.Trial.Latency;
import dev.partita.lab.results.Trial.Load;
import dev.partita.lab.results.Trial.Protocol;
import dev.partita.lab.results.Trial.Purpose;
import dev.partita.lab.results.Trial.State;
import dev.partita.lab.workload.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What of an earlier run is used again.
class BenchTest {
    private static final Workload SHORT = Workload.named("short");

    private static Contestant contestant(String model) {
        return new Contestant(model, "epoll", List.of());
    }

    private static Trial trial(int id, String model, int round, int connections) {
        return trial(id, model, round, connections, State.VALID);
    }

    private static Trial trial(int id, String model, int round, int connections, State state) {
        return new Trial(id, Purpose.MEASURE, Protocol.P1, SHORT.name(), model, "epoll", List.of(), round,
                new Load(null, connections, 0, 0, 1, 1), state, "", List.of(), 1, 1, 1, Map.of(), Latency.NONE,
                Map.of(), null, null, null, null, null, Generator.NONE);
    }

    @Test
    void onlyRoundsInWhichAllWereTriedAreUsedAgain() throws IOException, InterruptedException {
        var launch = new Launch(List.of("no-java"), "no-server", List.of(), Path.of("."));
        try (var bench = new Bench(launch, Bench.Pace.of(Mode.QUICK), System.nanoTime(), what -> {})) {
            bench.resume(List.of(trial(1, "sped", 1, 64), trial(2, "mp", 2, 64), trial(3, "sped", 3, 64),
                    trial(4, "mp", 3, 64), trial(5, "mp", 1, 1_000)));
            var both = Case.closed(List.of(contestant("sped"), contestant("mp")), SHORT, Protocol.P1);

            assertThat(bench.rounds(both, 3, Purpose.MEASURE)).map(each -> each.stream().map(Trial::id).toList())
                    .containsExactly(List.of(3), List.of(4));
            assertThat(bench.rounds(both.subList(0, 1), 3, Purpose.MEASURE).getFirst()).hasSize(2);
        }
    }

    @Test
    void trialsThatSayNothingAreNotMadeAgainAndOfARoundTheLastOneCounts() throws IOException, InterruptedException {
        var launch = new Launch(List.of("no-java"), "no-server", List.of(), Path.of("."));
        try (var bench = new Bench(launch, Bench.Pace.of(Mode.QUICK), System.nanoTime(), what -> {})) {
            bench.resume(List.of(trial(1, "sped", 1, 64, State.VOID), trial(2, "sped", 1, 64, State.VALID),
                    trial(3, "sped", 2, 64, State.FAILED)));
            var one = List.of(Case.closed(contestant("sped"), SHORT, Protocol.P1));

            assertThat(bench.rounds(one, 3, Purpose.MEASURE).getFirst()).extracting(Trial::id).containsExactly(2, 3);
        }
    }
}
