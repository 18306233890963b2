package dev.partita.http;

import dev.partita.connection.Timeline;
import dev.partita.limits.Counters;
import java.util.ArrayList;
import java.util.List;

/// Is told of every request when it is over: its reply has been sent, or leaves together with the next one, or is given up.
/// The access log is one. See [Http#observing].
///
/// It runs on the request's path, on the thread that owns the connection, and on many threads at a time under most models. So
/// it never blocks, and where nothing may be allocated it allocates nothing. What it throws ends the connection.
@FunctionalInterface
public interface HttpObserver {
    /// A request is over.
    ///
    /// @param request of one that was refused because it is malformed or too large, only [Request#line] and
    ///     [Request#remoteAddress] say something; valid during the call
    /// @param response what was sent, if anything was: see [Response#isSent]
    /// @param times where its time went, and the bytes of the reply; valid during the call
    void onReply(Request request, Response response, Timeline times);

    /// Called about once a second, as [dev.partita.connection.Protocol#tick].
    default void tick(long epochSecond) {}

    /// What it counts itself; see [dev.partita.connection.Protocol#counters].
    default List<Counters> counters() {
        return List.of();
    }

    /// Both, one after the other.
    default HttpObserver and(HttpObserver other) {
        HttpObserver one = this;
        return new HttpObserver() {
            @Override
            public void onReply(Request request, Response response, Timeline times) {
                one.onReply(request, response, times);
                other.onReply(request, response, times);
            }

            @Override
            public void tick(long epochSecond) {
                one.tick(epochSecond);
                other.tick(epochSecond);
            }

            @Override
            public List<Counters> counters() {
                List<Counters> all = new ArrayList<>(one.counters());
                all.addAll(other.counters());
                return all;
            }
        };
    }
}
