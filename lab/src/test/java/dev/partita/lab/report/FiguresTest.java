package dev.partita.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FiguresTest {
    @Test
    void numbersHaveThreeDigitsAndNoExponent() {
        assertThat(Figures.number(0.0402)).isEqualTo("0.0402");
        assertThat(Figures.number(1.0)).isEqualTo("1");
        assertThat(Figures.number(1.2345)).isEqualTo("1.23");
        assertThat(Figures.number(8_004.0)).isEqualTo("8000");
        assertThat(Figures.number(145_499.0)).isEqualTo("145\u00a0000");
        assertThat(Figures.number(-0.0)).isEqualTo("0");
        assertThat(Figures.number(1e-9)).isEqualTo("0.000000001");
        assertThat(Figures.number(null)).isEqualTo(Figures.NONE);
        assertThat(Figures.number(Double.NaN)).isEqualTo(Figures.NONE);
    }

    @Test
    void timesHaveTheUnitThatSuitsThem() {
        assertThat(Figures.seconds(0.0000921)).isEqualTo("92.1\u00a0µs");
        assertThat(Figures.seconds(0.0125)).isEqualTo("12.5\u00a0ms");
        assertThat(Figures.seconds(2.0)).isEqualTo("2\u00a0s");
        assertThat(Figures.nanos(25.0)).isEqualTo("25\u00a0ns");
        assertThat(Figures.duration(2_312)).isEqualTo("38 min 32 s");
    }

    @Test
    void anIntervalOfNoWidthIsNone() {
        assertThat(Figures.interval(2, 1.9, 2.1)).isEqualTo("2 (1.9 to 2.1)");
        assertThat(Figures.interval(2, 2.0, 2.0)).isEqualTo("2");
        assertThat(Figures.interval(2, null, null)).isEqualTo("2");
    }
}
