package dev.partita.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The names and units that docs/load.md promises.
class JsonResultTest {
    private static JsonNode written(double rate, @Nullable String whyVoid) {
        Histogram latency = Ledger.histogram();
        for (int millis = 1; millis <= 1_000; millis++) {
            latency.recordValue(millis * 1_000_000L);
        }
        Map<ErrorKind, Long> errors = new EnumMap<>(ErrorKind.class);
        for (ErrorKind kind : ErrorKind.values()) {
            errors.put(kind, (long) kind.ordinal());
        }
        var second = new Progress.Second(
                false, Duration.ofSeconds(1), Duration.ofSeconds(2), 1_000_000_000, 500, 64, 490,
                Map.of(ErrorKind.RESET, 10L), 1_000_000, 2_000_000, 3_000_000);
        Result result = new Result(
                "127.0.0.1:8080", "epoll", rate, Arrivals.POISSON, 64, 1, 1, 0, 0, Duration.ofSeconds(3), 1,
                Instant.EPOCH, Duration.ofSeconds(2), false, 1_000, 990, 1_000, 3, errors, 5, latency, 0.75,
                List.of(new Result.OfKind("GET /", latency)), Ledger.histogram(), Ledger.histogram(), 64,
                List.of(second), 0.25, 0.01, Duration.ofMillis(700), 0, whyVoid);
        return JsonMapper.builder().build().readTree(JsonResult.text(result));
    }

    @Test
    void latenciesAreInSecondsByTheirPercentiles() {
        JsonNode latency = written(500, null).get("latency");
        assertThat(latency.propertyNames()).containsExactly("p50", "p90", "p99", "p99.9", "p99.99", "max", "mean");
        assertThat(latency.get("p50").asDouble()).isBetween(0.500, 0.501);
        assertThat(latency.get("p99.9").asDouble()).isBetween(0.999, 1.0);
        assertThat(latency.get("max").asDouble()).isBetween(1.0, 1.001);
    }

    @Test
    void errorsAreByKindAndAllKindsAreThere() {
        JsonNode errors = written(500, null).get("errors");
        assertThat(errors.propertyNames()).containsExactly(
                "connect", "unsent", "reset", "timeout", "bad-reply", "early-end", "status-4xx", "status-5xx");
        assertThat(errors.get("status-5xx").asLong()).isEqualTo(7);
    }

    @Test
    void theRateIsWhatWasServedAndTheRequestsAreAll() {
        JsonNode result = written(500, null);
        assertThat(result.get("requests").asLong()).isEqualTo(1_000 + 28);
        assertThat(result.get("served").asLong()).isEqualTo(1_000);
        assertThat(result.get("unanswered").asLong()).isEqualTo(3);
        assertThat(result.get("rate").asDouble()).as("990 of them within the 2 s").isEqualTo(495);
        assertThat(result.get("load").get("rate").asDouble()).isEqualTo(500);
        assertThat(result.get("generator").get("cpuSeconds").asDouble()).isEqualTo(0.7);
        assertThat(result.get("perSecond").get(0).get("errors").get("reset").asLong()).isEqualTo(10);
    }

    @Test
    void voidIsNullOrTheReason() {
        assertThat(written(500, null).get("void").isNull()).isTrue();
        assertThat(written(500, "why").get("void").asString()).isEqualTo("why");
    }

    @Test
    void aClosedLoopHasNoRateAndNoLateness() {
        JsonNode result = written(0, null);
        assertThat(result.get("load").get("loop").asString()).isEqualTo("closed");
        assertThat(result.get("load").get("rate").isNull()).isTrue();
        assertThat(result.get("generator").get("late").isNull()).isTrue();
    }
}
