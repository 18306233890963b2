package dev.partita.processes.lending;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.Connection;
import dev.partita.connection.Protocol;
import dev.partita.connection.Session;
import dev.partita.connection.Step;
import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import dev.partita.linux.socket.Descriptors;
import dev.partita.model.Amped;
import dev.partita.processes.lending.Slot.Word;
import dev.partita.server.Division;
import dev.partita.server.Isolation;
import dev.partita.server.Running;
import dev.partita.server.Server;
import dev.partita.transport.Transports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A master believes nothing that a worker writes. The worker's part is played by the test.
@Timeout(20)
@EnabledOnOs(OS.LINUX)
class LyingWorkerTest {
    private static final Limits SMALL = Limits.defaults().with(Map.of("connectionsMax", 8L));

    /// A protocol that has an answer for what is lost, and never speaks here: the master only carries.
    private static final Protocol UNSPOKEN = new Protocol() {
        @Override
        public Session open(Connection connection) {
            return new Session() {
                @Override
                public Step next() {
                    return Step.CLOSE;
                }

                @Override
                public void work() {
                    throw new IllegalStateException("the master works");
                }

                @Override
                public long memory() {
                    return 0;
                }
            };
        }

        @Override
        public byte[] lostReply() {
            return "lost".getBytes(US_ASCII);
        }

        @Override
        public byte[] lateReply() {
            return "busy".getBytes(US_ASCII);
        }
    };

    /// What a worker does to slot 0, which it was given.
    interface Lie {
        void tell(SharedSlots slots);
    }

    static Stream<Arguments> lies() {
        return Stream.of(
                lie("more bytes than a slot holds", slots -> returns(slots, Slot.Step.REST.ordinal(), slots.area + 1)),
                lie("fewer than none", slots -> returns(slots, Slot.Step.REST.ordinal(), -1)),
                lie("an unknown step", slots -> returns(slots, 4, 0)),
                lie("a slot that there is not", slots -> slots.toMaster.put(Word.HOME.about(slots.slots))),
                lie("a slot that it was not given", slots -> slots.toMaster.put(Word.HOME.about(1))),
                lie("an unknown word", slots -> slots.toMaster.put(3)),
                lie("a negative word", slots -> slots.toMaster.put(Integer.MIN_VALUE)),
                lie("a call about a slot that nobody has", slots -> slots.toMaster.put(Word.CALLS.about(1))),
                lie("waits twice", slots -> {
                    slots.toMaster.put(Word.WAITS.about(0));
                    slots.toMaster.put(Word.WAITS.about(0));
                }),
                lie("more words than the ring holds",
                        slots -> slots.memory.set(JAVA_LONG, SharedSlots.TO_MASTER, 1_000_000)),
                lie("fewer words than none", slots -> slots.memory.set(JAVA_LONG, SharedSlots.TO_MASTER, -1)));
    }

    private static Arguments lie(String what, Lie lie) {
        return Arguments.of(what, lie);
    }

    private static void returns(SharedSlots slots, int step, int length) {
        slots.setInt(0, Slot.STEP, step);
        slots.setInt(0, Slot.OUT_LENGTH, length);
        slots.toMaster.put(Word.HOME.about(0));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lies")
    void aWorkerThatLiesIsAsGoodAsDeadAndItsClientIsAnswered(String what, Lie lie) throws Exception {
        var crew = new ProcessCrew(server());
        DistantWorker worker = crew.prepare();
        SharedSlots slots = worker.shared().otherSide();
        crew.add(worker);
        try (Running master = start(crew);
                Socket client = new Socket(InetAddress.getLoopbackAddress(), master.port())) {
            client.getOutputStream().write('x');
            while (slots.toWorker.isEmpty()) {
                Thread.onSpinWait();
            }
            assertThat(slots.toWorker.take()).isZero();
            assertThat(slots.getInt(0, Slot.LENGTH)).isEqualTo(1);
            slots.setInt(0, Slot.TAKEN, 1);
            lie.tell(slots);
            slots.wakeMaster();
            while (worker.lie().isEmpty()) {
                Thread.onSpinWait();
            }
            crew.lose(worker); // as the supervisor does, which kills the process
            assertThat(new String(client.getInputStream().readAllBytes(), US_ASCII)).isIn("lost", "");
            assertThat(crew.levels()).isEmpty();
        }
    }

    @Test
    void whatADeadWorkerHasNotLookedAtIsGivenToAnother() throws Exception {
        var crew = new ProcessCrew(server());
        DistantWorker dies = crew.prepare();
        crew.add(dies);
        try (Running master = start(crew);
                Socket client = new Socket(InetAddress.getLoopbackAddress(), master.port())) {
            client.getOutputStream().write('x');
            SharedSlots first = dies.shared().otherSide();
            while (first.toWorker.isEmpty()) {
                Thread.onSpinWait();
            }
            DistantWorker lives = crew.prepare();
            SharedSlots second = lives.shared().otherSide();
            crew.add(lives);
            crew.lose(dies);
            while (second.toWorker.isEmpty()) {
                Thread.onSpinWait();
            }
            int slot = second.toWorker.take();
            assertThat(second.getInt(slot, Slot.LENGTH)).isEqualTo(1);
            second.memory.asSlice(second.out(slot), 1).fill((byte) 'y');
            second.setInt(slot, Slot.OUT_LENGTH, 1);
            second.setInt(slot, Slot.STEP, Slot.Step.CLOSE.ordinal());
            second.toMaster.put(Word.HOME.about(slot));
            second.wakeMaster();
            assertThat(new String(client.getInputStream().readAllBytes(), US_ASCII)).isEqualTo("y");
        }
    }

    @Test
    void whatAWorkerHasReturnedJustBeforeItDiedComesHomeOnce() throws Exception {
        var crew = new ProcessCrew(server());
        DistantWorker worker = crew.prepare();
        SharedSlots slots = worker.shared().otherSide();
        crew.add(worker);
        try (Running master = start(crew)) {
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), master.port())) {
                client.getOutputStream().write('x');
                while (slots.toWorker.isEmpty()) {
                    Thread.onSpinWait();
                }
                slots.setInt(slots.toWorker.take(), Slot.TAKEN, 1);
                returns(slots, Slot.Step.WRITE.ordinal(), 1);
                crew.lose(worker); // before the master was woken to hear it
                assertThat(client.getInputStream().readNBytes(1)).hasSize(1);
                assertThat(client.getInputStream().read()).isEqualTo(-1);
            }
            try (Socket next = new Socket(InetAddress.getLoopbackAddress(), master.port())) {
                next.getOutputStream().write('x');
                assertThat(new String(next.getInputStream().readAllBytes(), US_ASCII)).isEqualTo("busy");
            }
            boolean _ = master.drain();
            assertThat(master.count(Counter.CLOSED)).isEqualTo(master.count(Counter.ACCEPTED)).isEqualTo(2);
        }
    }

    @Test
    void aWorkerThatTheMasterCannotHearIsSaidToBeSo() throws Exception {
        var crew = new ProcessCrew(server());
        DistantWorker deaf = crew.prepare();
        // epoll watches no files
        Descriptors.replace(deaf.shared().bell.fd(), deaf.shared().fd);
        crew.add(deaf);
        try (Running _ = start(crew)) {
            while (deaf.lie().isEmpty()) {
                Thread.onSpinWait();
            }
            assertThat(deaf.lie()).contains("cannot hear it", "fs.epoll.max_user_watches");
            crew.lose(deaf);
        }
    }

    @Test
    void withoutAWorkerARequestIsRefused() throws Exception {
        try (Running master = start(new ProcessCrew(server()));
                Socket client = new Socket(InetAddress.getLoopbackAddress(), master.port())) {
            client.getOutputStream().write('x');
            assertThat(new String(client.getInputStream().readAllBytes(), US_ASCII)).isEqualTo("busy");
        }
    }

    private static Server server() {
        return Server.of(UNSPOKEN).limits(SMALL).transport(Transports.named("epoll"));
    }

    private static Running start(ProcessCrew crew) throws IOException {
        Division division = Objects.requireNonNull(new Amped(1).isolation(Isolation.PROCESSES).division());
        return Objects.requireNonNull(division.front()).start(crew.relay(server()).listen(0), crew);
    }
}
