package dev.partita.http;

/// A filter that says of another one that it never blocks.
record NeverBlockingFilter(Filter filter) implements Filter {
    @Override
    public void handle(Request request, Response response, Handler next) throws Exception {
        filter.handle(request, response, next);
    }

    @Override
    public boolean neverBlocks() {
        return true;
    }

    @Override
    public long bodyBytesMax(Request request, Handler next) {
        return filter.bodyBytesMax(request, next);
    }
}
