package dev.partita.http;

import java.util.List;

/// A handler behind a filter.
record Filtered(Filter filter, Handler handler) implements Handler {
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
