package dev.partita.lab.claims;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.partita.lab.results.Claim;
import dev.partita.lab.results.Claim.Finding;
import dev.partita.lab.results.Results.Mode;
import dev.partita.lab.results.Results.Strength;
import dev.partita.lab.results.Trial;
import dev.partita.lab.results.Trial.Cost;
import dev.partita.lab.results.Trial.Generator;
import dev.partita.lab.results.Trial.Latency;
import dev.partita.lab.results.Trial.Load;
import dev.partita.lab.results.Trial.Protocol;
import dev.partita.lab.results.Trial.Purpose;
import dev.partita.lab.results.Trial.State;
import dev.partita.lab.trial.Bench;
import dev.partita.lab.trial.Launch;
import dev.partita.lab.workload.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What claims say of trials that an earlier run has made.
class ClaimsTest {
    private static final int ROUNDS = 3;
    private static final String LOOPS = "--workers " + Examination.PROCESSORS;

    private final List<Trial> trials = new ArrayList<>();

    /// A round each in which the generator took that share of all processors.
    private void add(Workload workload, Protocol protocol, double share, String... options) {
        for (int round = 1; round <= ROUNDS; round++) {
            trials.add(new Trial(trials.size() + 1, Purpose.MEASURE, protocol, workload.name(), "symped", "epoll",
                    List.of(options), round,
                    new Load(null, workload.connections(), workload.requestsPerConnection(), 0, 1, 1.2), State.VALID,
                    "", List.of(), 100, 100, 100, Map.of(), Latency.NONE, Map.of(),
                    new Cost(20, 10, 10, 1, 0.1, 0.1, 0.1, null), null, 1.0, null, null,
                    new Generator(share * Examination.PROCESSORS, 0, null, null, null, 1, 0)));
        }
    }

    private List<String> generator(int number) throws IOException, InterruptedException {
        var launch = new Launch(List.of("no-java"), "no-server", List.of(), Path.of("."));
        List<Claim> found = new ArrayList<>();
        try (var bench = new Bench(launch, Bench.Pace.of(Mode.ARTICLE), System.nanoTime(), what -> {})) {
            bench.resume(trials);
            Claims.examine(List.of(number), bench, "epoll", ROUNDS, Strength.INDICATIVE, null, 20_000, List.of(),
                    found::add);
        }
        return found.getFirst().findings().stream().map(Finding::label).filter(each -> each.contains("generator"))
                .toList();
    }

    @Test
    void whatIsAboutSeveralProcessorsSaysHowMuchOfThemTheGeneratorTook() throws IOException, InterruptedException {
        assumeTrue(Examination.PROCESSORS > 1);
        add(Examination.work(2_000), Protocol.P2, 0.01, "--workers 1", "--accept reuse-port");
        add(Examination.work(2_000), Protocol.P2, 0.04, "--workers 2", "--accept reuse-port");
        assertThat(generator(11)).containsExactly("generator, of all processors");

        trials.clear();
        add(Examination.work(2_000), Protocol.P2, 0.03, "--workers 1", "--accept reuse-port");
        add(Examination.work(2_000), Protocol.P2, 0.06, "--workers 2", "--accept reuse-port");
        assertThat(generator(11)).containsExactly(
                "generator, of all processors (more than 5 %: the servers had so much less of them)");
    }

    @Test
    void soDoesTheOneAboutIndependentListening() throws IOException, InterruptedException {
        Workload connect = Workload.named("connect");
        for (String accept : List.of("--accept reuse-port", "--accept hand-over", "--accept shared")) {
            add(connect.mix("connect-p1", "", connect.mix()), Protocol.P1, 0.5, LOOPS, accept);
            add(connect.mix("connect-2000", "", connect.mix()), Protocol.P2, 0.06, LOOPS, accept);
            add(Examination.work(2_000).connections(4), Protocol.P2, 0.02, LOOPS, accept);
        }

        assertThat(generator(13)).containsExactly("a connection for each request of 2 ms: generator, of all processors"
                + " (more than 5 %: the servers had so much less of them)",
                "4 connections that last: generator, of all processors");
    }
}
