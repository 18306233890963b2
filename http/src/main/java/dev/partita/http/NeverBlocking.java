package dev.partita.http;

import java.util.List;

/// A handler that says of another one that it never blocks. The session calls the other one itself, without the detour.
record NeverBlocking(Handler handler) implements Handler {
    @Override
    public void handle(Request request, Response response) throws Exception {
        handler.handle(request, response);
    }

    @Override
    public boolean neverBlocks() {
        return true;
    }

    @Override
    public long bodyBytesMax(Request request) {
        return handler.bodyBytesMax(request);
    }

    @Override
    public List<String> stages() {
        return handler.stages();
    }
}
