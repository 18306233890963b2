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
}
