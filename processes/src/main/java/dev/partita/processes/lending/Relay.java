package dev.partita.processes.lending;

import dev.partita.connection.Buffer;
import dev.partita.connection.Close;
import dev.partita.connection.Connection;
import dev.partita.connection.Session;
import dev.partita.connection.Step;
import dev.partita.limits.Phase;
import dev.partita.limits.Refusal;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/// The master's session: the useful work of a connection that has something to say is to carry it to a worker and to bring back
/// the answer. It does not know what is said.
///
///     REST -- bytes --> (lent) --> READS -- bytes --> (lent) ...      the worker wants more, and has the session meanwhile
///      ^                  |  '---> WRITES -- sent --> (lent) ...      it has more to say
///      |                  |  '---> CLOSES
///      '------------------'  '---> LOST -> ANSWERED                   the worker is gone
///
/// Belongs to the thread of the master's loop.
final class Relay implements Session {
    private static final byte[] NOBODY = {};

    private enum State {
        REST, READS, WRITES, CLOSES, LOST, ANSWERED
    }

    private final RelayProtocol protocol;
    private final Connection connection;
    private State state = State.REST;
    /// Who has the session; null at rest.
    private @Nullable DistantWorker worker;
    private int slot;
    /// What the worker has said and outbound has not got yet.
    private int outFrom;
    private int outLeft;
    /// How many bytes of inbound the worker was given.
    private int given;
    /// Nothing of the conversation has crossed.
    private boolean fresh = true;
    private boolean endTold;
    private boolean called;
    private boolean answerable = true;
    private Phase phase = Phase.IDLE;
    private Close how = Close.NORMAL;
    private long memory = STAYS;
    /// Of the peer, for the worker's eyes; empty if it has none.
    private byte[] peerAddress = NOBODY;
    private int peerPort;

    Relay(RelayProtocol protocol, Connection connection) {
        this.protocol = protocol;
        this.connection = connection;
    }

    @Override
    public Step next() {
        if (outLeft > 0 && connection.outbound().isDrained()) {
            pour();
        }
        if (!connection.outbound().isDrained()) {
            return Step.WRITE;
        }
        return switch (state) {
            case REST -> hasNews() || fresh && protocol.mayBegin(connection)
                    ? Step.WORK
                    : Step.READ;
            case READS -> hasNews() || called || connection.hasEnded() && !endTold
                    ? Step.WORK
                    : Step.READ;
            case WRITES -> Step.WORK;
            case LOST -> onLost();
            case CLOSES, ANSWERED -> close();
        };
    }

    private boolean hasNews() {
        return !connection.inbound().isEmpty();
    }

    private void pour() {
        DistantWorker from = worker;
        if (from == null || !connection.prepare()) {
            outLeft = 0;
            return;
        }
        Buffer bytes = connection.outbound().bytes();
        int part = Math.min(outLeft, bytes.room());
        from.pour(slot, outFrom, part, bytes);
        outFrom += part;
        outLeft -= part;
        letGoIfOver();
    }

    private Step close() {
        connection.closing(how);
        return Step.CLOSE;
    }

    private Step onLost() {
        boolean isOwed = phase != Phase.IDLE || given > 0;
        how = isOwed ? Close.ABORT : Close.NORMAL;
        state = State.ANSWERED;
        return isOwed && answerable && answer(protocol.lostReply()) ? Step.WRITE : close();
    }

    /// Answers in place of a worker. The connection ends: where the next request begins is not known here.
    private boolean answer(byte[] reply) {
        if (reply.length == 0 || !connection.prepare() || connection.outbound().bytes().room() < reply.length) {
            return false;
        }
        connection.outbound().bytes().put(reply);
        how = Close.LINGER;
        state = State.ANSWERED;
        return true;
    }

    // With a worker.

    @Nullable DistantWorker worker() {
        return worker;
    }

    int slot() {
        return slot;
    }

    Connection connection() {
        return connection;
    }

    byte[] peerAddress() {
        return peerAddress;
    }

    int peerPort() {
        return peerPort;
    }

    /// A worker has been found.
    void with(DistantWorker worker, int slot) {
        if (fresh && connection.peer() instanceof InetSocketAddress inet && inet.getAddress() != null) {
            peerAddress = inet.getAddress().getAddress();
            peerPort = inet.getPort();
        }
        this.worker = worker;
        this.slot = slot;
    }

    /// Writes down what crosses: the flags, and how many bytes of inbound.
    int flags(boolean isFirst) {
        given = connection.inbound().length();
        endTold = connection.hasEnded();
        called = false;
        fresh = false;
        return (isFirst ? Slot.FRESH : 0)
                | (isFirst && memory != STAYS ? Slot.RECALLED : 0)
                | (endTold ? Slot.ENDED : 0)
                | (connection.isDraining() ? Slot.DRAINING : 0)
                | (connection.isLastCall() ? Slot.LAST_CALL : 0);
    }

    long knownMemory() {
        return memory;
    }

    /// The slot is back. What the worker says was checked.
    ///
    /// @param taken how many bytes of inbound the worker has
    /// @param phase of the worker's session, as the next two
    void returned(Slot.Step step, int taken, int outLength, Phase phase, boolean answerable, Close how, long memory) {
        connection.inbound().skip(Math.clamp(taken, 0, given));
        given = 0;
        outFrom = 0;
        outLeft = outLength;
        switch (step) {
            case READ -> state = State.READS;
            case WRITE -> state = State.WRITES;
            case REST -> {
                state = State.REST;
                this.memory = memory;
            }
            case CLOSE -> {
                state = State.CLOSES;
                this.how = how;
            }
        }
        boolean over = step == Slot.Step.REST || step == Slot.Step.CLOSE;
        this.phase = over ? Phase.IDLE : phase;
        this.answerable = over || answerable;
        letGoIfOver();
        connection.goHome();
    }

    private void letGoIfOver() {
        DistantWorker with = worker;
        if (outLeft == 0 && with != null && (state == State.REST || state == State.CLOSES)) {
            worker = null;
            with.free(slot);
        }
    }

    /// The worker has something to do without news of the peer.
    ///
    /// @return false if that was said already
    boolean call() {
        boolean first = !called;
        called = true;
        return first;
    }

    /// The worker is gone, and has not looked at what it was given.
    ///
    /// @return true if all of the conversation that matters is here, so that another one can do the work
    boolean takeBack() {
        if (state != State.REST) {
            return false; // it had the session
        }
        worker = null;
        given = 0;
        fresh = true;
        return true;
    }

    /// The worker is gone, and with it what it knows of this conversation. What it has said before still leaves.
    ///
    /// @param unanswered whether it has been given something that it has not returned
    void lose(boolean unanswered) {
        if (unanswered || state != State.REST && state != State.CLOSES) {
            state = State.LOST;
        }
    }

    @Override
    public void work() {
        throw new IllegalStateException("the work is a worker's");
    }

    @Override
    public Phase phase() {
        return worker == null && hasNews() ? Phase.HEAD : phase;
    }

    /// A request that nobody has room for gets the answer of one that is late. While a worker has the session, its clock decides
    /// what is late.
    @Override
    public boolean refuse(Refusal why) {
        if (why == Refusal.DEADLINE && state == State.READS) {
            return true;
        }
        return state == State.REST && answer(protocol.lateReply());
    }

    @Override
    public boolean mayReplyLate() {
        return answerable;
    }

    @Override
    public boolean reset() {
        DistantWorker with = worker;
        if (with != null) {
            worker = null;
            with.drop(slot, state == State.REST || state == State.CLOSES);
        }
        state = State.REST;
        outLeft = 0;
        given = 0;
        fresh = true;
        endTold = false;
        called = false;
        answerable = true;
        phase = Phase.IDLE;
        how = Close.NORMAL;
        memory = STAYS;
        peerAddress = NOBODY;
        return true;
    }
}
