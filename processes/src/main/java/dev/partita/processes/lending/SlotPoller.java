package dev.partita.processes.lending;

import dev.partita.connection.Close;
import dev.partita.connection.Connection;
import dev.partita.connection.ConnectionTable;
import dev.partita.connection.Session;
import dev.partita.limits.Counter;
import dev.partita.limits.Counters;
import dev.partita.processes.lending.Slot.Step;
import dev.partita.processes.lending.Slot.Word;
import dev.partita.transport.AcceptPolicy;
import dev.partita.transport.Connecting;
import dev.partita.transport.Destination;
import dev.partita.transport.Listener;
import dev.partita.transport.Poller;
import org.jspecify.annotations.Nullable;

/// The poller of a worker whose connections are its master's. A slot that arrives is a connection that can go on; one that wants
/// to read, when nothing is left in its slot, or to write what does not all leave with it, goes back. So a request crosses once
/// in each direction, whatever its session does in between.
///
///     slot arrives -> take() -> READ: from the slot -> WORK -> WRITE: to the slot -> READ: nothing there -> slot leaves
final class SlotPoller implements Poller {
    private final SharedSlots shared;
    private final ConnectionTable table;
    private final Counters counters;
    /// Which connection has a slot's conversation.
    private final @Nullable Connection[] of;
    private @Nullable AcceptPolicy policy;
    private volatile boolean woken;

    SlotPoller(SharedSlots shared, ConnectionTable table, Counters counters) {
        this.shared = shared;
        this.table = table;
        this.counters = counters;
        of = new Connection[shared.slots];
    }

    // A connection's steps.

    @Override
    public boolean read(Connection connection) {
        SlotEndpoint endpoint = endpointOf(connection);
        if (endpoint.lingers()) {
            connection.closing(Close.LINGER); // the rest is the master's
            close(connection);
            return false;
        }
        if (connection.receive()) {
            return true;
        }
        connection.rest();
        if (endpoint.isHere()) {
            long memory = connection.inbound().isEmpty() ? connection.memory() : Session.STAYS;
            if (memory == Session.STAYS) {
                leave(connection, endpoint, Step.READ);
            } else {
                rest(connection, endpoint, memory);
            }
        }
        return false;
    }

    /// What was written leaves with the end of the turn, unless it is only a part, or something else may take long before.
    @Override
    public boolean write(Connection connection) {
        SlotEndpoint endpoint = endpointOf(connection);
        if (!endpoint.isHere()) {
            call(endpoint);
            return false;
        }
        boolean all = connection.send() && connection.outbound().isDrained();
        boolean isLast = !connection.outbound().isProducing() && connection.inbound().isEmpty()
                && !endpoint.hasInput();
        if (all && isLast || !endpoint.hasOutput()) {
            return true;
        }
        leave(connection, endpoint, Step.WRITE);
        return false;
    }

    @Override
    public boolean await(Connection connection) {
        SlotEndpoint endpoint = endpointOf(connection);
        if (endpoint.hasOutput()) {
            leave(connection, endpoint, Step.WRITE); // what was written before does not wait too
            return false;
        }
        if (connection.await()) {
            return true;
        }
        if (endpoint.mayWait()) {
            say(Word.WAITS, endpoint.slot());
        }
        return false;
    }

    @Override
    public void close(Connection connection) {
        SlotEndpoint endpoint = endpointOf(connection);
        if (endpoint.isHere() || table.isAborting()) {
            connection.close();
        } else {
            call(endpoint); // it comes back, and its next step is CLOSE again
        }
    }

    // The slot's ways.

    private void leave(Connection connection, SlotEndpoint endpoint, Step step) {
        int slot = endpoint.slot();
        shared.setInt(slot, Slot.PHASE, connection.phase().ordinal());
        shared.setInt(slot, Slot.LATE, connection.mayReplyLate() ? 1 : 0);
        goHome(endpoint, slot, step);
    }

    /// The conversation is no longer this worker's. Everything of it is over before the master can give the slot again.
    private void rest(Connection connection, SlotEndpoint endpoint, long memory) {
        int slot = endpoint.slot();
        shared.setLong(slot, Slot.MEMORY_AFTER, memory);
        of[slot] = null;
        goHome(endpoint, slot, Step.REST);
        endpoint.forget();
        connection.release();
    }

    /// The conversation is over. By the endpoint.
    void closed(SlotEndpoint endpoint, Close how) {
        int slot = endpoint.slot();
        of[slot] = null;
        if (endpoint.isHere()) {
            shared.setInt(slot, Slot.CLOSE, how.ordinal());
            goHome(endpoint, slot, Step.CLOSE);
        } else {
            call(endpoint);
        }
        endpoint.forget();
    }

    private void goHome(SlotEndpoint endpoint, int slot, Step step) {
        shared.setInt(slot, Slot.STEP, step.ordinal());
        endpoint.leave();
        say(Word.HOME, slot);
    }

    private void call(SlotEndpoint endpoint) {
        if (endpoint.mayCall()) {
            say(Word.CALLS, endpoint.slot());
        }
    }

    private void say(Word word, int slot) {
        shared.toMaster.put(word.about(slot));
        shared.wakeMaster();
    }

    // The wait.

    @Override
    public int poll(long timeoutNanos) {
        counters.increment(Counter.POLLS);
        if (timeoutNanos != 0) {
            shared.workerSleeps(true); // before the looks: who puts something, or wakes, comes after them or is seen
            if (!woken && shared.toWorker.isEmpty()) {
                shared.sleepWorker(timeoutNanos);
            }
            shared.workerSleeps(false);
        }
        woken = false;
        return 1;
    }

    @Override
    public @Nullable Connection take() {
        for (int slot = shared.toWorker.take(); slot != Ring.NONE; slot = shared.toWorker.take()) {
            Connection connection = arrived(slot);
            if (connection != null) {
                return connection;
            }
        }
        return null;
    }

    private @Nullable Connection arrived(int slot) {
        shared.setInt(slot, Slot.TAKEN, 1);
        int flags = shared.getInt(slot, Slot.FLAGS);
        if ((flags & Slot.DRAINING) != 0 && !table.isDraining()) {
            table.drain();
        }
        if ((flags & Slot.LAST_CALL) != 0 && table.idle() == null) {
            table.closeIdle(Close.LINGER);
        }
        boolean fresh = (flags & Slot.FRESH) != 0;
        Connection connection = fresh ? begin(slot) : of[slot];
        if (connection == null) {
            // It has failed meanwhile.
            shared.setInt(slot, Slot.STEP, Step.CLOSE.ordinal());
            shared.setInt(slot, Slot.CLOSE, Close.ABORT.ordinal());
            shared.setInt(slot, Slot.OUT_LENGTH, 0);
            say(Word.HOME, slot);
            return null;
        }
        endpointOf(connection).arrived(flags);
        if ((flags & Slot.RECALLED) != 0) {
            connection.recall(shared.getLong(slot, Slot.MEMORY));
        }
        return connection;
    }

    private @Nullable Connection begin(int slot) {
        Connection connection = table.reserve();
        AcceptPolicy home = policy;
        if (connection != null && home != null) {
            of[slot] = connection;
            endpointOf(connection).open(this, slot);
            home.place(connection);
        }
        return connection;
    }

    @Override
    public void wakeup() {
        woken = true;
        shared.wakeWorker();
    }

    // Accepting.

    @Override
    public void listen(Listener listener, AcceptPolicy policy) {
        this.policy = policy;
    }

    @Override
    public void accepting(boolean on) {
        // There is a place for every slot.
    }

    @Override
    public void stopListening() {
        // The master gives nothing new to a worker that it has told to end.
    }

    @Override
    public void adopt(Connection connection) {
        // Its slot is what it is watched by.
    }

    @Override
    public void lend(Connection connection) {
        // Nothing is heard of it anyway before its slot leaves and comes back.
    }

    @Override
    public void reclaim(Connection connection) {
        // See lend.
    }

    @Override
    public Connecting connect(Connection connection, Destination destination) {
        throw new UnsupportedOperationException("a worker of AMPED has no network");
    }

    @Override
    public void close() {
        // The memory is the transport's.
    }

    private static SlotEndpoint endpointOf(Connection connection) {
        return (SlotEndpoint) connection.endpoint();
    }
}
