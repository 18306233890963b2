package dev.partita.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.lab.compare.Comparing;
import dev.partita.lab.compare.Settings;
import dev.partita.lab.results.Cell;
import dev.partita.lab.results.Results;
import dev.partita.lab.results.Results.Mode;
import dev.partita.lab.results.Trial;
import dev.partita.lab.results.Trial.Purpose;
import dev.partita.lab.results.WorkloadCard.RequestClass;
import dev.partita.lab.trial.Bench;
import dev.partita.lab.trial.LabFailure;
import dev.partita.lab.trial.Launch;
import dev.partita.lab.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The lab as a whole: servers and a generator in processes of their own, trials that are as short as they can be, and what
/// follows from them.
@Timeout(120)
class LabTest {
    private static final int ROUNDS = 3;
    private static final Bench.Pace PACE = new Bench.Pace(150, 2, 50, 250, 1_000);
    private static final long UNTIL_NANOS = 100_000_000_000L;

    @TempDir
    Path folder;

    private final Settings settings = new Settings(Mode.QUICK, Contenders.named("sped,vt", null),
            List.of(Setup.Choice.of("auto").transport().name()),
            List.of(Workload.of(List.of(new RequestClass("GET /work?micros=500", 1)))), List.of(), "",
            List.of("--demo"), null, ROUNDS, ROUNDS, 100, null, "partita compare", Main.version());
    private final List<Results> kept = new ArrayList<>();

    private Bench bench(Bench.Progress progress) {
        var launch = new Launch(Jvm.command(""), Jvm.MAIN, List.of("--demo", "--work-per-micro", "100"), folder);
        return new Bench(launch, PACE, System.nanoTime() + UNTIL_NANOS, progress);
    }

    private Results run(Bench bench, Optional<Results> before) throws IOException, InterruptedException {
        try (bench) {
            return new Comparing(settings, bench, Comparing.machineUnmeasured(List.of()), before, kept::add).run();
        }
    }

    /// Fails as a system does that has no room for a process, when the second round begins.
    private static void failInRound2(String what) {
        if (what.contains(", round 2")) {
            throw new LabFailure("no room for a process");
        }
    }

    /// Takes the generator away as a system does that has no memory left, before it is needed; later on somebody stops the run.
    private static final class Trouble implements Bench.Progress {
        private boolean isTaken;
        private int looks;

        @Override
        public void now(String what) {
            if (what.contains(", warming up") && !isTaken) {
                isTaken = true;
                ProcessHandle.current().children().filter(LabTest::isGenerator).forEach(ProcessHandle::destroyForcibly);
            }
            if (what.contains("where the time goes") && ++looks == 2) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static boolean isGenerator(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"))
                    .contains("GeneratorMain");
        } catch (IOException ended) {
            return false;
        }
    }

    private static List<Trial> measured(Results results) {
        return results.trials().stream().filter(each -> each.purpose() == Purpose.MEASURE).toList();
    }

    @Test
    void whateverEndsARunItKeepsWhatItHasAndTheNextOneGoesOnWithIt() throws IOException, InterruptedException {
        Results failed = run(bench(LabTest::failInRound2), Optional.empty());

        assertThat(failed.stopped()).isTrue();
        assertThat(failed.leftOut()).contains("The run was stopped before its end: no room for a process.");
        assertThat(measured(failed)).extracting(Trial::round).containsOnly(1);
        assertThat(measured(failed)).extracting(Trial::model).contains("sped", "vt");

        Results stopped = run(bench(new Trouble()), Optional.of(failed));

        assertThat(Thread.interrupted()).isFalse();
        assertThat(stopped.stopped()).isTrue();
        assertThat(stopped.trials()).startsWith(failed.trials().toArray(Trial[]::new)).anyMatch(Trial::isValid);
        assertThat(measured(stopped)).as("all at one rate").extracting(each -> each.load().rate()).doesNotContainNull()
                .containsOnly(measured(failed).getFirst().load().rate());
        assertThat(measured(stopped)).filteredOn(each -> each.model().equals("vt")).extracting(Trial::round)
                .contains(1, 2, ROUNDS);
        assertThat(measured(stopped)).filteredOn(each -> each.round() == 1).isEqualTo(measured(failed));
        assertThat(stopped.cells()).extracting(Cell::model).containsExactly("sped", "vt");
        assertThat(kept).as("kept when the workload was over").singleElement()
                .satisfies(each -> assertThat(measured(each)).isEqualTo(measured(stopped)));

        Bench idle = bench(what -> {
            throw new AssertionError(what);
        });
        idle.measureNothing();
        Results judged = run(idle, Optional.of(stopped));

        assertThat(judged.trials()).isEqualTo(stopped.trials());
        assertThat(judged.cells()).isEqualTo(stopped.cells());
        assertThat(judged.comparisons()).isEqualTo(stopped.comparisons());
        assertThat(judged.advice()).isEqualTo(stopped.advice());
    }
}
