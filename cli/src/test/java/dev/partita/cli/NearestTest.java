package dev.partita.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {
    private static final List<String> MODELS = List.of("mp", "sped", "seda", "amped", "symped", "vt");

    @ParameterizedTest
    @CsvSource({"simped, symped", "SPED, sped", "sepd, sped", "symp, symped", "ampd, amped", "mpp, mp"})
    void findsWhatWasMeant(String typed, String meant) {
        assertThat(Nearest.question(typed, MODELS)).isEqualTo("; did you mean " + meant + "?");
    }

    @Test
    void saysNothingWhereNothingIsNear() {
        assertThat(Nearest.question("nginx", MODELS)).isEmpty();
    }

    @Test
    void countsSlips() {
        assertThat(Nearest.distance("symped", "symped")).isZero();
        assertThat(Nearest.distance("symepd", "symped")).as("swapped").isEqualTo(1);
        assertThat(Nearest.distance("", "vt")).isEqualTo(2);
    }
}
