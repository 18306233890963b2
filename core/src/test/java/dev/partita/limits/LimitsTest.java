package dev.partita.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LimitsTest {
    @Test
    void namesTheFieldAndTheRangeOfAValueThatIsOutOfIt() {
        assertThatThrownBy(() -> Limits.defaults().withConnectionsMax(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("connectionsMax is 0: valid are 1 to 1000000");
    }

    @Test
    void changesOneFieldAndKeepsTheOthers() {
        Limits limits = Limits.defaults().withQueueMax(7).withBodyBytesMax(9);

        assertThat(limits.queueMax()).isEqualTo(7);
        assertThat(limits.bodyBytesMax()).isEqualTo(9);
        assertThat(limits.withQueueMax(Limits.defaults().queueMax()).withBodyBytesMax(1 << 20))
                .isEqualTo(Limits.defaults());
    }

    @Test
    void everyFieldHasAMeaningAndARange() {
        for (String field : Limits.names()) {
            assertThat(Limits.meaning(field)).as(field).endsWith(".").doesNotContain("\n", "  ");
            assertThat(Limits.defaults().range(field)).as(field).matches("\\d+ to \\d+");
        }
        assertThat(Limits.defaults().range("headBytesMax")).isEqualTo("64 to 65536");
    }

    @Test
    void saysTheRangeOfAValueThatNoIntCanHold() {
        assertThatThrownBy(() -> Limits.defaults().with("queueMax", 1L << 40))
                .hasMessage("queueMax is 1099511627776: valid are 1 to 1048576");
        assertThatThrownBy(() -> Limits.defaults().with("requestsPerConnectionMax", 1L << 31))
                .hasMessage("requestsPerConnectionMax is 2147483648: valid are 1 to 2147483647");
    }
}
