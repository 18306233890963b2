package dev.partita.processes.lending;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.partita.linux.shared.Bell;
import dev.partita.linux.shared.Futex;
import dev.partita.linux.shared.SharedMemory;
import dev.partita.linux.socket.Descriptors;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/// The memory that a master shares with one of its workers, and with no other.
///
///        0   version, slots, bytes of an area
///      128   the worker sleeps        192   the master sleeps
///      256   ring to the worker: how much was put
///      320   ring to the master: the same
///     4096   the cells of the two rings, and then the slots:
///
///     a slot:    0   flags, length, memory, peer     the master's word
///               60   taken, step, length, phase, close,     the worker's word
///                    late, bytes taken, memory
///              128   the master's bytes
///                    the worker's bytes
///
/// Only what was touched takes memory, and the slot that was free last is used first.
final class SharedSlots implements AutoCloseable {
    /// Of this layout: a worker may be of another build.
    private static final int VERSION = 1;
    private static final long SLOTS = 4;
    private static final long AREA = 8;
    private static final long WORKER_SLEEPS = 128;
    private static final long MASTER_SLEEPS = 192;
    private static final long TO_WORKER = 256;
    static final long TO_MASTER = 320;
    private static final long PAGE = 4_096;
    /// Where a slot's bytes begin.
    static final long SLOT_HEAD = 128;
    /// What a worker can have said of one slot before the master looks.
    static final int WORDS_PER_SLOT = 4;
    private static final int SLOTS_MAX = 1 << 20;
    private static final int AREA_MAX = 16 << 20;

    private static final VarHandle INT = JAVA_INT.varHandle();

    final int slots;
    /// How many bytes a slot holds in each direction.
    final int area;
    final Ring toWorker;
    final Ring toMaster;
    /// The worker rings it when the master sleeps.
    final Bell bell;
    final int fd;
    final MemorySegment memory;
    private final Arena arena;
    private final long first;
    private final long stride;

    private SharedSlots(MemorySegment memory, Arena arena, int fd, Bell bell, int slots, int area) {
        this.memory = memory;
        this.arena = arena;
        this.fd = fd;
        this.bell = bell;
        this.slots = slots;
        this.area = area;
        first = first(slots);
        stride = stride(area);
        int down = capacity(slots);
        toWorker = new Ring(memory, TO_WORKER, PAGE, down);
        toMaster = new Ring(memory, TO_MASTER, PAGE + (long) down * Integer.BYTES, capacity(WORDS_PER_SLOT * slots));
    }

    /// The master's: new memory.
    ///
    /// @throws IOException if the system has none, or no descriptor
    static SharedSlots create(int slots, int area) throws IOException {
        int fd = SharedMemory.create("partita-slots", first(slots) + slots * stride(area));
        Bell bell;
        try {
            bell = Bell.open();
        } catch (IOException failure) {
            Descriptors.close(fd);
            throw failure;
        }
        SharedSlots shared = map(fd, bell, slots, area);
        shared.memory.set(JAVA_INT, 0, VERSION);
        shared.memory.set(JAVA_INT, SLOTS, slots);
        shared.memory.set(JAVA_INT, AREA, area);
        return shared;
    }

    /// The worker's: what its master has made, by the descriptors that came.
    ///
    /// @throws IOException if it is of another version, or cannot be mapped
    static SharedSlots adopt(int fd, int bell) throws IOException {
        int slots;
        int area;
        try (Arena head = Arena.ofConfined()) {
            MemorySegment memory = SharedMemory.map(fd, PAGE, head);
            slots = memory.get(JAVA_INT, SLOTS);
            area = memory.get(JAVA_INT, AREA);
            if (memory.get(JAVA_INT, 0) != VERSION || slots < 1 || slots > SLOTS_MAX || area < 1 || area > AREA_MAX) {
                throw new IOException("the master is of another version; restart it");
            }
        }
        return map(fd, Bell.adopt(bell), slots, area);
    }

    @SuppressWarnings("MustBeClosedChecker") // by close
    private static SharedSlots map(int fd, Bell bell, int slots, int area) throws IOException {
        Arena arena = Arena.ofShared();
        try {
            MemorySegment memory = SharedMemory.map(fd, first(slots) + slots * stride(area), arena);
            return new SharedSlots(memory, arena, fd, bell, slots, area);
        } catch (IOException failure) {
            arena.close();
            bell.close();
            Descriptors.close(fd);
            throw failure;
        }
    }

    /// The worker's view of what a master in this process has made: never to be closed.
    SharedSlots otherSide() throws IOException {
        Arena other = Arena.ofAuto();
        return new SharedSlots(SharedMemory.map(fd, memory.byteSize(), other), other, fd, bell, slots, area);
    }

    private static int capacity(int numbers) {
        return Integer.highestOneBit(2 * numbers - 1);
    }

    private static long first(int slots) {
        long cells = (long) (capacity(slots) + capacity(WORDS_PER_SLOT * slots)) * Integer.BYTES;
        return PAGE + (cells + PAGE - 1) / PAGE * PAGE;
    }

    private static long stride(int area) {
        return SLOT_HEAD + 2L * area;
    }

    /// Where a slot begins.
    long at(int slot) {
        return first + slot * stride;
    }

    /// Where the master's bytes are.
    long in(int slot) {
        return at(slot) + SLOT_HEAD;
    }

    /// Where the worker's bytes are.
    long out(int slot) {
        return in(slot) + area;
    }

    int getInt(int slot, long field) {
        return memory.get(JAVA_INT, at(slot) + field);
    }

    void setInt(int slot, long field, int value) {
        memory.set(JAVA_INT, at(slot) + field, value);
    }

    long getLong(int slot, long field) {
        return memory.get(JAVA_LONG, at(slot) + field);
    }

    void setLong(int slot, long field, long value) {
        memory.set(JAVA_LONG, at(slot) + field, value);
    }

    // Sleeping: who says that it does looks once more whether there is something, and who has put something looks whether the
    // other one sleeps.

    void masterSleeps(boolean sleeps) {
        INT.setVolatile(memory, MASTER_SLEEPS, sleeps ? 1 : 0);
    }

    /// By the worker, which has put something.
    void wakeMaster() {
        if ((int) INT.getVolatile(memory, MASTER_SLEEPS) == 1 && INT.compareAndSet(memory, MASTER_SLEEPS, 1, 0)) {
            bell.ring();
        }
    }

    void workerSleeps(boolean sleeps) {
        INT.setVolatile(memory, WORKER_SLEEPS, sleeps ? 1 : 0);
    }

    void sleepWorker(long nanos) {
        Futex.await(memory, WORKER_SLEEPS, 1, nanos);
    }

    /// By the master, which has put something; or by another thread of the worker's.
    void wakeWorker() {
        if ((int) INT.getVolatile(memory, WORKER_SLEEPS) == 1 && INT.compareAndSet(memory, WORKER_SLEEPS, 1, 0)) {
            Futex.wake(memory, WORKER_SLEEPS);
        }
    }

    @Override
    public void close() {
        Descriptors.close(fd);
        bell.close();
        arena.close();
    }
}
