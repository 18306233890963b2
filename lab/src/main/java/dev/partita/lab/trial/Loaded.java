package dev.partita.lab.trial;

import dev.partita.lab.results.Trial.Latency;
import dev.partita.lab.results.Trial.Surge;
import dev.partita.load.ErrorKind;
import dev.partita.load.Result;
import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// What the generator answers, as a line of JSON. Latencies, lateness and fairness are those of the connections that are alike; what is
/// counted is counted of all.
///
/// @param answered replies in a second, refusals too: what a request's cost is divided by
/// @param failure why there was no load; null if there was
/// @param surge how it came through the one that was ordered; null if none was
/// @param whyVoid why the load says nothing about the server; null if it does
record Loaded(
        @Nullable String failure,
        @Nullable String whyVoid,
        long requests,
        long served,
        double rate,
        double answered,
        Map<String, Long> errors,
        Latency latency,
        Map<String, Latency> classes,
        double fairness,
        @Nullable Surge surge,
        double busy,
        double waitedForProcessor,
        @Nullable Double lateP50,
        @Nullable Double lateP99,
        @Nullable Double lateP999,
        double cpuMicros) {

    private static final double NANOS = 1e9;

    static Loaded failed(String why) {
        return new Loaded(why, null, 0, 0, 0, 0, Map.of(), Latency.NONE, Map.of(), 1, null, 0, 0, null, null, null, 0);
    }

    /// @param heavy of the one connection that is not like the others; null if there is none
    static Loaded of(Result result, @Nullable Result heavy) {
        Map<String, Long> errors = new LinkedHashMap<>();
        count(result, errors);
        Map<String, Latency> classes = new LinkedHashMap<>();
        result.kinds().forEach(kind -> classes.put(kind.name(), latency(kind.latency())));
        boolean closed = result.isClosed();
        long requests = result.requests();
        long served = result.served();
        double rate = result.rate();
        long replies = result.answeredInTime();
        double answered = result.answeredInTime() / seconds(result);
        double busy = result.busy();
        double waited = result.waitedForProcessor();
        String whyVoid = result.whyVoid();
        if (heavy != null) {
            count(heavy, errors);
            requests += heavy.requests();
            served += heavy.served();
            rate += heavy.rate();
            replies += heavy.answeredInTime();
            answered += heavy.answeredInTime() / seconds(heavy);
            busy = Math.max(busy, heavy.busy());
            waited = Math.max(waited, heavy.waitedForProcessor());
            whyVoid = whyVoid == null ? heavy.whyVoid() : whyVoid;
        }
        return new Loaded(null, whyVoid, requests, served, rate, answered, errors, latency(result.latency()), classes,
                result.fairness(), null, busy, waited,
                closed ? null : (Double) at(result.late(), 50), closed ? null : (Double) at(result.late(), 99),
                closed ? null : (Double) at(result.late(), 99.9),
                result.cpu().toNanos() / 1e3 / Math.max(1, replies));
    }

    private static void count(Result result, Map<String, Long> errors) {
        for (Map.Entry<ErrorKind, Long> each : result.errors().entrySet()) {
            if (each.getValue() > 0) {
                errors.merge(each.getKey().word(), each.getValue(), Long::sum);
            }
        }
    }

    private static double seconds(Result result) {
        return result.measured().toNanos() / NANOS;
    }

    Loaded with(@Nullable Surge came) {
        return new Loaded(failure, whyVoid, requests, served, rate, answered, errors, latency, classes, fairness, came,
                busy,
                waitedForProcessor, lateP50, lateP99, lateP999, cpuMicros);
    }

    private static Latency latency(Histogram histogram) {
        return histogram.getTotalCount() == 0
                ? Latency.NONE
                : new Latency(histogram.getTotalCount(), at(histogram, 50), at(histogram, 90), at(histogram, 99),
                        at(histogram, 99.9), at(histogram, 99.99), histogram.getMaxValue() / NANOS,
                        histogram.getMean() / NANOS);
    }

    private static double at(Histogram histogram, double percentile) {
        return histogram.getValueAtPercentile(percentile) / NANOS;
    }
}
