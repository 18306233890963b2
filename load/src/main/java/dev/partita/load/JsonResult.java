package dev.partita.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// A [Result] as JSON. The schema is in docs/load.md; times are in seconds.
public final class JsonResult {
    /// The version of the schema: it changes when a name goes or gets another meaning.
    public static final int SCHEMA = 2;
    private static final double NANOS_PER_SECOND = 1e9;

    private JsonResult() {}

    /// Writes a result.
    ///
    /// @throws IOException if the file cannot be written
    public static void write(Result result, Path file) throws IOException {
        Files.writeString(file, text(result));
    }

    /// The text of a result.
    public static String text(Result result) {
        return JsonMapper.builder()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .build()
                .writeValueAsString(tree(result)) + "\n";
    }

    private static Map<String, Object> tree(Result result) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", SCHEMA);
        tree.put("target", result.target());
        tree.put("began", result.began().toString());
        tree.put("seconds", seconds(result.measured().toNanos()));
        tree.put("stopped", result.stopped());
        tree.put("void", result.whyVoid());
        tree.put("requests", result.requests());
        tree.put("served", result.served());
        tree.put("unanswered", result.unanswered());
        tree.put("rate", result.rate());
        tree.put("errors", errors(result.errors()));
        tree.put("latency", latency(result.latency()));
        tree.put("fairness", result.fairness());
        tree.put("kinds", result.kinds().stream().map(JsonResult::kind).toList());
        tree.put("errorLatency", latency(result.refused()));
        tree.put("load", load(result));
        tree.put("generator", generator(result));
        tree.put("perSecond", result.seconds().stream().map(JsonResult::second).toList());
        return tree;
    }

    private static Map<String, Object> kind(Result.OfKind kind) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", kind.name());
        tree.put("served", kind.latency().getTotalCount());
        tree.put("latency", latency(kind.latency()));
        return tree;
    }

    private static Map<String, Object> load(Result result) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("loop", result.isClosed() ? "closed" : "open");
        tree.put("rate", result.isClosed() ? null : result.ratePerSecond());
        tree.put("arrivals", result.isClosed() ? null : result.arrivals().name().toLowerCase(Locale.ROOT));
        tree.put("connections", result.connections());
        tree.put("pipeline", result.pipeline());
        tree.put("requestsPerConnection", result.requestsPerConnection());
        tree.put("slowReaders", result.slowReaders());
        tree.put("warmup", seconds(result.warmUp().toNanos()));
        tree.put("threads", result.threads());
        tree.put("transport", result.transport());
        tree.put("seed", result.seed());
        return tree;
    }

    private static Map<String, Object> generator(Result result) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("busy", result.busy());
        tree.put("waitedForProcessor", result.waitedForProcessor());
        tree.put("cpuSeconds", seconds(result.cpu().toNanos()));
        tree.put("late", result.isClosed() ? null : latency(result.late()));
        tree.put("stoodInLine", result.waited());
        tree.put("connectionsOpened", result.opened());
        tree.put("slowReaderBytes", result.slowBytes());
        return tree;
    }

    private static Map<String, Object> second(Progress.Second second) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("seconds", seconds(second.nanos()));
        tree.put("served", second.served());
        tree.put("errors", errors(second.errors()));
        tree.put("connections", second.connections());
        tree.put("p50", seconds(second.p50Nanos()));
        tree.put("p99", seconds(second.p99Nanos()));
        tree.put("max", seconds(second.maxNanos()));
        return tree;
    }

    private static Map<String, Long> errors(Map<ErrorKind, Long> errors) {
        Map<String, Long> tree = new LinkedHashMap<>();
        errors.forEach((kind, count) -> tree.put(kind.word(), count));
        return tree;
    }

    private static Map<String, Object> latency(Histogram latency) {
        Map<String, Object> tree = new LinkedHashMap<>();
        for (String percentile : List.of("50", "90", "99", "99.9", "99.99")) {
            long nanos = latency.getValueAtPercentile(Double.parseDouble(percentile));
            tree.put("p" + percentile, seconds(nanos));
        }
        tree.put("max", seconds(latency.getMaxValue()));
        tree.put("mean", latency.getMean() / NANOS_PER_SECOND);
        return tree;
    }

    private static double seconds(long nanos) {
        return nanos / NANOS_PER_SECOND;
    }
}
