package dev.partita.lab.results;

import java.util.List;

/// What the models had to do.
///
/// @param name one word; trials refer to it
/// @param title a few words
/// @param description what it is and what it separates, in sentences
/// @param classes the kinds of requests
/// @param connections that are open
/// @param requestsPerConnection 0 for any number
/// @param idle further connections that say nothing
/// @param app the user's class if it is his handler, an empty string if it is the lab's
public record WorkloadCard(
        String name,
        String title,
        String description,
        List<RequestClass> classes,
        int connections,
        int requestsPerConnection,
        int idle,
        String app) {

    /// One kind of requests.
    ///
    /// @param name as in a trial's latencies, such as `GET /work?micros=5`
    /// @param weight in proportion to the others
    public record RequestClass(String name, int weight) {}
}
