package dev.partita.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FairnessTest {
    @Test
    void isOneForEqualSharesAndOneOfAllForASingleShare() {
        assertThat(Fairness.of(3, 3, 3)).isEqualTo(1);
        assertThat(Fairness.of(0, 7, 0, 0)).isEqualTo(0.25);
        assertThat(Fairness.of()).isEqualTo(1);
    }
}
