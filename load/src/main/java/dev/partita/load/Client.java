package dev.partita.load;

import dev.partita.connection.Buffer;
import dev.partita.connection.Close;
import dev.partita.connection.Connection;
import dev.partita.connection.Outbound;
import dev.partita.connection.Session;
import dev.partita.connection.Step;
import dev.partita.limits.Phase;
import dev.partita.limits.Refusal;
import org.jspecify.annotations.Nullable;

/// One connection of the load: puts the requests that its [Generator] gives it, and hears their replies in order.
///
/// Not yet answered requests stand in a ring, the oldest first; the last ones of them may not have been said yet.
final class Client implements Session {
    private final Generator generator;
    private final Connection connection;
    private final Speaker speaker;
    /// Requests that one connection takes; 0 for any number.
    private final int requestsMax;

    private final long[] intended;
    private final int[] kinds;
    private int first;
    private int open;
    private int unsaid;

    /// How many requests it was given since it was established.
    private int given;
    private boolean established;
    /// It takes no further request, and closes when the last one is answered.
    private boolean over;
    private boolean late;
    /// True while it stands in the generator's list of those that have a place free.
    boolean listed;
    /// Requests that were served well on this connection and those that had its place before, and the sum of their latencies;
    /// by the ledger's books.
    private final long[] served = new long[2];
    private final long[] servedNanos = new long[2];

    /// @param depth requests that may be open at a time
    Client(Generator generator, Connection connection, Speaker speaker, int depth, int requestsMax) {
        this.generator = generator;
        this.connection = connection;
        this.speaker = speaker;
        this.requestsMax = requestsMax;
        intended = new long[depth];
        kinds = new int[depth];
    }

    Connection connection() {
        return connection;
    }

    /// True if it can be given a request.
    boolean hasRoom() {
        return established && !over && open < intended.length;
    }

    /// The mean latency of what was served here in the measured time; 0 if nothing was. Once the generator's thread has ended.
    double meanNanos() {
        long count = served[Ledger.MEASURED];
        return count == 0 ? 0 : (double) servedNanos[Ledger.MEASURED] / count;
    }

    /// Closes the connection when it has its turn, if nothing is open on it.
    ///
    /// @return true if it needs a turn for that
    boolean leave() {
        if (!established || open > 0) {
            return false;
        }
        over = true;
        return true;
    }

    /// Gives it a request. It is said when the connection has its next turn.
    void give(long intendedNanos, int kind) {
        int last = first + open;
        int at = last < intended.length ? last : last - intended.length;
        intended[at] = intendedNanos;
        kinds[at] = kind;
        open++;
        unsaid++;
        given++;
        if (given == requestsMax) {
            over = true;
        }
    }

    @Override
    public Step next() {
        if (!established) {
            established = true;
            generator.established(this);
        }
        if (!connection.inbound().isEmpty() || connection.hasEnded()) {
            hear();
        }
        if (over && open == 0) {
            return Step.CLOSE;
        }
        Outbound out = connection.outbound();
        if (unsaid > 0 && hasRoom(out)) {
            return Step.WORK;
        }
        return out.isDrained() ? Step.READ : Step.WRITE;
    }

    @Override
    public void work() {
        Outbound out = connection.outbound();
        while (unsaid > 0 && hasRoom(out)) {
            int next = first + open - unsaid;
            unsaid--;
            speaker.say(kinds[next < kinds.length ? next : next - kinds.length], out);
        }
    }

    private static boolean hasRoom(Outbound out) {
        Buffer bytes = out.bytes();
        return !out.isSealed() && (!bytes.isAttached() || bytes.room() >= Speaker.ROOM_BYTES);
    }

    /// Takes every reply that has arrived.
    private void hear() {
        Buffer in = connection.inbound();
        boolean ended = connection.hasEnded();
        long now = generator.now();
        while (open > unsaid && !(in.isEmpty() && !ended)) {
            switch (speaker.hear(kinds[first], in, ended)) {
                case MORE -> {
                    return;
                }
                case WELL -> {
                    if (!in.isEmpty() && open - unsaid == 1) {
                        bad(); // more than was asked for
                        return;
                    }
                    replied(now, null);
                }
                case CLIENT_ERROR -> replied(now, ErrorKind.STATUS_4XX);
                case SERVER_ERROR -> replied(now, ErrorKind.STATUS_5XX);
                case NOTHING -> {
                    fail(ErrorKind.RESET);
                    return;
                }
                case EARLY_END -> {
                    failFirst(ErrorKind.EARLY_END);
                    fail(ErrorKind.RESET);
                    return;
                }
                case BAD -> {
                    bad();
                    return;
                }
            }
        }
        if (!in.isEmpty()) {
            connection.closing(Close.ABORT); // a reply to nothing: what comes next would be taken for another's
            fail(ErrorKind.RESET);
        } else if (ended) {
            fail(ErrorKind.RESET);
        }
    }

    private void bad() {
        connection.closing(Close.ABORT);
        failFirst(ErrorKind.BAD_REPLY);
        fail(ErrorKind.RESET);
    }

    private void replied(long now, @Nullable ErrorKind error) {
        long began = intended[first];
        int kind = kinds[first];
        removeFirst();
        if (speaker.isOver()) {
            over = true;
        }
        generator.replied(began, kind, now, error);
        if (error == null) {
            int book = generator.ledger().book(began);
            served[book]++;
            servedNanos[book] += now - began;
        }
        if (over && open > 0 && speaker.isOver()) {
            fail(ErrorKind.RESET); // the peer has said that it answers nothing more
        }
        generator.hasPlace(this);
    }

    private void removeFirst() {
        first = first + 1 < intended.length ? first + 1 : 0;
        open--;
    }

    private void failFirst(ErrorKind error) {
        long began = intended[first];
        int kind = kinds[first];
        removeFirst();
        if (unsaid > open) {
            unsaid = open;
            generator.takeBack(began, kind);
        } else {
            generator.failed(began, error);
        }
    }

    /// Nothing more will be heard here: what has been said has failed, and what has not been said is for others.
    private void fail(ErrorKind error) {
        over = true;
        while (open > 0) {
            failFirst(error);
        }
    }

    @Override
    public Phase phase() {
        return open > 0 ? Phase.HEAD : Phase.IDLE;
    }

    /// The reply is late.
    @Override
    public boolean refuse(Refusal why) {
        late = true;
        return false;
    }

    /// The connection has ended, or could not be opened.
    @Override
    public boolean reset() {
        boolean wasEstablished = established;
        fail(late || generator.isLate() ? ErrorKind.TIMEOUT : ErrorKind.RESET);
        established = false;
        over = false;
        late = false;
        given = 0;
        speaker.reset();
        generator.ended(wasEstablished);
        return true;
    }
}
