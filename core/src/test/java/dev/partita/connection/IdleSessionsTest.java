package dev.partita.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.limits.Counters;
import dev.partita.limits.Limits;
import dev.partita.limits.Phase;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IdleSessionsTest {
    private final List<Moving> opened = new ArrayList<>();
    private final BufferPool pool = new BufferPool(
            Arena.ofAuto().allocate(BufferPool.bytesNeeded(1024, 4, 4096, 2)), 1024, 4, 4096, 2, false);
    private final IdleSessions idle = new IdleSessions();
    private final ConnectionTable table = table(null);

    private ConnectionTable table(@Nullable RequestObserver observer) {
        return new ConnectionTable(new Protocol() {
            @Override
            public Session open(Connection connection) {
                opened.add(new Moving(connection));
                return opened.getLast();
            }

            @Override
            public boolean sessionsMove() {
                return true;
            }
        }, Limits.defaults().withConnectionsMax(2), (root, symlinks) -> {
            throw new IOException("no files here");
        }, ScriptedEndpoint::new, observer);
    }

    @Test
    void aSessionBetweenTwoRequestsGoesOnWithWhoeverHasSomethingToSay() {
        Connection one = begin(table, idle);
        Connection other = begin(table, idle);
        assertThat(opened).isEmpty();

        one.next();
        opened.getFirst().known = 7;
        one.rest();
        other.next();

        assertThat(opened).singleElement().satisfies(session -> {
            assertThat(session.at).isSameAs(other);
            assertThat(session.known).as("nothing is known of the other one").isZero();
        });
        other.rest();
        assertThat(one.memory()).isEqualTo(7);
        one.next();
        assertThat(opened).singleElement().satisfies(session -> {
            assertThat(session.at).isSameAs(one);
            assertThat(session.known).isEqualTo(7);
        });
    }

    @Test
    void aSessionInTheMiddleOfSomethingStays() {
        Connection one = begin(table, idle);
        Connection other = begin(table, idle);
        one.next();
        opened.getFirst().known = Session.STAYS;
        one.rest();
        other.next();

        assertThat(opened).extracting(session -> session.at).containsExactly(one, other);
    }

    @Test
    void aSessionThatWaitsForOthersAndListensMeanwhileStays() {
        Connection one = begin(table, idle);
        one.next();
        opened.getFirst().step = Step.WAIT;
        one.next();
        assertThat(one.await()).isFalse();
        begin(table, idle).next();

        assertThat(opened).hasSize(2);
        assertThat(opened.getFirst().at).isSameAs(one);
    }

    @Test
    void aConnectionThatEndsLeavesItsSessionToOthersAndNothingThatItKnew() {
        Connection one = begin(table, idle);
        one.next();
        opened.getFirst().known = 7;
        one.rest();
        one.close();
        Connection next = begin(table, idle);

        assertThat(next.memory()).isZero();
        next.next();
        assertThat(opened).singleElement().satisfies(session -> assertThat(session.known).isZero());
        opened.getFirst().known = Session.STAYS;
        next.close();
        begin(table, idle).next();
        assertThat(opened).as("reset, and used again").hasSize(1);
    }

    @Test
    void aSessionThatFailsWhenItsConnectionEndsCostsNoSlot() {
        Connection one = begin(table, idle);
        one.next();
        opened.getFirst().failure = new IllegalStateException("planted");
        one.close();

        assertThat(table.free()).isEqualTo(2);
        begin(table, idle).next();
        assertThat(opened).as("it is not used again").hasSize(2);
    }

    @Test
    void withoutAHomeThatSharesThemAndUnderObservationEachConnectionKeepsItsOwn() {
        Connection alone = begin(table, null);
        alone.next();
        alone.rest();
        begin(table, null).next();
        assertThat(opened).extracting(session -> session.at).doesNotHaveDuplicates().hasSize(2);

        opened.clear();
        Connection observed = begin(table((connection, timeline) -> {}), idle);
        observed.next();
        observed.rest();
        assertThat(opened.getFirst().at).isSameAs(observed);
        assertThat(idle.take()).isNull();
    }

    private Connection begin(ConnectionTable in, @Nullable IdleSessions sessions) {
        Connection connection = Objects.requireNonNull(in.reserve());
        connection.begin(back -> true, pool, sessions, Counters.confined());
        return connection;
    }

    /// A session that knows a number.
    private static final class Moving implements Session {
        Connection at;
        long known;
        Step step = Step.READ;
        @Nullable RuntimeException failure;

        Moving(Connection at) {
            this.at = at;
        }

        @Override
        public Step next() {
            return step;
        }

        @Override
        public void work() {
            // there is none
        }

        @Override
        public boolean listensWhileWaiting() {
            return true;
        }

        @Override
        public Phase phase() {
            return Phase.IDLE;
        }

        @Override
        public long memory() {
            if (failure != null) {
                throw failure;
            }
            return known;
        }

        @Override
        public void moveTo(Connection other) {
            at = other;
            known = 0;
        }

        @Override
        public void recall(long memory) {
            known = memory;
        }

        @Override
        public boolean reset() {
            known = 0;
            return true;
        }
    }
}
