package dev.partita.cli.flight;

import dev.partita.connection.Connection;
import dev.partita.connection.RequestObserver;
import dev.partita.connection.Timeline;
import dev.partita.http.HttpObserver;
import dev.partita.limits.Counter;
import dev.partita.server.Running;
import java.net.SocketAddress;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/// Tells the flight recorder of slow requests, long waits in queues, and pauses in accepting. An event is made only for a
/// request that took longer than the threshold, and costs little more while nobody records.
public final class Flight {
    private final long thresholdNanos;

    /// @param thresholdNanos how long a request may take, or wait, without being told of
    public Flight(long thresholdNanos) {
        this.thresholdNanos = thresholdNanos;
    }

    /// Tells of waits in queues; and of requests too, where nobody knows more of them than that.
    ///
    /// @param requestsToo true unless there is an observer that knows more: see [#http]
    public RequestObserver any(boolean requestsToo) {
        return (connection, times) -> {
            if (times.queueWaitNanos() >= thresholdNanos) {
                waited(times);
            }
            if (requestsToo && times.durationNanos() >= thresholdNanos) {
                slow(connection, times);
            }
        };
    }

    /// Tells of slow requests, with what they asked for.
    public HttpObserver http() {
        return (request, response, times) -> {
            if (times.durationNanos() >= thresholdNanos) {
                var event = new SlowRequest();
                if (event.isEnabled()) {
                    event.of(times).request = request.line();
                    event.client = text(request.remoteAddress());
                    event.status = response.isSent(times) ? response.status() : 0;
                    event.commit();
                }
            }
        };
    }

    /// Tells once a second how often accepting has paused.
    public void watch(Running running) {
        FlightRecorder.addPeriodicEvent(AcceptPauses.class, new Runnable() {
            private long full;
            private long starved;

            @Override
            public void run() {
                var event = new AcceptPauses();
                long fullNow = running.count(Counter.ACCEPT_PAUSES_FULL);
                long starvedNow = running.count(Counter.ACCEPT_PAUSES_STARVED);
                event.full = fullNow - full;
                event.starved = starvedNow - starved;
                event.connections = running.connections();
                full = fullNow;
                starved = starvedNow;
                event.commit();
            }
        });
    }

    private static void waited(Timeline times) {
        var event = new LongQueueWait();
        event.waited = times.queueWaitNanos();
        event.work = times.workNanos();
        event.commit();
    }

    private static void slow(Connection connection, Timeline times) {
        var event = new SlowRequest();
        if (event.isEnabled()) {
            event.of(times).client = text(connection.peer());
            event.commit();
        }
    }

    private static String text(@Nullable SocketAddress address) {
        return address == null ? "" : address.toString();
    }
}
