package dev.partita.processes.lending;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.partita.connection.Buffer;
import dev.partita.connection.Close;
import dev.partita.connection.Connection;
import dev.partita.connection.Place;
import dev.partita.connection.Session;
import dev.partita.limits.Phase;
import dev.partita.loop.EventLoop;
import dev.partita.processes.lending.Slot.Step;
import dev.partita.processes.lending.Slot.Word;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A worker process as the master's loop sees it: the memory that the two share, and what each slot is doing. The loop's
/// thread, but where something else is said.
///
/// Nothing that the worker writes is believed. Each number is read once, and one that cannot be ends the worker.
public final class DistantWorker {
    private static final Phase[] PHASES = Phase.values();
    private static final Close[] CLOSES = Close.values();

    private enum At {
        NOBODY, MASTER, WORKER,
        /// At the worker, and the connection is over.
        WORKER_IN_VAIN
    }

    private final SharedSlots shared;
    private final At[] at;
    private final boolean[] waits;
    private final @Nullable Relay[] relays;
    private final int[] free;
    private int freeCount;
    /// How many slots are with the worker to be worked on. Read by any thread.
    private final AtomicInteger load = new AtomicInteger();
    private volatile boolean begun;
    private boolean retired;
    private boolean gone;
    private boolean closed;
    private volatile String lie = "";

    private DistantWorker(SharedSlots shared) {
        this.shared = shared;
        int slots = shared.slots;
        at = new At[slots];
        Arrays.fill(at, At.NOBODY);
        waits = new boolean[slots];
        relays = new Relay[slots];
        free = new int[slots];
        for (int slot = slots - 1; slot >= 0; slot--) {
            free[freeCount++] = slot;
        }
    }

    /// Memory for a worker that is to begin.
    ///
    /// @throws IOException if there is none
    static DistantWorker of(int slots, int area) throws IOException {
        return new DistantWorker(SharedSlots.create(slots, area));
    }

    /// What the worker gets, as descriptors: the memory, and what wakes the master.
    public int[] descriptors() {
        return new int[]{shared.fd, shared.bell.fd()};
    }

    SharedSlots shared() {
        return shared;
    }

    /// What the worker has said that cannot be, or why it cannot be heard; empty if nothing. From any thread.
    public String lie() {
        return lie;
    }

    /// How many requests wait there or are worked on. From any thread; a moment old.
    int load() {
        return load.getOpaque();
    }

    /// From now on the loop hears it.
    ///
    /// @return false if it cannot, which is as good as a lie
    boolean begin(EventLoop loop) {
        boolean heard = loop.watch(shared.bell.fd());
        if (!heard) {
            lie = "the master cannot hear it, since its loop may watch no more descriptors: raise the limit with"
                    + " sysctl -w fs.epoll.max_user_watches=N";
        }
        begun = heard;
        return heard;
    }

    /// Whether the loop has begun to give it work. From any thread.
    public boolean hasBegun() {
        return begun;
    }

    boolean takesNew(int queueMax) {
        return !retired && !gone && lie.isEmpty() && load.getPlain() < queueMax && freeCount > 0;
    }

    void retire() {
        retired = true;
    }

    // There.

    /// Gives a connection's work to the worker. There is room for whatever has a slot.
    void lend(Relay relay, Connection connection) {
        boolean isFirst = relay.worker() == null;
        if (isFirst) {
            int slot = free[--freeCount];
            relay.with(this, slot);
            relays[slot] = relay;
            name(slot, relay);
            shared.setLong(slot, Slot.MEMORY, relay.knownMemory());
        }
        int slot = relay.slot();
        Buffer inbound = connection.inbound();
        int length = inbound.length();
        inbound.copy(shared.memory, shared.in(slot), length);
        shared.setInt(slot, Slot.LENGTH, length);
        shared.setInt(slot, Slot.FLAGS, relay.flags(isFirst));
        give(slot, At.WORKER);
        load(1);
    }

    private void give(int slot, At to) {
        at[slot] = to;
        waits[slot] = false;
        shared.setInt(slot, Slot.TAKEN, 0);
        shared.toWorker.put(slot);
        shared.wakeWorker();
    }

    private void name(int slot, Relay relay) {
        byte[] address = relay.peerAddress();
        shared.setInt(slot, Slot.PEER_LENGTH, address.length);
        shared.setInt(slot, Slot.PEER_PORT, relay.peerPort());
        MemorySegment.copy(address, 0, shared.memory, JAVA_BYTE, shared.at(slot) + Slot.PEER, address.length);
    }

    // Back.

    void sleeps(boolean sleeps) {
        if (!closed) {
            shared.masterSleeps(sleeps);
        }
    }

    boolean hasSaid() {
        return !gone && lie.isEmpty() && !shared.toMaster.isEmpty();
    }

    /// Hears what the worker has said, and no more than it can have said honestly.
    void hear(EventLoop loop) {
        int most = SharedSlots.WORDS_PER_SLOT * shared.slots;
        for (int i = 0; i < most && !gone && lie.isEmpty(); i++) {
            int said = shared.toMaster.take();
            if (said == Ring.NONE) {
                return;
            }
            Word word = said < 0 ? null : Word.of(said);
            int slot = Word.slot(said);
            if (word == null || slot >= shared.slots) {
                lie = "what it said of a slot is no word";
                return;
            }
            switch (word) {
                case HOME -> home(slot);
                case WAITS -> waits(slot);
                case CALLS -> calls(slot, loop);
            }
        }
    }

    private void home(int slot) {
        Step step = Step.of(shared.getInt(slot, Slot.STEP));
        int length = shared.getInt(slot, Slot.OUT_LENGTH);
        int taken = shared.getInt(slot, Slot.TAKEN_BYTES);
        int phase = shared.getInt(slot, Slot.PHASE);
        int close = shared.getInt(slot, Slot.CLOSE);
        long memory = shared.getLong(slot, Slot.MEMORY_AFTER);
        boolean there = at[slot] == At.WORKER || at[slot] == At.WORKER_IN_VAIN;
        if (!there || step == null || length < 0 || length > shared.area || memory < Session.STAYS) {
            lie = "it returned a slot that it did not have, or with more than it holds";
            return;
        }
        boolean inVain = at[slot] == At.WORKER_IN_VAIN;
        at[slot] = At.MASTER;
        if (!inVain && !waits[slot]) {
            load(-1);
        }
        Relay relay = relays[slot];
        if (relay != null) {
            relay.returned(step, taken, length, phase >= 0 && phase < PHASES.length ? PHASES[phase] : Phase.BODY,
                    shared.getInt(slot, Slot.LATE) == 1,
                    close >= 0 && close < CLOSES.length ? CLOSES[close] : Close.ABORT, memory);
        } else if (step == Step.CLOSE || step == Step.REST) {
            free(slot);
        } else {
            lie = "it goes on with a connection that is gone";
        }
    }

    private void waits(int slot) {
        if (at[slot] != At.WORKER || waits[slot]) {
            lie = "it waits with a slot that it does not have";
            return;
        }
        waits[slot] = true;
        load(-1);
    }

    private void calls(int slot, EventLoop loop) {
        Relay relay = relays[slot];
        if (at[slot] == At.NOBODY) {
            lie = "it calls about a slot that nobody has";
        } else if (relay != null && relay.call() && at[slot] == At.MASTER && relay.connection().place() == Place.HOME) {
            loop.turn(relay.connection());
        }
    }

    void pour(int slot, int from, int length, Buffer into) {
        into.put(shared.memory, shared.out(slot) + from, length);
    }

    // The end of a conversation.

    /// Everything of it is over.
    void free(int slot) {
        at[slot] = At.NOBODY;
        relays[slot] = null;
        free[freeCount++] = slot;
        closeIfOver();
    }

    /// The connection is gone.
    ///
    /// @param isOver whether the worker knows already
    void drop(int slot, boolean isOver) {
        relays[slot] = null;
        if (isOver || gone) {
            free(slot);
        } else {
            shared.setInt(slot, Slot.LENGTH, 0);
            shared.setInt(slot, Slot.FLAGS, Slot.GONE);
            give(slot, At.WORKER_IN_VAIN);
        }
    }

    /// The process is gone: what it has said last is heard, and who waits for it is told.
    ///
    /// @param loop null if it has not begun: then nobody waits
    void lose(@Nullable EventLoop loop) {
        if (gone) {
            return;
        }
        if (loop != null && lie.isEmpty()) {
            hear(loop);
        }
        if (loop != null && !closed) {
            loop.unwatch(shared.bell.fd());
        }
        gone = true;
        load.setOpaque(0);
        for (int slot = 0; slot < shared.slots; slot++) {
            Relay relay = relays[slot];
            if (relay != null && loop != null) {
                lose(relay, loop);
            } else if (at[slot] != At.NOBODY) {
                free(slot);
            }
        }
        closeIfOver();
    }

    /// Nobody waits for the worker any longer. What it works on is answered where that can be done; a reply that was put off is
    /// not, as without processes.
    void giveUp(EventLoop loop) {
        for (int slot = 0; slot < shared.slots && !gone; slot++) {
            Relay relay = relays[slot];
            if (relay != null && at[slot] == At.WORKER && !waits[slot]) {
                relay.connection().abandon();
            }
        }
        lose(loop);
    }

    private void lose(Relay relay, EventLoop loop) {
        Connection connection = relay.connection();
        int slot = relay.slot();
        boolean isThere = at[slot] == At.WORKER;
        if (isThere && shared.getInt(slot, Slot.TAKEN) == 0 && relay.takeBack()) {
            free(slot); // another worker gets it
        } else {
            relay.lose(isThere);
        }
        if (isThere) {
            connection.goHome();
        } else if (connection.place() == Place.HOME) {
            loop.turn(connection);
        } // any other has its turn anyway, also one that the worker has just returned and that is on its way home
    }

    private void closeIfOver() {
        if (gone && !closed && freeCount == shared.slots) {
            closed = true;
            shared.close();
        }
    }

    private void load(int more) {
        load.setOpaque(load.getPlain() + more);
    }
}
