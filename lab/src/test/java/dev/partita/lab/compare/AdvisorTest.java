package dev.partita.lab.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.lab.results.Advice;
import dev.partita.lab.results.Comparison;
import dev.partita.lab.results.Comparison.Verdict;
import dev.partita.lab.results.Metric;
import dev.partita.lab.results.Results.Strength;
import dev.partita.lab.results.Trial.State;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AdvisorTest {
    private static Optional<Advice> advise(Made made) {
        return Advisor.advise(made.assembly(), Made.settings(), Made.MACHINE);
    }

    @Test
    void whereAllAreQuickTheOneThatTakesLeastCpuIsChosen() {
        Advice advice = advise(new Made("short", null)
                .add("amped", 0.001, 15, 1).add("sped", 0.001, 7, 1).add("seda", 0.001, 18, 1)).orElseThrow();

        assertThat(advice.model()).isEqualTo("sped");
        assertThat(advice.avoid()).isEqualTo("seda");
        assertThat(advice.margins()).extracting(Advice.Margin::to).containsExactly("amped", "seda");
        assertThat(advice.margins().getFirst().ratio()).isEqualTo(15 / 7.0);
        assertThat(advice.commandLine()).isEqualTo("./partita serve --demo --model sped --workers 2 --transport epoll");
    }

    @Test
    void aCheapModelWithAHighTailIsNotChosen() {
        Advice advice = advise(new Made("bimodal", 8_000.0)
                .add("sped", 0.030, 40, 1).add("mp", 0.001, 48, 1).add("amped", 0.0012, 55, 1)).orElseThrow();

        assertThat(advice.model()).isEqualTo("mp");
        assertThat(advice.avoid()).isEqualTo("sped");
        assertThat(advice.reasons())
                .anyMatch(each -> each.equals("Slower: SPED (p99 30 ms instead of 1.01 ms)."));
    }

    @Test
    void whoMakesEveryRequestWaitALittleIsNotChosenThoughItsTailIsAsShort() {
        Made made = new Made("bimodal", 16_000.0).add("mp", 0.006, 49, 1);
        made.p50 = 0.0015;
        Advice advice = advise(made.add("sped", 0.0065, 42, 1)).orElseThrow();

        assertThat(advice.model()).isEqualTo("mp");
        assertThat(advice.whyAvoid()).isEqualTo("Its p50 is 1.50 ms, that of MP 0.10 ms.");
    }

    @Test
    void aTailThatMayBeHigherByChanceExcludesNobody() {
        Made made = new Made("bimodal", 8_000.0).addVarying("mp", 48, 0.006, 0.006, 0.006);

        assertThat(advise(made.addVarying("symped", 40, 0.012, 0.012, 0.004)).orElseThrow().model())
                .isEqualTo("symped");
        assertThat(advise(new Made("bimodal", 8_000.0).addVarying("mp", 48, 0.006, 0.006, 0.006)
                .addVarying("symped", 40, 0.012, 0.012, 0.011)).orElseThrow().model()).isEqualTo("mp");
    }

    @Test
    void whoMakesOthersWaitForASlowRequestShowsInTheFarTailOnly() {
        Made made = new Made("blocking", 8_000.0).add("mp", 0.020, 11, 1);
        made.p999 = 0.045;
        Advice advice = advise(made.add("symped", 0.020, 9, 1)).orElseThrow();

        assertThat(advice.model()).isEqualTo("mp");
        assertThat(advice.margins().getFirst().metric()).isEqualTo(Metric.P999);
        assertThat(advice.whyAvoid()).isEqualTo("Its p99.9 is 45 ms, that of MP 21 ms.");
    }

    @Test
    void whoIsQuickerThanOneThatStaysIsNotLate() {
        Advice advice = advise(new Made("bimodal", 8_000.0).addVarying("mp", 48, 0.006, 0.006, 0.006)
                .addVarying("symped", 40, 0.014, 0.014, 0.004)
                .addVarying("vt", 30, 0.009, 0.009, 0.009)
                .addVarying("sped", 20, 0.020, 0.020, 0.020)).orElseThrow();

        assertThat(advice.model()).isEqualTo("vt");
        assertThat(advice.avoid()).isEqualTo("sped");
        assertThat(advice.reasons()).filteredOn(each -> each.startsWith("Slower:"))
                .containsExactly("Slower: SPED (p99 20 ms instead of 9.00 ms).");
    }

    @Test
    void fewerThanThreeValidTrialsDecideNothing() {
        Made made = new Made("short", null).add("amped", 0.001, 9, 1).add("mp", 0.001, 14, 1);
        made.rounds = 2;

        assertThat(advise(made.add("sped", 0.001, 7, 1)).orElseThrow().model()).isEqualTo("amped");
        assertThat(advise(new Made("short", null).add("mp", 0.001, 14, 1))).isEmpty();
    }

    @Test
    void trialsOfAnotherLoadAreNotCompared() {
        Made made = new Made("short", null).add("sped", 0.001, 7, 1).add("mp", 0.001, 9, 1);
        made.connections = 1_000;
        Assembly assembly = made.add("sped", 0.001, 70, 1).assembly();

        assertThat(assembly.cells().getFirst().trials()).hasSize(3);
        assertThat(advise(made).orElseThrow().model()).isEqualTo("sped");
    }

    @Test
    void aModelInProcessesIsAsCheapAndLessSimpleThanTheSameWithThreads() {
        Made made = new Made("short", null).add("symped/processes", 0.001, 7, 1).add("symped", 0.001, 7.01, 1);
        assertThat(advise(made).orElseThrow().model()).isEqualTo("symped");

        Advice divided = advise(new Made("short", null).add("symped/processes", 0.001, 7, 1).add("mp", 0.001, 14, 1))
                .orElseThrow();
        assertThat(divided.commandLine()).contains("--model symped --isolation processes");
        assertThat(divided.code()).contains(".isolation(Isolation.PROCESSES)");
        assertThat(made.assembly().siblings(Strength.INDICATIVE))
                .filteredOn(each -> each.metric() == Metric.CPU)
                .extracting(Comparison::model, Comparison::to)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("symped/processes", "symped"));
    }

    @Test
    void whatIsUnevenForMicrosecondsIsNoReason() {
        Made made = new Made("short", null).add("sped", 0.001, 7, 1).add("mp", 0.001, 14, 1);
        made.chosen().causes = new Chosen.Causes(2.8, 0.0, null);

        assertThat(advise(made).orElseThrow().reasons()).noneMatch(each -> each.contains("uneven"))
                .anyMatch(each -> each.contains("giving it to another thread"));
    }

    @Test
    void aModelThatDoesNotHoldTheRateIsTheOneToAvoid() {
        Advice advice = advise(new Made("blocking", 5_000.0)
                .add("sped", 0.9, 20, 0.1).add("vt", 0.021, 30, 1).add("mp", 0.021, 34, 1)).orElseThrow();

        assertThat(advice.model()).isEqualTo("vt");
        assertThat(advice.avoid()).isEqualTo("sped");
        assertThat(advice.whyAvoid()).isEqualTo("It serves 500 of 5,000 requests a second.");
    }

    @Test
    void ofEqualsTheSimplerOneIsChosenUnlessItCanDoLess() {
        Made made = new Made("short", null).add("symped", 0.001, 7, 1).add("sped", 0.001, 7.01, 1);
        assertThat(advise(made).orElseThrow().model()).isEqualTo("sped");
        assertThat(advise(made).orElseThrow().equals()).containsExactly("symped");

        made.chosen().capacities.put("symped", 19_000.0);
        assertThat(advise(made).orElseThrow().model()).isEqualTo("symped");
    }

    @Test
    void whoMakesEachTenthWaitIsLateThoughTheMedianAndTheTailDoNotSaySo() {
        Made made = new Made("bimodal", 5_000.0);
        made.p90 = 0.0045;
        made.add("sped", 0.006, 40, 1);
        made.p90 = 0.0003;
        Advice advice = advise(made.add("mp", 0.006, 45, 1)).orElseThrow();

        assertThat(advice.model()).isEqualTo("mp");
        assertThat(advice.avoid()).isEqualTo("sped");
        assertThat(advice.whyAvoid()).isEqualTo("Its p90 is 4.50 ms, that of MP 0.30 ms.");
    }

    @Test
    void ofEqualsOneThatIsLateByItsMedianIsNotChosenThoughThatMayBeChance() {
        Made made = new Made("bimodal", 5_000.0);
        made.p999 = 0.02;
        made.addVarying("symped", 100, 0.0031, 0.005, 0.005).add("mp", 0.003, 101, 1);

        Advice advice = advise(made).orElseThrow();
        assertThat(advice.model()).isEqualTo("mp");
        assertThat(advice.equals()).containsExactly("symped");
    }

    @Test
    void withoutAValidTrialOfTwoModelsThereIsNoAnswer() {
        assertThat(advise(new Made("short", null).add("sped", 0.001, 7, 1))).isEmpty();
        assertThat(advise(new Made("short", null)
                .add("sped", 0.001, 7, 1).add("mp", 0.001, 9, 1, State.VOID))).isEmpty();
        assertThat(advise(new Made("blocking", 5_000.0).add("sped", 0.9, 9, 0.1).add("symped", 0.9, 9, 0.2))).isEmpty();
    }

    @Test
    void theLevelThatHoldsTheObjectiveDecidesFirst() {
        Made made = new Made("bimodal", 8_000.0).add("sped", 0.001, 40, 1).add("mp", 0.001, 48, 1);
        made.chosen().sloRates.put("sped", 2_000.0);
        made.chosen().sloRates.put("mp", 9_000.0);
        Advice advice = advise(made).orElseThrow();

        assertThat(advice.model()).isEqualTo("mp");
        assertThat(advice.margins()).singleElement().satisfies(each -> {
            assertThat(each.metric()).isEqualTo(Metric.OBJECTIVE);
            assertThat(each.ratio()).isEqualTo(2_000 / 9_000.0);
        });
        assertThat(advice.whyAvoid())
                .isEqualTo("Under it the objective holds up to 2,000 requests a second; under MP the"
                        + " objective holds up to 9,000 requests a second.");
    }

    @Test
    void aPairOfEqualsHasNoSignificantDifferenceAndAClearOneHasItsRatio() {
        Assembly assembly = new Made("short", null)
                .add("sped", 0.001, 7, 1).add("mp", 0.001, 14, 1).add("vt", 0.001, 7, 1).assembly();

        assertThat(assembly.comparisons("sped", Strength.INDICATIVE))
                .filteredOn(each -> each.metric() == Metric.CPU)
                .extracting(Comparison::model, Comparison::median, Comparison::verdict)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("mp", 2.0, Verdict.WORSE),
                        org.assertj.core.groups.Tuple.tuple("vt", 1.0, Verdict.NO_SIGNIFICANT_DIFFERENCE));
    }
}
