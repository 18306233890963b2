package dev.partita.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.limits.Limits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ConnectionTableTest {
    private static final int SLOTS = 5;

    private final ConnectionTable table = new ConnectionTable(connection -> new Nothing(),
            Limits.defaults().withConnectionsMax(SLOTS), (root, symlinks) -> {
                throw new IOException("no files here");
            }, ScriptedEndpoint::new);

    @Test
    void knowsHowManySlotsAreFreeInWhateverOrderTheyComeBack() {
        List<Connection> taken = new ArrayList<>();
        for (int free = SLOTS; free > 0; free--) {
            assertThat(table.free()).isEqualTo(free);
            taken.add(Objects.requireNonNull(table.reserve()));
        }
        assertThat(table.free()).isZero();
        assertThat(table.reserve()).isNull();

        table.cancel(taken.get(2));
        table.cancel(taken.get(0));
        assertThat(table.free()).isEqualTo(2);
        assertThat(table.reserve()).isSameAs(taken.get(0));
        table.cancel(taken.get(4));
        table.cancel(taken.get(3));
        table.cancel(taken.get(1));
        table.cancel(taken.get(0));

        assertThat(table.free()).isEqualTo(SLOTS);
        assertThat(table.hasRoom()).isTrue();
    }

    private static final class Nothing implements Session {
        @Override
        public Step next() {
            return Step.CLOSE;
        }

        @Override
        public void work() {}

        @Override
        public boolean reset() {
            return true;
        }
    }
}
