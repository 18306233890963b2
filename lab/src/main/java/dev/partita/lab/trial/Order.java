package dev.partita.lab.trial;

import dev.partita.lab.results.WorkloadCard.RequestClass;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the generator is told, as a line of JSON.
///
/// @param port of the server on the loopback address
/// @param mix the requests, as `weight method path`
/// @param rate a second, of all connections; null for a closed loop
/// @param connections open at once
/// @param requestsPerConnection 0 for any number
/// @param pipeline requests open on one connection
/// @param idle further connections that say nothing
/// @param skewed true if one connection more carries half of the requests; in a closed loop, as many as it can
/// @param surge a second that are added for a while, by [Surging]; null for none
/// @param settleMillis load before the measured time
/// @param measureMillis the measured time
/// @param timeoutMillis for a reply
/// @param seed of arrivals and mix
/// @param sharing whether it is judged by what it did late only, and not by how busy it was
record Order(
        int port,
        List<RequestClass> mix,
        @Nullable Double rate,
        int connections,
        int requestsPerConnection,
        int pipeline,
        int idle,
        boolean skewed,
        @Nullable Double surge,
        int settleMillis,
        int measureMillis,
        int timeoutMillis,
        long seed,
        boolean sharing) {
}
