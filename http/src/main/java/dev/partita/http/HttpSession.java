package dev.partita.http;

import dev.partita.connection.Buffer;
import dev.partita.connection.Close;
import dev.partita.connection.Connection;
import dev.partita.connection.Outbound;
import dev.partita.connection.Protocol;
import dev.partita.connection.Session;
import dev.partita.connection.Step;
import dev.partita.connection.Timeline;
import dev.partita.http.syntax.ChunkedDecoder;
import dev.partita.limits.Counter;
import dev.partita.limits.Failures;
import dev.partita.limits.Phase;
import dev.partita.limits.Refusal;
import org.jspecify.annotations.Nullable;

/// One HTTP/1.1 conversation: reads a request, names the work, sees that the reply leaves, and goes on with the next one.
///
///     HEAD -> READY ---------------------------------------> HEAD      the handler has replied
///       |       |  \-> READY                                           the next stage of its work
///       |       |  \-> PUT_OFF -> (resumed) -------------------^
///       |       |  \-> ASIDE ----------------------------------^       the reply waits for an empty outbound,
///       |       |                                                     or for a pass that may block
///       |       |  \-> PRODUCING (a pass for each piece) ------^
///       |       |  \-> DISCARD (answered before its body) -----^
///       |   (SENDING comes before HEAD if the request has to stay)
///       |-> BODY <-> APPEND                                            a large body goes to a file
///       |    '-> READY
///       '-> REFUSED -> LAST -> CLOSE                                   HEAD becomes LAST after "Connection: close",
///                                                                      or UPGRADED after 101: another session goes on
///
/// The request stands at the start of inbound until its reply is complete; offsets into it stay valid.
final class HttpSession implements Session {
    /// No work is named while outbound has less room than this: the head of most replies.
    private static final int HEAD_ROOM = 1 << 10;

    private static final Session NOTHING = new Session() {
        @Override
        public Step next() {
            return Step.CLOSE;
        }

        @Override
        public void work() {
            // there is none
        }
    };

    private enum State {
        HEAD, BODY, APPEND, DISCARD, READY, PUT_OFF, ASIDE, PRODUCING, SENDING, REFUSED, LAST, ABORTED, UPGRADED
    }

    private final Http http;
    private Connection connection;
    private Buffer inbound;
    private Outbound outbound;
    private final RequestHead head;
    private final Request request;
    private final Dispatch dispatch;
    private final Response response;
    private final Persistence persistence;
    private final boolean observed;

    private State state = State.HEAD;
    /// What follows the present request.
    private State after = State.HEAD;
    /// The status that a malformed or too large request gets.
    private int refusal;
    /// Does everything once the connection goes on in another protocol; nothing before.
    private Session successor = NOTHING;

    HttpSession(Http http, Connection connection) {
        this.http = http;
        this.connection = connection;
        inbound = connection.inbound();
        outbound = connection.outbound();
        head = new RequestHead(connection.limits(), http.acceptsBareLf());
        request = new Request(connection, head, http.trusted());
        dispatch = new Dispatch(http, connection, request);
        persistence = new Persistence(connection, head, request);
        response = new Response(connection, http, head, persistence);
        observed = connection.isObserved();
    }

    // What comes next.

    @Override
    public Step next() {
        if (state == State.SENDING) {
            tellWhenSent();
        }
        return switch (state) {
            case HEAD -> head();
            case READY -> ready();
            case BODY -> body();
            case APPEND -> outbound.isDrained() ? Step.BLOCKING : Step.WRITE;
            case DISCARD -> discard();
            case PUT_OFF -> putOff();
            case ASIDE -> aside();
            case PRODUCING -> outbound.isDrained() ? production() : Step.WRITE;
            case SENDING -> Step.WRITE;
            case REFUSED -> refused();
            case LAST -> last();
            case ABORTED -> Step.CLOSE;
            case UPGRADED -> successor.next();
        };
    }

    private Step head() {
        if (outbound.isSealed()) {
            return Step.WRITE;
        }
        int result = head.parse(inbound);
        return switch (result) {
            case RequestHead.COMPLETE -> begin();
            case RequestHead.PARTIAL -> readMore();
            default -> refuse(result, head.exceeded(result));
        };
    }

    private Step begin() {
        connection.requestBegins();
        long bodyBytesMax;
        try {
            bodyBytesMax = dispatch.choose(head.hasBody());
        } catch (Throwable failure) {
            report(failure);
            return refuseWith(500);
        }
        persistence.count();
        if (head.hasBody()) {
            return beginBody(bodyBytesMax);
        }
        state = State.READY;
        return ready();
    }

    /// A finished reply does not wait for work that may block. A reply that has begun does: it is this request's.
    private Step ready() {
        if (dispatch.mayBlock()) {
            return outbound.isDrained() || response.isBegun() ? Step.BLOCKING : Step.WRITE;
        }
        return hasRoom() || response.isBegun() ? Step.WORK : Step.WRITE;
    }

    private boolean hasRoom() {
        Buffer bytes = outbound.bytes();
        return bytes.room() >= HEAD_ROOM || bytes.isEmpty();
    }

    private Step readMore() {
        return outbound.isDrained() ? Step.READ : Step.WRITE;
    }

    private Step putOff() {
        if (!outbound.isDrained()) {
            return Step.WRITE;
        }
        Later later = response.putOff();
        return later == null || !later.isOver() ? Step.WAIT : Step.WORK;
    }

    private Step aside() {
        if (!outbound.isDrained()) {
            return Step.WRITE;
        }
        return response.hasProducer() ? production() : Step.WORK;
    }

    /// What making a piece of the reply is: it may block if the handler may, and where it reads a file.
    private Step production() {
        return response.readsSpool() ? Step.BLOCKING : dispatch.step();
    }

    private Step last() {
        if (!outbound.isDrained()) {
            return Step.WRITE;
        }
        persistence.close(inbound);
        return Step.CLOSE;
    }

    // The work.

    @Override
    public void work() {
        if (state != State.READY) {
            otherWork();
            return;
        }
        response.beginPass();
        try {
            dispatch.begin().handle(request, response);
            handled();
        } catch (Throwable failure) {
            failed(failure);
        }
    }

    private void otherWork() {
        if (state == State.PRODUCING) {
            goOnProducing();
            return;
        }
        if (state == State.UPGRADED) {
            successor.work();
            return;
        }
        try {
            switch (state) {
                case APPEND -> append();
                case ASIDE -> place();
                case PUT_OFF -> resume();
                default -> throw new IllegalStateException("no work in " + state);
            }
        } catch (Throwable failure) {
            failed(failure);
        }
    }

    /// Looks at what a pass of the handler has left.
    private void handled() throws Exception {
        if (!response.isReplied()) {
            String next = request.stage();
            if (response.putOff() != null) {
                state = State.PUT_OFF;
                return;
            }
            if (next != null) {
                dispatch.stage(next);
                state = State.READY;
                return;
            }
            response.empty();
        }
        if (isTooEarlyToProduce()) {
            response.moveAside();
            state = State.ASIDE;
        } else {
            place();
        }
    }

    /// True if the first piece of the reply, which leaves with the head, may block to be made, and this pass may not.
    private boolean isTooEarlyToProduce() {
        boolean mayBlock = state == State.READY && dispatch.mayBlock();
        return !mayBlock && response.hasProducer() && production() == Step.BLOCKING;
    }

    private void place() throws Exception {
        if (!response.place()) {
            state = State.ASIDE;
            return;
        }
        if (outbound.isProducing() && outbound.produce()) { // its first piece leaves with the head
            state = State.PRODUCING;
            return;
        }
        replied();
    }

    private void resume() throws Exception {
        Reply reply = response.resume();
        if (reply == null) {
            return;
        }
        response.beginPass();
        reply.write(response);
        handled();
    }

    /// The reply is complete.
    private void replied() {
        Protocol next = response.successor();
        if (next != null) {
            upgrade(next);
            return;
        }
        dispatch.end();
        if (response.isLast()) {
            persistence.ends(request.isWhole());
            replied(State.LAST);
        } else if (request.isWhole()) {
            replied(State.HEAD);
        } else {
            state = State.DISCARD;
        }
    }

    private void upgrade(Protocol next) {
        if (!request.isTaken()) {
            throw new IllegalStateException("who upgrades a connection has to take the request's body first");
        }
        successor = next.open(connection);
        dispatch.leave();
        replied(State.UPGRADED);
    }

    /// The request leaves inbound: at once; or when its reply has left, if somebody wants to know of that, or the reply is in it.
    private void replied(State after) {
        this.after = after;
        if (observed || response.givesBack()) {
            state = State.SENDING;
        } else {
            leave();
        }
    }

    /// A request that is followed by another one is not waited for: their replies leave together.
    private void tellWhenSent() {
        if (outbound.isDrained()
                || !outbound.isSealed() && after != State.LAST && inbound.length() > requestBytes()) {
            tell(true);
            leave();
        }
    }

    /// The request leaves inbound, what is still to come of its body included.
    private void leave() {
        inbound.skip(requestBytes());
        request.clear();
        response.clear();
        head.clear();
        state = after;
    }

    /// What the request takes of inbound; nothing if it is not known where it ends.
    private int requestBytes() {
        return persistence.isLost() ? 0 : request.end();
    }

    /// Tells those who observe the requests of this one.
    private void tell(boolean whole) {
        if (connection.isAnsweredLate()) {
            response.answeredLate();
        }
        Timeline times = connection.replied(whole);
        HttpObserver observer = http.observer();
        if (times != null && observer != null) {
            observer.onReply(request, response, times);
        }
    }

    private void goOnProducing() {
        try {
            if (!outbound.produce()) {
                replied();
            }
        } catch (Throwable failure) {
            report(failure);
            abort();
        }
    }

    /// A handler's failure is a 500, since nothing of its reply has been sent; or what it wanted to be said.
    private void failed(Throwable failure) {
        StatusException said = failure instanceof StatusException exception ? exception : null;
        if (said == null) {
            report(failure);
        }
        if (state == State.APPEND) {
            persistence.endAfterThisRequest(); // nobody will read the rest of the body
            response.beginPass(); // none has begun for this request
        }
        request.stage(null);
        response.takeBack();
        if (outbound.isSealed()) {
            abort();
            return;
        }
        if (said == null) {
            response.answer(500);
        } else {
            response.answer(said.status(), said.getMessage());
        }
        if (response.place()) {
            replied();
        } else {
            state = State.ASIDE;
        }
    }

    private void abort() {
        connection.closing(Close.ABORT);
        state = State.ABORTED;
    }

    private void report(Throwable failure) {
        connection.counters().increment(Counter.FAILURES);
        Failures.log("a handler failed", failure);
    }

    // Bodies.

    private Step beginBody(long handlerBytesMax) {
        long limit = connection.limits().bodyBytesMax();
        if (handlerBytesMax == Handler.BODY_IGNORED) {
            return ignoreBody(limit);
        }
        long bytesMax = Math.min(handlerBytesMax, limit);
        if (head.contentLength() > bytesMax || bytesMax == 0 && head.expectsContinue()) {
            return refuse(413, Counter.BODIES_TOO_LARGE);
        }
        BodyReceiver receiver = request.body().receiver();
        receiver.begin(bytesMax);
        receiver.invite();
        state = State.BODY;
        return body();
    }

    /// The reply comes first, and the body is dropped as it arrives (RFC 9112 section 9.3, and nginx). The connection ends
    /// instead if the body is too large, and if the client waits to be told to go on: after a final answer it may send the
    /// body or not, and which of the two cannot be told from what follows (RFC 9110 section 10.1.1).
    private Step ignoreBody(long bytesMax) {
        BodyReceiver receiver = request.body().receiver();
        receiver.begin(bytesMax);
        receiver.receive(); // what is wrong with it is told behind the answer
        if (head.expectsContinue() || head.contentLength() > bytesMax) {
            persistence.endAfterThisRequest();
        }
        state = State.READY;
        return ready();
    }

    private Step body() {
        BodyReceiver receiver = request.body().receiver();
        if (receiver.owesContinue()) {
            if (!hasRoom()) {
                return Step.WRITE;
            }
            if (!connection.prepare()) {
                return Step.CLOSE;
            }
            response.interim(receiver.putContinue(outbound.bytes()));
        }
        int result = receiver.receive();
        if (result > ChunkedDecoder.DONE) {
            return refuse(result, receiver.exceeded());
        }
        if (receiver.isToAppend()) {
            state = State.APPEND;
            return next();
        }
        if (receiver.isComplete()) {
            state = State.READY;
            return ready();
        }
        return readMore();
    }

    private void append() throws Exception {
        BodyReceiver receiver = request.body().receiver();
        receiver.append();
        state = receiver.isComplete() ? State.READY : State.BODY;
    }

    /// The answer has been given; what is still to come of the body is dropped.
    private Step discard() {
        BodyReceiver receiver = request.body().receiver();
        int result = receiver.receive();
        if (result == ChunkedDecoder.MORE) {
            receiver.drop();
            return readMore();
        }
        if (result == ChunkedDecoder.DONE) {
            replied();
        } else {
            countRefusal(receiver.exceeded());
            endUnread();
        }
        return next();
    }

    private void endUnread() {
        persistence.lose();
        replied(State.LAST);
    }

    // Refusals.

    /// The request is malformed or too large. It is answered in its turn, and then the connection ends: where the next request
    /// would begin is in doubt.
    private Step refuse(int status, @Nullable Counter exceeded) {
        countRefusal(exceeded);
        return refuseWith(status);
    }

    private void countRefusal(@Nullable Counter exceeded) {
        connection.counters().increment(Counter.BAD_REQUESTS);
        if (exceeded != null) {
            connection.counters().increment(exceeded);
        }
    }

    private Step refuseWith(int status) {
        refusal = status;
        persistence.lose();
        state = State.REFUSED;
        return refused();
    }

    private Step refused() {
        if (outbound.isSealed() || !hasRoom()) {
            return Step.WRITE;
        }
        if (!connection.prepare()) {
            return Step.CLOSE;
        }
        response.beginPass();
        response.closeConnection().answer(refusal);
        response.place();
        replied(State.LAST);
        return Step.WRITE;
    }

    @Override
    public boolean refuse(Refusal why) {
        if (state == State.UPGRADED) {
            return successor.refuse(why);
        }
        if ((state == State.HEAD || state == State.BODY) && why == Refusal.DEADLINE) {
            refuseWith(408);
            return true;
        }
        if (state == State.DISCARD && why == Refusal.DEADLINE) {
            endUnread();
            return true;
        }
        if (state == State.PUT_OFF && why == Refusal.DEADLINE) {
            response.endLater();
            state = State.READY;
        }
        if (state != State.READY && state != State.APPEND || response.isReplied()) {
            return false;
        }
        if (response.isBegun()) {
            response.takeBack();
        }
        request.stage(null);
        response.beginPass();
        if (why != Refusal.QUEUE_FULL && why != Refusal.QUEUE_SLOW) {
            response.closeConnection();
        }
        response.status(503).header("Retry-After", "1").answer(503);
        if (response.place()) {
            replied();
        } else {
            state = State.ASIDE;
        }
        return true;
    }

    @Override
    public boolean listensWhileWaiting() {
        return state == State.UPGRADED && successor.listensWhileWaiting();
    }

    @Override
    public boolean mayReplyLate() {
        return state != State.PRODUCING && state != State.UPGRADED;
    }

    /// How many requests this connection has made, which are bounded; nothing else outlives a request.
    @Override
    public long memory() {
        return state == State.HEAD && inbound.isEmpty() && head.isUntouched() ? persistence.requests() : STAYS;
    }

    @Override
    public void moveTo(Connection other) {
        connection = other;
        inbound = other.inbound();
        outbound = other.outbound();
        request.moveTo(other);
        dispatch.moveTo(other);
        persistence.moveTo(other);
        response.moveTo(other);
    }

    @Override
    public void recall(long memory) {
        persistence.requests((int) memory);
    }

    @Override
    public int stage() {
        return dispatch.stage();
    }

    @Override
    public Phase phase() {
        return switch (state) {
            case HEAD, LAST -> inbound.isEmpty() ? Phase.IDLE : Phase.HEAD;
            case UPGRADED -> successor.phase();
            default -> Phase.BODY;
        };
    }

    @Override
    public boolean reset() {
        if (observed && state != State.HEAD && state != State.LAST && state != State.UPGRADED) {
            tell(false);
        }
        successor.reset();
        successor = NOTHING;
        dispatch.end();
        state = State.HEAD;
        persistence.clear();
        head.clear();
        request.close();
        response.clear();
        return true;
    }
}
