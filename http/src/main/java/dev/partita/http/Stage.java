package dev.partita.http;

/// One named part of a handler's work: see [Stages].
@FunctionalInterface
public interface Stage {
    /// What [#run] returns when the reply has been given.
    String DONE = "";

    /// Does its part. What it finds out for the next stage goes into [Request#attach].
    ///
    /// @return the name of the stage that goes on, or [#DONE]
    /// @throws Exception answers with 500, as with [Handler#handle]
    String run(Request request, Response response) throws Exception;
}
