package dev.partita.http;

/// What many handlers have in common: something before and after each, or instead of it. Put around handlers when the server is
/// set up; a server without filters has nothing of them on its way to a handler.
///
///     Filter timing = (request, response, next) -> {
///         long start = System.nanoTime();
///         next.handle(request, response);
///         spent.add(System.nanoTime() - start);
///     };
///     Http.serving(timing.around(routes))
///
/// Headers that a filter adds before it calls `next` are in the reply, unless the handler fails or takes its reply back. What
/// `next` throws comes through the filter, which may answer itself after [Response#reset]. After `next` the reply is complete,
/// but a producer has not been asked yet; one that was [put off][Response#later] is written later, without the filter. Around a
/// handler in stages, a filter runs with the first stage only.
///
/// Called as a [Handler] is, and like it, it may block unless it says otherwise.
@FunctionalInterface
public interface Filter {
    /// Does what it is for. It calls `next`, once, or replies instead.
    ///
    /// @throws Exception as [Handler#handle]
    void handle(Request request, Response response, Handler next) throws Exception;

    /// True if it never waits for anything. A handler that never blocks goes on being one only behind such a filter.
    default boolean neverBlocks() {
        return false;
    }

    /// The largest request body that is taken: see [Handler#bodyBytesMax]. A filter that is going to reply instead of `next`
    /// can say [Handler#BODY_IGNORED], so that nobody waits for the body; [#handle] is called then as well.
    default long bodyBytesMax(Request request, Handler next) {
        return next.bodyBytesMax(request);
    }

    /// A handler behind this filter. Around [Routes] it is a filter around each handler of theirs, also around their answers to
    /// unknown paths and methods.
    default Handler around(Handler handler) {
        return handler instanceof Routes routes ? routes.each(this::around) : new Filtered(this, handler);
    }

    /// The same filter, declared to [never block][#neverBlocks].
    static Filter neverBlocking(Filter filter) {
        return filter.neverBlocks() ? filter : new NeverBlockingFilter(filter);
    }
}
