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
import dev.partita.limits.Counters;
import dev.partita.limits.Failures;
import dev.partita.limits.Phase;
import dev.partita.limits.Refusal;
import java.nio.charset.StandardCharsets;

/// One HTTP/1.1 conversation: reads a request, names the work, sees that the reply leaves, and goes on with the next one.
///
///     HEAD -> READY ---------------------------------------> HEAD      the handler has replied
///       |       |  \-> READY                                           the next stage of its work
///       |       |  \-> PUT_OFF -> (resumed) -------------------^
///       |       |  \-> ASIDE ----------------------------------^       the reply waits for an empty outbound
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
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
    /// No work is named while outbound has less room than this: the head of most replies.
    private static final int HEAD_ROOM = 1 << 10;

    /// The handler's first stage, whose index nobody has asked for yet.
    private static final int FIRST_STAGE = -1;

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
    private final Connection connection;
    private final Buffer inbound;
    private final Outbound outbound;
    private final RequestHead head;
    private final Request request;
    private final Response response;
    private final boolean observed;

    private State state = State.HEAD;
    /// What follows the present request.
    private State after = State.HEAD;
    private Handler handler;
    private boolean mayBlock;
    private boolean counted;
    private boolean awaitsContinue;
    /// An index into the protocol's stages, or [#FIRST_STAGE].
    private int stage;
    private int refusal;
    /// Nobody knows where the present request ends: it is the last one, and what stands in inbound stays there.
    private boolean endless;
    /// How many requests this connection has made.
    private int requests;
    private Close close = Close.NORMAL;
    /// Does everything once the connection goes on in another protocol; nothing before.
    private Session successor = NOTHING;

    HttpSession(Http http, Connection connection) {
        this.http = http;
        this.connection = connection;
        inbound = connection.inbound();
        outbound = connection.outbound();
        head = new RequestHead(connection.limits());
        request = new Request(connection, head, http.trusted());
        response = new Response(connection, http, head);
        handler = http.handler();
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
            case ASIDE -> outbound.isDrained() ? Step.WORK : Step.WRITE;
            case PRODUCING -> outbound.isDrained() ? work(mayBlock) : Step.WRITE;
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
            default -> refuse(result);
        };
    }

    private Step begin() {
        long bodyBytesMax;
        try {
            Handler chosen = http.handler().route(request);
            if (chosen instanceof NeverBlocking declared) {
                handler = declared.handler();
                mayBlock = false;
            } else {
                handler = chosen;
                mayBlock = !chosen.neverBlocks();
            }
            stage = FIRST_STAGE;
            bodyBytesMax = head.hasBody() ? handler.bodyBytesMax(request) : 0;
        } catch (StatusException said) {
            handler = new Saying(said);
            mayBlock = false;
            stage = FIRST_STAGE;
            bodyBytesMax = Handler.BODY_IGNORED;
        } catch (Throwable failure) {
            report(failure);
            return refuseWith(500);
        }
        counted = false;
        if (++requests >= connection.limits().requestsPerConnectionMax()) {
            endAfterThisRequest();
            connection.counters().increment(Counter.REQUESTS_PER_CONNECTION);
        }
        if (head.hasBody()) {
            return beginBody(bodyBytesMax);
        }
        state = State.READY;
        return ready();
    }

    /// Says in the reply that the connection closes, though the client did not ask for it.
    private void endAfterThisRequest() {
        head.endConnection();
        close = Close.LINGER; // the client may be sending its next request already
    }

    /// Says what choosing a handler has thrown.
    private record Saying(StatusException what) implements Handler {
        @Override
        public void handle(Request request, Response response) {
            throw what;
        }
    }

    /// A finished reply does not wait for work that may block. A reply that has begun does: it is this request's.
    private Step ready() {
        if (mayBlock) {
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

    private static Step work(boolean mayBlock) {
        return mayBlock ? Step.BLOCKING : Step.WORK;
    }

    private Step putOff() {
        if (!outbound.isDrained()) {
            return Step.WRITE;
        }
        Later later = response.putOff();
        return later == null || later.reply() == null ? Step.WAIT : Step.WORK;
    }

    private Step last() {
        if (!outbound.isDrained()) {
            return Step.WRITE;
        }
        // What the client has sent behind its last request is not answered; closing over it would reset the connection.
        connection.closing(inbound.isEmpty() ? close : Close.LINGER);
        return Step.CLOSE;
    }

    // The work.

    @Override
    public void work() {
        if (state != State.READY) {
            otherWork();
            return;
        }
        if (!counted) {
            counted = true;
            connection.counters().increment(Counter.REQUESTS);
        }
        response.beginPass();
        try {
            handler.handle(request, response);
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
                stage = http.stage(next);
                state = State.READY;
                return;
            }
            response.empty();
        }
        place();
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
        Later later = response.putOff();
        Reply reply = later == null ? null : later.reply();
        if (reply == null) {
            return;
        }
        response.resume();
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
        ended();
        boolean goesOn = !response.isLast();
        boolean unread = head.hasBody() && !request.body().isComplete();
        if (unread && goesOn) {
            state = State.DISCARD;
            return;
        }
        if (!goesOn && (unread || head.isPersistent())) {
            close = Close.LINGER; // the client did not ask for the end, and may be sending its next request already
        }
        replied(goesOn ? State.HEAD : State.LAST);
    }

    private void upgrade(Protocol next) {
        if (head.hasBody() && !request.body().isComplete()) {
            throw new IllegalStateException("who upgrades a connection has to take the request's body first");
        }
        successor = next.open(connection);
        stage = 0;
        ended();
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
        return endless ? 0 : head.hasBody() ? request.body().end() : head.end();
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

    private void ended() {
        if (counted) {
            counted = false;
            connection.counters().increment(Counter.REQUESTS_ENDED);
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
            endAfterThisRequest(); // nobody will read the rest of the body
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
            return refuse(413);
        }
        request.body().begin(bytesMax);
        awaitsContinue = head.expectsContinue();
        state = State.BODY;
        return body();
    }

    /// The reply comes first, and the body is dropped as it arrives (RFC 9112 section 9.3, and nginx). The connection ends
    /// instead if the body is too large, and if the client waits to be told to go on: after a final answer it may send the
    /// body or not, and which of the two cannot be told from what follows (RFC 9110 section 10.1.1).
    private Step ignoreBody(long bytesMax) {
        request.body().begin(bytesMax);
        if (head.expectsContinue() || head.contentLength() > bytesMax) {
            endAfterThisRequest();
        }
        state = State.READY;
        return ready();
    }

    private Step body() {
        if (awaitsContinue) {
            if (!hasRoom()) {
                return Step.WRITE;
            }
            if (!connection.prepare()) {
                return Step.CLOSE;
            }
            outbound.bytes().put(CONTINUE);
            response.interim(CONTINUE.length);
            awaitsContinue = false;
        }
        Body body = request.body();
        int result = body.receive();
        if (result > ChunkedDecoder.DONE) {
            return refuse(result);
        }
        if (body.isToAppend()) {
            state = State.APPEND;
            return next();
        }
        if (body.isComplete()) {
            state = State.READY;
            return ready();
        }
        return readMore();
    }

    private void append() throws Exception {
        Body body = request.body();
        body.append();
        state = body.isComplete() ? State.READY : State.BODY;
    }

    /// The answer has been given; what is still to come of the body is dropped.
    private Step discard() {
        Body body = request.body();
        int result = body.isComplete() ? ChunkedDecoder.DONE : body.receive();
        if (result == ChunkedDecoder.MORE) {
            body.drop();
            return readMore();
        }
        if (result == ChunkedDecoder.DONE) {
            replied();
        } else {
            countRefusal(result);
            endUnread();
        }
        return next();
    }

    private void endUnread() {
        close = Close.LINGER;
        endless = true;
        replied(State.LAST);
    }

    // Refusals.

    /// The request is malformed or too large. It is answered in its turn, and then the connection ends: where the next request
    /// would begin is in doubt.
    private Step refuse(int status) {
        countRefusal(status);
        return refuseWith(status);
    }

    private void countRefusal(int status) {
        Counters counters = connection.counters();
        counters.increment(Counter.BAD_REQUESTS);
        switch (status) {
            case 413 -> counters.increment(Counter.BODIES_TOO_LARGE);
            case 414 -> counters.increment(Counter.REQUEST_LINES_TOO_LONG);
            case 431 -> counters.increment(Counter.HEADS_TOO_LARGE);
            default -> {
                Body body = request.bodyIfUsed();
                if (body != null && body.isTooCostly()) {
                    counters.increment(Counter.CHUNKS_TOO_SMALL);
                }
            }
        }
    }

    private Step refuseWith(int status) {
        refusal = status;
        endless = true;
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
        response.close().answer(refusal);
        response.place();
        close = Close.LINGER;
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
            response.resume();
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
            response.close();
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
    public boolean mayReplyLate() {
        return state != State.PRODUCING && state != State.UPGRADED;
    }

    /// How many requests this connection has made, which are bounded; nothing else outlives a request.
    @Override
    public long memory() {
        return state == State.HEAD && inbound.isEmpty() ? requests : STAYS;
    }

    @Override
    public void recall(long memory) {
        requests = (int) memory;
    }

    @Override
    public int stage() {
        if (stage == FIRST_STAGE) {
            stage = http.firstStageOf(handler); // only a model that has stages asks
        }
        return stage;
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
        ended();
        state = State.HEAD;
        endless = false;
        close = Close.NORMAL;
        requests = 0;
        head.clear();
        request.close();
        response.clear();
        return true;
    }
}
