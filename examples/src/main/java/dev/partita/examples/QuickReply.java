package dev.partita.examples;

import dev.partita.http.Handler;
import dev.partita.http.Request;
import dev.partita.http.Response;

/// A handler for the lab to compare models with: its work is next to nothing.
///
///     ./partita compare --quick --app dev.partita.examples.QuickReply --app-path examples/target/classes
public final class QuickReply implements Handler {
    /// What the lab makes.
    public QuickReply() {}

    @Override
    public void handle(Request request, Response response) {
        response.text("Hello, World!");
    }

    @Override
    public boolean neverBlocks() {
        return true;
    }
}
