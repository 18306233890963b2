package dev.partita.lab.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.lab.compare.Settings.Slo;
import dev.partita.lab.results.Results.Mode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SettingsTest {
    private static int timeoutMillis(@Nullable Slo slo) {
        return new Settings(Mode.FULL, List.of(), List.of("epoll"), List.of(), List.of(), "", List.of(), slo, 6, 10, 60,
                null, "partita compare", "0").pace().timeoutMillis();
    }

    @Test
    void aReplyMayTakeASecondOrTwiceTheObjective() {
        assertThat(timeoutMillis(null)).isEqualTo(1_000);
        assertThat(timeoutMillis(new Slo("p99=20ms", 99, 0.02))).isEqualTo(1_000);
        assertThat(timeoutMillis(new Slo("p99=2s", 99, 2))).isEqualTo(4_000);
    }
}
