package dev.partita.http;

/// What the server says by itself about a path or a method. It neither blocks nor waits for the request's body.
record OwnAnswer(int status, String allow) implements Handler {
    OwnAnswer(int status) {
        this(status, "");
    }

    @Override
    public void handle(Request request, Response response) {
        response.status(status);
        if (!allow.isEmpty()) {
            response.header("Allow", allow);
        }
        if (StatusLine.isBodiless(status)) {
            response.empty();
        } else {
            response.answer(status);
        }
    }

    @Override
    public boolean neverBlocks() {
        return true;
    }

    @Override
    public long bodyBytesMax(Request request) {
        return BODY_IGNORED;
    }
}
