package dev.partita.lab.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.partita.lab.results.Advice;
import dev.partita.lab.results.Claim;
import dev.partita.lab.results.Comparison;
import dev.partita.lab.results.ModelCard;
import dev.partita.lab.results.Results;
import dev.partita.lab.results.Results.Mode;
import dev.partita.lab.results.Results.Strength;
import dev.partita.lab.results.Trial;
import dev.partita.lab.results.Trial.Purpose;
import dev.partita.lab.trial.Bench;
import dev.partita.lab.trial.Launch;
import dev.partita.lab.workload.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// A run that goes on with an earlier one: what it keeps of that, and what it does not do again. No server is ever started.
class ComparingTest {
    private static final List<ModelCard> MODELS =
            List.of(new ModelCard("sped", "", "", "", ""), new ModelCard("mp", "", "", "", ""));
    private static final Claim OPEN = new Claim(4, "", "", "", List.of(), Claim.Verdict.UNDECIDED, "chance",
            Strength.INDICATIVE, List.of());

    private static Settings settings(String... workloads) {
        return new Settings(Mode.QUICK, MODELS, List.of("epoll"),
                List.of(workloads).stream().map(Workload::named).toList(),
                List.of(), "", List.of("--demo"), null, 3, 3, 165, null, "partita compare", "now");
    }

    /// A run of one workload to which nothing is missing.
    private static Results complete() {
        var made = new Made("bimodal", 8_000.0).add("sped", 0.030, 40, 1).add("mp", 0.001, 48, 1);
        made.chosen().causes = new Chosen.Causes(30.0, 0.0, 900.0);
        List<Trial> trials = new ArrayList<>(made.trials());
        made.trials().stream().filter(each -> each.round() == 1)
                .forEach(each -> trials.add(Made.as(Purpose.SPLIT, trials.size() + 1, each)));
        Advice advice = Advisor.advise(made.assembly(), settings(), Made.MACHINE).orElseThrow();
        return results(made, trials, List.of(advice), made.assembly().comparisons("mp", Strength.INDICATIVE));
    }

    private static Results results(Made made, List<Trial> trials, List<Advice> advice, List<Comparison> comparisons) {
        return new Results(Results.SCHEMA, Mode.QUICK, "partita compare", "then", "2026-11-26T09:00:00Z", 100, false,
                null,
                Made.MACHINE, MODELS, List.of(Workload.named("bimodal").card("")), advice, made.assembly().cells(),
                trials,
                comparisons, List.of(OPEN), List.of("5 ms of work in 1 of 200: mp had a bad day."));
    }

    private static Bench bench() {
        return new Bench(new Launch(List.of("no-java"), "no-server", List.of(), Path.of(".")),
                Bench.Pace.of(Mode.QUICK),
                System.nanoTime() + 100_000_000_000L, what -> {
                    throw new AssertionError("it measures: " + what);
                });
    }

    private static Results run(Settings settings, Results before) throws IOException, InterruptedException {
        try (Bench bench = bench()) {
            return new Comparing(settings, bench, before.machine(), Optional.of(before), kept -> {
                throw new AssertionError("there is nothing new to keep");
            }).run();
        }
    }

    @Test
    void whatItDoesNotComeToStaysAsItWas() throws IOException, InterruptedException {
        Results before = complete();

        Results after = run(settings(), before);

        assertThat(after.trials()).isEqualTo(before.trials());
        assertThat(after.workloads()).isEqualTo(before.workloads());
        assertThat(after.cells()).isEqualTo(before.cells());
        assertThat(after.advice()).isEqualTo(before.advice());
        assertThat(after.comparisons()).isEqualTo(before.comparisons());
        assertThat(after.claims()).containsExactly(OPEN);
        assertThat(after.leftOut()).contains("5 ms of work in 1 of 200: mp had a bad day.");
        assertThat(after.version()).as("of those trials").isEqualTo("then");
        assertThat(after.began()).isEqualTo(before.began());
    }

    @Test
    void whereNothingIsMissingItMeasuresNothingAndJudgesAnew() throws IOException, InterruptedException {
        Results before = complete();
        Results misjudged = new Results(before.schema(), before.mode(), before.command(), before.version(),
                before.began(),
                before.seconds(), false, null, before.machine(), before.models(), before.workloads(), before.advice(),
                before.cells(), before.trials(), List.of(), before.claims(), before.leftOut());

        Results after = run(settings("bimodal"), misjudged);

        assertThat(after.trials()).isEqualTo(before.trials());
        assertThat(after.cells()).isEqualTo(before.cells());
        assertThat(after.advice()).isEqualTo(before.advice());
        assertThat(after.comparisons()).isNotEmpty().isEqualTo(before.comparisons());
        assertThat(after.stopped()).isFalse();
    }

    @Test
    void aRunThatIsStoppedBeforeItsFirstTrialHasNoResults() {
        try (Bench bench = bench()) {
            Thread.currentThread().interrupt();
            var comparing =
                    new Comparing(settings("bimodal"), bench, Made.MACHINE, Optional.of(complete()), kept -> {});

            assertThatThrownBy(comparing::run).isInstanceOf(InterruptedException.class);
        } finally {
            assertThat(Thread.interrupted()).isFalse();
        }
    }
}
