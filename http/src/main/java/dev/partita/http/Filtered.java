package dev.partita.http;

import java.util.List;

/// A handler behind a filter.
record Filtered(Filter filter, Handler handler) implements Handler {
    /// What the handler chooses, behind the filter too: a file that is in memory does not block because of it.
    @Override
    @SuppressWarnings("ReferenceEquality") // the very same one, as most
    public Handler route(Request request) {
        Handler chosen = handler.route(request);
        return chosen == handler ? this : new Filtered(filter, chosen);
    }

    @Override
    public void handle(Request request, Response response) throws Exception {
        if (request.stage() == null) {
            filter.handle(request, response, handler);
        } else {
            handler.handle(request, response);
        }
    }

    @Override
    public boolean neverBlocks() {
        return filter.neverBlocks() && handler.neverBlocks();
    }

    @Override
    public long bodyBytesMax(Request request) {
        return filter.bodyBytesMax(request, handler);
    }

    @Override
    public List<String> stages() {
        return handler.stages();
    }
}
