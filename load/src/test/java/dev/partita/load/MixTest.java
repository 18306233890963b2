package dev.partita.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.partita.load.Dialogue.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// How often each kind of request is chosen.
class MixTest {
    @Test
    void eachKindIsChosenByItsWeight() {
        int[] weights = {1, 70, 9, 20};
        List<Kind> kinds = new ArrayList<>();
        for (int weight : weights) {
            kinds.add(new Kind("w" + weight, weight));
        }
        var mix = new Mix(kinds, new SplittableRandom(11));
        int draws = 200_000;
        int[] chosen = new int[weights.length];
        for (int i = 0; i < draws; i++) {
            chosen[mix.next()]++;
        }
        for (int i = 0; i < weights.length; i++) {
            double share = weights[i] / 100.0;
            assertThat(chosen[i] / (double) draws)
                    .isCloseTo(share, within(4 * Math.sqrt(share * (1 - share) / draws)));
        }
    }

    @Test
    void theOnlyKindIsAlwaysChosen() {
        var mix = new Mix(List.of(new Kind("only", 5)), new SplittableRandom(1));
        assertThat(mix.next()).isZero();
    }

    @Test
    void aWeightIsAtLeastOne() {
        assertThatThrownBy(() -> new Kind("x", 0)).hasMessageContaining("valid are 1 to 1000000");
    }
}
