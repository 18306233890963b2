package dev.partita.http;

import dev.partita.connection.Connection;
import dev.partita.connection.Step;
import dev.partita.limits.Counter;

/// The useful work of the present request: who does it, in which stage it is, whether a pass of it may block, and that it is
/// counted once, however many passes it takes.
final class Dispatch {
    /// The handler's first stage, whose index nobody has asked for yet.
    private static final int FIRST_STAGE = -1;

    private final Http http;
    private Connection connection;
    private final Request request;
    private Handler handler;
    private boolean mayBlock;
    private boolean counted;
    /// An index into the protocol's stages, or [#FIRST_STAGE].
    private int stage;

    Dispatch(Http http, Connection connection, Request request) {
        this.http = http;
        this.connection = connection;
        this.request = request;
        handler = http.handler();
    }

    void moveTo(Connection other) {
        connection = other;
    }

    /// Chooses the handler, once the head is there. One that says a [StatusException] instead is taken at its word, whatever
    /// the body.
    ///
    /// @param hasBody the request has one
    /// @return how much of the body it takes, as [Handler#bodyBytesMax] says; 0 without one
    long choose(boolean hasBody) {
        stage = FIRST_STAGE;
        try {
            Handler chosen = http.handler().route(request);
            if (chosen instanceof NeverBlocking declared) {
                handler = declared.handler();
                mayBlock = false;
            } else {
                handler = chosen;
                mayBlock = !chosen.neverBlocks();
            }
            return hasBody ? handler.bodyBytesMax(request) : 0;
        } catch (StatusException said) {
            handler = new Saying(said);
            mayBlock = false;
            return Handler.BODY_IGNORED;
        }
    }

    /// Says what choosing a handler has thrown.
    private record Saying(StatusException what) implements Handler {
        @Override
        public void handle(Request request, Response response) {
            throw what;
        }
    }

    boolean mayBlock() {
        return mayBlock;
    }

    /// What a pass of it is.
    Step step() {
        return mayBlock ? Step.BLOCKING : Step.WORK;
    }

    /// Who does the pass that begins now.
    Handler begin() {
        if (!counted) {
            counted = true;
            connection.counters().increment(Counter.REQUESTS);
        }
        return handler;
    }

    /// It is over, if it had begun.
    void end() {
        if (counted) {
            counted = false;
            connection.counters().increment(Counter.REQUESTS_ENDED);
        }
    }

    /// It goes on in another stage.
    void stage(String name) {
        stage = http.stage(name);
    }

    /// The index of its stage among the protocol's.
    int stage() {
        if (stage == FIRST_STAGE) {
            stage = http.firstStageOf(handler); // only a model that has stages asks
        }
        return stage;
    }

    /// It is another protocol's now, whose work is the first stage's.
    void leave() {
        stage = 0;
        end();
    }
}
