package dev.partita.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.limits.Counter;
import dev.partita.limits.Counters;
import dev.partita.limits.Limits;
import java.io.IOException;
import java.lang.foreign.Arena;
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
    private final Counters counters = Counters.confined();
    private final BufferPool pool = new BufferPool(
            Arena.ofAuto().allocate(BufferPool.bytesNeeded(1024, 4, 4096, 2)), 1024, 4, 4096, 2, false);

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

    @Test
    void whatWasReservedInVainOrIsRefusedDoesNotCountAgainstTheLimit() {
        var refusing = new ConnectionTable(new Protocol() {
            @Override
            public Session open(Connection connection) {
                return new Nothing();
            }

            @Override
            public boolean refusesConnections() {
                return true;
            }
        }, Limits.defaults().withConnectionsMax(1), (root, symlinks) -> {
            throw new IOException("no files here");
        }, ScriptedEndpoint::new);
        Connection inVain = Objects.requireNonNull(refusing.reserve());
        Connection one = begin(refusing);
        refusing.cancel(inVain);
        assertThat(counters.get(Counter.REFUSED)).isZero();
        begin(refusing);
        assertThat(counters.get(Counter.REFUSED)).as("one is there").isEqualTo(1);
        one.close();
        begin(refusing);
        assertThat(counters.get(Counter.REFUSED)).as("only who was refused is there").isEqualTo(1);
    }

    private Connection begin(ConnectionTable in) {
        Connection connection = Objects.requireNonNull(in.reserve());
        connection.begin(back -> true, pool, counters);
        connection.next();
        return connection;
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
