package dev.partita.cli;

import dev.partita.load.ErrorKind;
import dev.partita.load.Result;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/// What a load came to, as a table for people.
final class LoadReport {
    private static final int WIDTH = 13;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final List<String> PERCENTILES = List.of("50", "90", "99", "99.9", "99.99");
    private static final int CELL = 12;

    private LoadReport() {}

    static String of(Result result) {
        var columns = new Columns(WIDTH);
        columns.add("load", load(result));
        columns.add("measured", format("%.1f s after %.1f s of warm-up%s",
                result.measured().toNanos() / NANOS_PER_SECOND, result.warmUp().toNanos() / NANOS_PER_SECOND,
                result.stopped() ? "; stopped early" : ""));
        columns.add("requests", format("%d: %d served well, %d failed%s", result.requests(), result.served(),
                result.failed(),
                result.unanswered() == 0 ? "" : format("; %d more were not answered yet", result.unanswered())));
        columns.add("rate", format("%.1f served a second%s", result.rate(),
                result.isClosed() ? "" : format("; %s were asked for", number(result.ratePerSecond()))));
        for (ErrorKind kind : ErrorKind.values()) {
            long count = result.errors().getOrDefault(kind, 0L);
            if (count > 0) {
                columns.add("error", format("%d x %s: %s", count, kind.word(), kind.description()));
            }
        }
        columns.add("latency", PERCENTILES.stream().map(each -> cell("p" + each)).collect(Collectors.joining())
                + cell("max") + (result.isClosed() ? "from the request's start" : "from when it was due"));
        columns.add("", cells(result.latency()));
        for (Result.OfKind kind : result.kinds()) {
            columns.add("", cells(kind.latency()) + kind.name());
        }
        columns.add("generator", generator(result));
        String why = result.whyVoid();
        columns.add("verdict", why == null ? "valid" : "VOID: " + why);
        return columns.toString();
    }

    private static String load(Result result) {
        String loop = result.isClosed()
                ? "closed loop"
                : format("open loop, %s requests a second, %s arrivals", number(result.ratePerSecond()),
                        result.arrivals().name().toLowerCase(Locale.ROOT));
        String more = (result.pipeline() > 1 ? ", " + result.pipeline() + " pipelined" : "")
                + (result.requestsPerConnection() > 0
                        ? ", a new one after each " + result.requestsPerConnection() + " requests"
                        : "")
                + (result.slowReaders() > 0 ? ", " + result.slowReaders() + " slow readers" : "");
        return format("%s\non %s: %d connections%s; %d thread%s, %s", loop, result.target(), result.connections(), more,
                result.threads(), result.threads() == 1 ? "" : "s", result.transport());
    }

    private static String generator(Result result) {
        String busy = format("busy %.0f %% of the time, without a processor %.1f %%", 100 * result.busy(),
                100 * result.waitedForProcessor());
        if (result.isClosed()) {
            return busy;
        }
        Histogram late = result.late();
        return busy + format("\nlate by p50 %s, p99 %s, max %s; %d requests waited for a connection",
                millis(late.getValueAtPercentile(50)), millis(late.getValueAtPercentile(99)),
                millis(late.getMaxValue()), result.waited());
    }

    private static String cells(Histogram latency) {
        return PERCENTILES.stream()
                .map(each -> cell(millis(latency.getValueAtPercentile(Double.parseDouble(each)))))
                .collect(Collectors.joining()) + cell(millis(latency.getMaxValue()));
    }

    private static String cell(String text) {
        return Columns.pad(text, CELL);
    }

    static String millis(long nanos) {
        return format("%.3f ms", nanos / NANOS_PER_MILLI);
    }

    private static String number(double value) {
        return value == Math.rint(value) ? format("%.0f", value) : Double.toString(value);
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency
    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
