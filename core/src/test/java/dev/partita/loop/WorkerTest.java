package dev.partita.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.BufferPool;
import dev.partita.connection.Connection;
import dev.partita.connection.ConnectionTable;
import dev.partita.connection.Session;
import dev.partita.connection.Step;
import dev.partita.limits.Counter;
import dev.partita.limits.Counters;
import dev.partita.limits.Limits;
import dev.partita.transport.nio.NioTransport;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WorkerTest {
    private static final long GUARD_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final Session IDLE = new Session() {
        @Override
        public Step next() {
            return Step.READ;
        }

        @Override
        public void work() {}
    };

    private final ConnectionTable table = table(8);

    @Test
    void servesWhatItGotInOrderAndEndsWithAnEmptyQueue() throws InterruptedException {
        var served = new LinkedBlockingQueue<Connection>();
        var worker = new Worker("worker", 1, table, connection -> {}, served::add);
        List<Connection> all = List.of(slot(), slot(), slot());
        all.forEach(connection -> assertThat(worker.enqueue(connection)).isTrue());
        worker.start();
        worker.stop();

        assertThat(worker.join(GUARD_NANOS)).isTrue();
        assertThat(served).containsExactlyElementsOf(all);
    }

    @Test
    void refusesWhatItsQueueHasNoRoomForAndLivesOnAfterAFailure() throws InterruptedException {
        var begun = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var served = new LinkedBlockingQueue<Connection>();
        var worker = new Worker("worker", 1, table(2), connection -> {
            begun.countDown();
            awaitUninterruptibly(goOn);
            served.add(connection);
            throw new IllegalStateException("planted: the worker logs this and goes on");
        }, connection -> {});
        worker.start();
        worker.enqueue(slot());
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(worker.enqueue(slot())).isTrue();
        assertThat(worker.enqueue(slot())).isTrue();
        assertThat(worker.enqueue(slot())).as("one is worked on, two wait").isFalse();
        assertThat(worker.load()).isEqualTo(3);
        goOn.countDown();
        worker.stop();

        assertThat(worker.join(GUARD_NANOS)).isTrue();
        assertThat(served).hasSize(3);
    }

    @Test
    void whatItCannotPassOnGoesHomeToBeClosed() throws InterruptedException {
        var home = new LinkedBlockingQueue<Connection>();
        var worker = new Worker("worker", 1, table, connection -> {}, connection -> {
            throw new IllegalStateException("planted: the worker logs this and goes on");
        });
        Counters counters = Counters.shared();
        List<Connection> all = List.of(slot(), slot());
        for (Connection connection : all) {
            connection.begin(home::add, BufferPool.EMPTY, counters);
            assertThat(worker.enqueue(connection)).isTrue();
        }
        worker.start();
        worker.stop();

        assertThat(worker.join(GUARD_NANOS)).isTrue();
        assertThat(home).containsExactlyElementsOf(all)
                .allSatisfy(connection -> assertThat(connection.next()).isEqualTo(Step.CLOSE));
        assertThat(counters.get(Counter.FAILURES)).isEqualTo(2);
    }

    @Test
    void choosesAnIdleWorkerOrTheOneWithTheLeastToDo() {
        var first = new Worker("first", 1, table, connection -> {}, connection -> {});
        var second = new Worker("second", 1, table, connection -> {}, connection -> {});
        var workers = new Workers(List.of(first, second));
        assertThat(workers.leastLoaded()).isSameAs(first);
        first.enqueue(slot());
        assertThat(workers.leastLoaded()).isSameAs(second);
        second.enqueue(slot());
        second.enqueue(slot());
        assertThat(workers.leastLoaded()).isSameAs(first);
    }

    @Test
    void isIdleAgainWhenItGivesAwayWhatItWorkedOn() throws InterruptedException {
        var loads = new LinkedBlockingQueue<Integer>();
        var workers = new ArrayList<Worker>();
        workers.add(new Worker("worker", 1, table, connection -> loads.add(workers.getFirst().load()),
                connection -> loads.add(workers.getFirst().load())));
        workers.getFirst().start();
        workers.getFirst().enqueue(slot());
        workers.getFirst().stop();

        assertThat(workers.getFirst().join(GUARD_NANOS)).isTrue();
        assertThat(loads).containsExactly(1, 0);
    }

    private static ConnectionTable table(int queueMax) {
        return new ConnectionTable(
                connection -> IDLE,
                Limits.defaults().withConnectionsMax(8).withQueueMax(queueMax).with("queueMillisTarget", 0),
                new NioTransport().files(),
                new NioTransport()::endpoint);
    }

    private Connection slot() {
        return Objects.requireNonNull(table.reserve());
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }
}
