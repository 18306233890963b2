package dev.partita.http;

import java.util.List;

/// What answers requests: the useful work of an HTTP server.
///
/// The same handler runs under every server model. It is called by whichever thread the model chose, never by two at a time
/// for one connection, and by many at a time for many connections: what it shares between requests has to be safe for that.
/// It may block unless [#neverBlocks].
@FunctionalInterface
public interface Handler {
    /// Answers one request, whose body is complete.
    ///
    /// [Request] and [Response] are the connection's own and used again for its next request: they are valid during this
    /// call (and during the passes that follow from it, of a [Stage] or a [Reply]), for the thread of that call only. A handler
    /// that returns without a reply has answered with the status and headers it set and no body.
    ///
    /// @throws StatusException answers with its status and its sentence
    /// @throws Exception answers with 500, whatever was replied before; it is logged once and the client does not see it
    void handle(Request request, Response response) throws Exception;

    /// Chooses who handles a request, when its head is complete and before its body is read. Must not block, nor allocate
    /// where it can avoid it. A handler that chooses does so in [#handle] too, for others that are around it.
    default Handler route(Request request) {
        return this;
    }

    /// True if [#handle] never waits for anything, be it a file, a lock or another server. A model may then run it on an event
    /// loop, where everybody else has to wait for it to return.
    default boolean neverBlocks() {
        return false;
    }

    /// The largest request body it will take, in bytes: a larger one is refused with 413 before it is read. Asked once, when
    /// the head is complete, and only if a body follows; must not block. A client that waits for `100 Continue` is told to go
    /// on if the body is not too large. The server's own limit holds anyway.
    ///
    /// [#BODY_IGNORED] says that the answer does not depend on the body: the handler is called at once, finds a body of no
    /// bytes, and what arrives of it is dropped, up to the server's limit.
    default long bodyBytesMax(Request request) {
        return Long.MAX_VALUE;
    }

    /// The names of the stages that its work is split into, the first one first. Never empty.
    default List<String> stages() {
        return ONE_STAGE;
    }

    /// Not even the length of the body matters: see [#bodyBytesMax].
    long BODY_IGNORED = -1;

    /// The stage of all work that is not split.
    String WORK = "work";
    /// The stages of a handler that is not staged.
    List<String> ONE_STAGE = List.of(WORK);

    /// The same handler, declared to [never block][#neverBlocks].
    static Handler neverBlocking(Handler handler) {
        return handler instanceof Routes routes
                ? routes.each(Handler::neverBlocking)
                : handler.neverBlocks() ? handler : new NeverBlocking(handler);
    }
}
