package dev.partita.lab.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.lab.results.Comparison;
import dev.partita.lab.results.Metric;
import dev.partita.lab.results.Results.Mode;
import dev.partita.lab.results.Results.Strength;
import dev.partita.lab.results.Trial.State;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What may be called significant.
class StrengthTest {
    private static final double FULL_SECONDS = 1.5;

    private static Made made(int rounds) {
        Made made = new Made("short", null);
        made.seconds = FULL_SECONDS;
        made.rounds = rounds;
        return made;
    }

    private static Strength advice(Made made, Mode mode) {
        return Advisor.advise(made.assembly(), Made.settings(mode), Made.MACHINE).orElseThrow().strength();
    }

    /// Of one model against SPED.
    private static List<Strength> comparisons(Made made, Mode mode, String model) {
        Assembly assembly = made.assembly();
        return assembly.comparisons("sped", assembly.strength(Made.settings(mode))).stream()
                .filter(each -> each.model().equals(model))
                .map(Comparison::strength)
                .distinct()
                .toList();
    }

    private static void assertBoth(Made made, Mode mode, Strength expected) {
        assertThat(advice(made, mode)).isEqualTo(expected);
        assertThat(comparisons(made, mode, "mp")).containsExactly(expected);
    }

    @Test
    void sixRoundsOfAFullRunInWhichBothAreValidAreSignificant() {
        Made made = made(6).add("sped", 0.001, 7, 1).add("mp", 0.001, 14, 1);

        assertBoth(made, Mode.FULL, Strength.SIGNIFICANT);
        assertBoth(made, Mode.QUICK, Strength.INDICATIVE);
    }

    @Test
    void fewerRoundsAreIndicativeHoweverManyWereAskedFor() {
        assertBoth(made(3).add("sped", 0.001, 7, 1).add("mp", 0.001, 14, 1), Mode.FULL, Strength.INDICATIVE);
    }

    @Test
    void voidTrialsAndTheirRepetitionsAreNoMoreRounds() {
        Made made = made(6).add("sped", 0.001, 7, 1).add("mp", 0.001, 14, 1, State.VOID);
        made.rounds = 5;

        assertBoth(made.add("mp", 0.001, 14, 1), Mode.FULL, Strength.INDICATIVE);
    }

    @Test
    void shortTrialsThatAQuickRunHasLeftDoNotCount() {
        Made made = made(6).add("sped", 0.001, 7, 1);
        made.seconds = 0.9;

        assertBoth(made.add("mp", 0.001, 14, 1), Mode.FULL, Strength.INDICATIVE);
    }

    @Test
    void theAnswerIsAsSureAsTheLeastOfWhatItWasComparedBy() {
        Made made = made(6).add("sped", 0.001, 7, 1).add("mp", 0.001, 14, 1);
        made.rounds = 5;
        made.add("vt", 0.001, 9, 1);

        assertThat(comparisons(made, Mode.FULL, "mp")).containsExactly(Strength.SIGNIFICANT);
        assertThat(comparisons(made, Mode.FULL, "vt")).containsExactly(Strength.INDICATIVE);
        assertThat(advice(made, Mode.FULL)).isEqualTo(Strength.INDICATIVE);
    }

    @Test
    void anObjectiveIsFoundBySingleTrialsAndMakesTheAnswerIndicative() {
        Made made = made(6).add("sped", 0.001, 7, 1).add("mp", 0.001, 14, 1);
        made.chosen().sloRates.put("sped", 2_000.0);
        made.chosen().sloRates.put("mp", 1_000.0);

        assertThat(advice(made, Mode.FULL)).isEqualTo(Strength.INDICATIVE);
    }

    @Test
    void rateAndLatencyOfAFullGeneratorAreComparedWithNobodys() {
        Made made = made(6).add("mp", 0.001, 14, 1);
        made.busy = 0.97;
        Assembly assembly = made.add("sped", 0.001, 7, 1).assembly();

        assertThat(assembly.comparisons("sped", Strength.SIGNIFICANT)).extracting(Comparison::metric)
                .containsExactly(Metric.CPU, Metric.SWITCHES, Metric.RESIDENT);
        assertThat(advice(made, Mode.FULL)).isEqualTo(Strength.SIGNIFICANT);
    }
}
