package dev.partita.cache;

import dev.partita.connection.Buffer;
import dev.partita.connection.Close;
import dev.partita.connection.Connection;
import dev.partita.connection.Outbound;
import dev.partita.connection.Session;
import dev.partita.connection.Step;
import dev.partita.limits.Counter;
import dev.partita.limits.Phase;
import dev.partita.limits.Refusal;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One conversation in memcached's text protocol.
///
///     LINE -> READY -----------------------> LINE       one command, performed
///       |       |  \-> SWALLOW ------------> LINE       refused; the data that was announced is dropped
///       |       |  \-> PRODUCING ----------> LINE       a dump, made while it is sent
///       |       |  \-> WATCHING                         lines of a log, until the client is gone
///       |       '----> LAST -> CLOSE
///       |-> VALUE (the data block arrives) -> READY
///       '-> KEYS (a pass for as many as fit, until the line ends) -> LINE
///
/// The command's line stays at the start of inbound until it has been performed, so that offsets into it stay valid; a value
/// larger than inbound is moved into its array from behind the line as it arrives.
final class CacheSession implements Session {
    /// The longest line without a line feed; beyond it only the keys of a get may go on.
    static final int LINE_BYTES_MAX = 2_048;
    /// No work is named while outbound has less room than this: the longest line of a reply.
    private static final int LINE_ROOM = 1_024;
    private static final byte BINARY_MAGIC = (byte) 0x80;
    private static final int LOOKUP = 0;
    private static final int UPDATE = 1;

    private enum State { LINE, READY, KEYS, VALUE, SWALLOW, PRODUCING, WATCHING, LAST }

    private final Memcached server;
    private final Connection connection;
    private final Buffer in;
    private final Outbound out;
    private final Request request;
    private final Probe probe;
    private final Tally.Row tally;
    private final KeysOfGet keys;
    private final Arriving arriving;

    private State state = State.LINE;
    private boolean met;
    private boolean begun;
    private boolean counted;
    private boolean trusted;
    private Close close = Close.NORMAL;
    /// How much of a line without an end has been looked at.
    private int searched;
    /// Bytes to drop.
    private long unwanted;
    /// What waits to be sent to a client that watches.
    private @Nullable Watcher watcher;

    CacheSession(Memcached server, Connection connection) {
        this.server = server;
        this.connection = connection;
        in = connection.inbound();
        out = connection.outbound();
        request = new Request(in);
        probe = server.store().probe(connection);
        tally = server.tally().row(connection.slot());
        keys = new KeysOfGet(this, server.retrieval());
        arriving = new Arriving(in, request, server.store());
        trusted = server.trustsEverybody();
    }

    // What comes next.

    @Override
    public Step next() {
        return switch (state) {
            case LINE -> line();
            case READY -> ready();
            case KEYS -> keys();
            case VALUE -> awaitValue();
            case SWALLOW -> swallow();
            case PRODUCING -> out.isDrained() ? Step.WORK : Step.WRITE;
            case WATCHING -> watching();
            case LAST -> last();
        };
    }

    private Step line() {
        if (!met) {
            meet();
        }
        if (out.isSealed()) {
            return Step.WRITE;
        }
        if (!begun && !in.isEmpty()) {
            begun = true;
            if (in.at(0) == BINARY_MAGIC) {
                tally.increment(Stat.BINARY_REFUSED); // its clients would wait for an answer for ever
                return refuseConversation();
            }
        }
        int feed = Line.feed(in, searched);
        if (feed < 0 && in.length() <= LINE_BYTES_MAX) {
            searched = in.length();
            return readMore();
        }
        searched = 0;
        if (feed < 0 || feed > LINE_BYTES_MAX) {
            return trusted && request.readLong() ? begin() : refuseConversation();
        }
        request.read(feed);
        return begin();
    }

    private void meet() {
        met = true;
        if (server.watchers().want(Watched.CONNEVENTS)) {
            server.watchers().opened(connection);
        }
    }

    private Step begin() {
        connection.requestBegins();
        counted = false;
        if (!trusted && (request.verb != Verb.SET || request.error != null || request.length > LINE_BYTES_MAX)) {
            request.error = Says.UNAUTHENTICATED;
            request.quiet = false;
        }
        if (request.error == null && request.verb.kind() == Verb.Kind.KEYS) {
            in.skip(request.keyStart);
            keys.begin();
            state = State.KEYS;
            return keys();
        }
        if (request.error == null && request.verb.hasValue()) {
            if (server.fits(request)) {
                state = State.VALUE;
                return awaitValue();
            }
            tally.increment(Stat.STORE_TOO_LARGE);
            request.refuseValue(Says.TOO_LARGE);
        }
        state = State.READY;
        return ready();
    }

    private Step ready() {
        return hasRoom() ? Step.WORK : Step.WRITE;
    }

    private Step keys() {
        if (out.isSealed() || !hasRoom()) {
            return Step.WRITE;
        }
        return keys.needMore() ? readMore() : Step.WORK;
    }

    /// A data block that fits into inbound is waited for there; a larger one moves into its array piece by piece.
    private Step awaitValue() {
        int left = arriving.left();
        if (in.length() - request.end >= left) {
            state = State.READY;
            return ready();
        }
        if (!arriving.hasMoved() && request.end + left <= connection.limits().bufferBytes()) {
            return readMore();
        }
        if (!arriving.move(key())) {
            request.refuseValue(Says.NO_MEMORY);
            tally.increment(Stat.STORE_NO_MEMORY);
            state = State.READY;
            return ready();
        }
        return readMore();
    }

    private Step swallow() {
        int here = (int) Math.min(unwanted, in.length());
        in.skip(here);
        unwanted -= here;
        if (unwanted > 0) {
            return readMore();
        }
        state = State.LINE;
        return line();
    }

    /// Whatever a watching client says is dropped: it is only of interest whether it is there.
    private Step watching() {
        in.clear();
        if (!out.isDrained()) {
            return Step.WRITE;
        }
        return watched().hasLines() ? Step.WORK : Step.WAIT;
    }

    private Watcher watched() {
        return Objects.requireNonNull(watcher);
    }

    @Override
    public boolean listensWhileWaiting() {
        return true; // nobody waits but who watches
    }

    private Step last() {
        if (!out.isDrained()) {
            return Step.WRITE;
        }
        // What the client has sent behind its last command is not answered; closing over it would reset the connection.
        connection.closing(in.isEmpty() ? close : Close.LINGER);
        return Step.CLOSE;
    }

    private Step readMore() {
        return out.isDrained() ? Step.READ : Step.WRITE;
    }

    /// Whether the longest line of a reply has room in outbound.
    boolean hasRoom() {
        Buffer bytes = out.bytes();
        return !out.isSealed() && (bytes.isEmpty() || bytes.room() >= LINE_ROOM);
    }

    /// This is not the protocol, or not a client that keeps to it: closed without an answer, as memcached does.
    private Step refuseConversation() {
        connection.counters().increment(Counter.BAD_REQUESTS);
        state = State.LAST;
        return last();
    }

    // The work.

    @Override
    public void work() {
        if (!counted) {
            counted = true;
            connection.counters().increment(Counter.REQUESTS);
        }
        switch (state) {
            case READY -> perform();
            case KEYS -> lookUpKeys();
            case PRODUCING -> produce();
            case WATCHING -> watched().moveTo(out.bytes());
            default -> throw new IllegalStateException("no work in " + state);
        }
    }

    private void perform() {
        byte[] error = request.error;
        if (error != null) {
            fail(error);
            return;
        }
        state = State.LINE;
        int end = request.end;
        if (!trusted) {
            server.authenticate(this);
        } else {
            switch (request.verb.kind()) {
                case VALUE, UPDATE -> server.classic().perform(this);
                case META, META_VALUE -> server.meta().perform(this);
                case SERVICE -> server.service().perform(this);
                case KEYS -> throw new IllegalStateException("keys are looked up");
            }
        }
        if (request.verb.hasValue()) {
            end += arriving.left();
            arriving.forget();
        }
        in.skip(end);
        request.clear();
    }

    private void fail(byte[] error) {
        connection.counters().increment(Counter.BAD_REQUESTS);
        if (trusted && request.dropsOld) {
            server.drop(this);
        }
        if (!request.hidesErrors()) {
            say(error);
        }
        dropCommand();
    }

    /// Takes the command away, and sees that the data block that belongs to it goes too.
    private void dropCommand() {
        unwanted = request.length < 0 ? 0 : arriving.left();
        arriving.forget();
        in.skip(request.end);
        state = unwanted > 0 ? State.SWALLOW : State.LINE;
    }

    private void lookUpKeys() {
        byte[] end = keys.lookUp();
        if (end != null) {
            say(end);
            if (keys.hasBad()) {
                connection.counters().increment(Counter.BAD_REQUESTS);
            }
            state = State.LINE;
        }
    }

    private void produce() {
        try {
            if (!out.produce()) {
                state = State.LINE;
            }
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    // For those who perform.

    Request request() {
        return request;
    }

    Connection connection() {
        return connection;
    }

    Tally.Row tally() {
        return tally;
    }

    Buffer inbound() {
        return in;
    }

    Outbound outbound() {
        return out;
    }

    /// The request's key.
    Probe key() {
        return request.has('b')
                ? probe.decode(request.keyStart, request.keyLength)
                : probe.at(request.keyStart, request.keyLength);
    }

    /// The key that stands at an offset of inbound.
    Probe key(int offset, int length) {
        return probe.at(offset, length);
    }

    /// Puts a line into the reply.
    void say(byte[] line) {
        out.bytes().put(line);
    }

    /// Puts bytes into the reply that may be more than there is room for. The caller puts nothing behind them.
    void send(byte[] bytes, int offset, int length) {
        if (out.bytes().room() >= length) {
            out.bytes().put(bytes, offset, length);
        } else {
            out.follow(bytes, offset, length);
        }
    }

    /// Puts an item's value with its CR LF into the reply. The caller puts nothing behind it.
    ///
    /// @return false if the item is no longer that version: the caller takes its part of the reply back
    boolean sendValue(Item item, int version) {
        byte[] bytes = item.bytes;
        int length = item.lengthIn(bytes) + 2;
        if (out.bytes().room() >= length) {
            out.bytes().put(bytes, item.keyLength(), length);
            return item.isStill(version);
        }
        if (!item.keep(version)) {
            return false;
        }
        out.follow(bytes, item.keyLength(), length);
        return true;
    }

    /// The request's data block, when all of it is there.
    Arriving value() {
        return arriving;
    }

    /// Goes on with a reply that is made piece by piece.
    void produceNext() {
        state = State.PRODUCING;
    }

    /// Goes on with what there is to tell, until the client is gone.
    void watch(Watcher watcher) {
        this.watcher = watcher;
        state = State.WATCHING;
    }

    /// Ends the conversation when its replies have left.
    void end() {
        state = State.LAST;
    }

    /// The client has said who it is.
    void trust() {
        trusted = true;
    }

    // Refusals and ends.

    @Override
    public boolean refuse(Refusal why) {
        if (why == Refusal.DEADLINE) {
            if (state == State.KEYS || out.isSealed() || !hasRoom()) {
                return false;
            }
            say(Says.LATE);
            close = Close.LINGER;
            state = State.LAST;
            return true;
        }
        if (why == Refusal.CONNECTIONS_MAX) {
            say(Says.TOO_MANY_CONNECTIONS);
            state = State.LAST;
            return true;
        }
        if (state != State.READY || !hasRoom()) {
            return false;
        }
        if (!request.hidesErrors()) {
            say(Says.BUSY);
        }
        dropCommand();
        return true;
    }

    @Override
    public int stage() {
        return switch (request.verb.kind()) {
            case KEYS, SERVICE -> LOOKUP;
            case VALUE, UPDATE, META_VALUE -> UPDATE;
            case META -> request.verb == Verb.MG || request.verb == Verb.ME || request.verb == Verb.MN
                    ? LOOKUP
                    : UPDATE;
        };
    }

    @Override
    public Phase phase() {
        return switch (state) {
            case LINE, LAST -> in.isEmpty() ? Phase.IDLE : Phase.HEAD;
            case WATCHING -> Phase.IDLE;
            default -> Phase.BODY;
        };
    }

    private void leave() {
        if (watcher != null) {
            server.watchers().remove(watcher);
            watcher = null;
        }
        if (met && server.watchers().want(Watched.CONNEVENTS)) {
            server.watchers().closed(connection, state == State.LAST);
        }
        met = false;
    }

    @Override
    public boolean reset() {
        leave();
        arriving.forget();
        state = State.LINE;
        begun = false;
        trusted = server.trustsEverybody();
        close = Close.NORMAL;
        searched = 0;
        unwanted = 0;
        request.clear();
        return true;
    }
}
