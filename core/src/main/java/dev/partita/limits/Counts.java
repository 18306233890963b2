package dev.partita.limits;

import java.util.Collection;
import java.util.Set;

/// What several [Counters] have counted together, as of one moment. What has ended was read before what has begun, so the
/// differences are never negative, whatever goes on meanwhile.
public final class Counts {
    private final long[] sums = new long[Counter.values().length];

    /// Reads the counters.
    public Counts(Collection<Counters> counters) {
        sum(Counter.CLOSED, counters);
        sum(Counter.REQUESTS_ENDED, counters);
        for (Counter counter : Counter.values()) {
            if (counter != Counter.CLOSED && counter != Counter.REQUESTS_ENDED) {
                sum(counter, counters);
            }
        }
    }

    /// What another process has counted.
    ///
    /// @param sums as [#toArray] gives them; those that are missing are 0
    public Counts(long... sums) {
        System.arraycopy(sums, 0, this.sums, 0, Math.min(sums.length, this.sums.length));
    }

    /// All sums, in the order of the counters.
    public long[] toArray() {
        return sums.clone();
    }

    /// These and those together.
    public Counts plus(Counts others) {
        long[] both = sums.clone();
        for (int i = 0; i < both.length; i++) {
            both[i] += others.sums[i];
        }
        return new Counts(both);
    }

    /// These counters alone, all others 0.
    public Counts only(Set<Counter> counters) {
        long[] some = new long[sums.length];
        for (Counter each : counters) {
            some[each.ordinal()] = sums[each.ordinal()];
        }
        return new Counts(some);
    }

    /// What is known of a process that is gone: its connections and requests ended with it.
    public Counts ended() {
        long[] last = sums.clone();
        last[Counter.ABORTED.ordinal()] += connections();
        last[Counter.CLOSED.ordinal()] = last[Counter.ACCEPTED.ordinal()];
        last[Counter.REQUESTS_ENDED.ordinal()] = last[Counter.REQUESTS.ordinal()];
        return new Counts(last);
    }

    private void sum(Counter counter, Collection<Counters> counters) {
        for (Counters each : counters) {
            sums[counter.ordinal()] += each.get(counter);
        }
    }

    /// The sum of a counter.
    public long get(Counter counter) {
        return sums[counter.ordinal()];
    }

    /// Connections that are open.
    public long connections() {
        return get(Counter.ACCEPTED) - get(Counter.CLOSED);
    }

    /// Requests that have reached the useful work and are not over yet.
    public long requestsInFlight() {
        return get(Counter.REQUESTS) - get(Counter.REQUESTS_ENDED);
    }
}
