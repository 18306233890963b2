package dev.partita.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// When a result says nothing about the server.
class SelfCheckTest {
    @Test
    void aGeneratorThatIsInTimeAndHasTimeLeftIsBelieved() {
        assertThat(SelfCheck.whyVoid(0.95, false, 1_000, 995, 1_000, 0)).isNull();
        assertThat(SelfCheck.whyVoid(0.5, false, 0, 0, 1_000, 0)).as("a closed loop has no rate").isNull();
    }

    @Test
    void aBusyOneIsNot() {
        assertThat(SelfCheck.whyVoid(0.951, false, 1_000, 1_000, 1_000, 0)).contains("busy for 95.1 %",
                "more than 95 %");
    }

    @Test
    void oneThatHasItsProcessorsInCommonWithTheServerIsJudgedByWhatItDidLate() {
        assertThat(SelfCheck.whyVoid(0.99, true, 1_000, 1_000, 1_000, 0)).isNull();
        assertThat(SelfCheck.whyVoid(0.99, true, 1_000, 994, 1_000, 0)).contains("fell behind").doesNotContain("busy");
    }

    @Test
    void oneThatFellBehindIsNot() {
        assertThat(SelfCheck.whyVoid(0.2, false, 1_000, 994, 1_000, 0)).contains("fell behind: 0.6 %",
                "more than 0.5 %");
    }

    @Test
    void oneThatWasStoppedWithManyOpenIsNot() {
        assertThat(SelfCheck.whyVoid(0.2, false, 1_000, 1_000, 995, 5)).isNull();
        assertThat(SelfCheck.whyVoid(0.2, false, 1_000, 1_000, 990, 10)).contains("10 requests were not answered");
    }

    @Test
    void allReasonsAreSaid() {
        assertThat(SelfCheck.whyVoid(0.99, false, 1_000, 0, 0, 0)).contains("nothing was answered", "busy",
                "fell behind");
    }
}
