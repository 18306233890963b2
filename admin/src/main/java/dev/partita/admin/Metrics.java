package dev.partita.admin;

import dev.partita.limits.Counter;
import dev.partita.limits.Counts;
import dev.partita.server.Running;
import dev.partita.server.Running.Level;
import dev.partita.server.WorkerEnd;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// What a server has counted, in the words of Prometheus. Used by one thread.
///
/// The server's numbers in one scrape are of one moment: what is open can be had by subtracting, and is never negative.
final class Metrics {
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private final Running server;
    private final Figures figures;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final WorkerMetrics workers;
    private final MultiGauge loops;
    private final MultiGauge queues;
    private Counts counts;
    private Map<String, Long> ownCounts;
    private Map<String, Long> ownLevels;

    Metrics(Running server, Figures figures) {
        this.server = server;
        this.figures = figures;
        counts = server.counts();
        ownCounts = figures.counts();
        ownLevels = figures.levels();
        for (String name : ownCounts.keySet()) {
            FunctionCounter.builder(name(name), this, self -> self.ownCounts.getOrDefault(name, 0L)).register(registry);
        }
        for (String name : ownLevels.keySet()) {
            Gauge.builder(name(name), this, self -> self.ownLevels.getOrDefault(name, 0L)).register(registry);
        }
        for (Counter counter : Counter.values()) {
            FunctionCounter.builder(name(counter.name()), this, self -> self.counts.get(counter))
                    .description(counter.description())
                    .register(registry);
        }
        gauge("partita.connections", "connections that are open", self -> self.counts.connections());
        gauge("partita.connections.max", "connections that may be open", self -> server.limits().connectionsMax());
        gauge("partita.requests.in.flight", "requests at work", self -> self.counts.requestsInFlight());
        gauge("partita.draining", "1 once the server is about to end", self -> server.isDraining() ? 1 : 0);
        gauge("partita.queue.max", "requests that may wait in each queue", self -> server.limits().queueMax());
        loops = MultiGauge.builder("partita.loop.connections").description("connections of an event loop")
                .register(registry);
        queues = MultiGauge.builder("partita.queue")
                .description("requests that wait in front of a worker or stage or are worked on")
                .register(registry);
        for (WorkerEnd why : WorkerEnd.values()) {
            FunctionCounter.builder("partita.workers.replaced", server, of -> of.replaced(why))
                    .description("worker processes that were replaced, and why")
                    .tag("why", why.word())
                    .register(registry);
        }
        workers = new WorkerMetrics(registry);
        Gauge.builder("partita.info", () -> 1)
                .description("the model and the transport in use")
                .tag("model", server.model().name())
                .tag("transport", server.transport().name())
                .register(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
    }

    /// The name of a figure before Prometheus makes `partita_name` or `partita_name_total` of it.
    private static String name(String name) {
        return "partita." + name.toLowerCase(Locale.ROOT).replace('_', '.');
    }

    private void gauge(String name, String description, ToDoubleFunction<Metrics> value) {
        Gauge.builder(name, this, value).description(description).register(registry);
    }

    /// Shows the parts of the server that there are now: a reload may bring others.
    private static void show(MultiGauge gauge, String tag, List<Level> levels) {
        gauge.register(levels.stream().map(each -> Row.of(Tags.of(tag, each.name()), each.value())).toList(), true);
    }

    /// The format that a client accepts: OpenMetrics if it names that, else Prometheus's own.
    static String format(String accept) {
        return accept.contains("application/openmetrics-text") ? OPEN_METRICS : TEXT;
    }

    byte[] scrape(String format) throws IOException {
        counts = server.counts();
        show(loops, "loop", server.loops());
        show(queues, "queue", server.queues());
        ownCounts = figures.counts();
        ownLevels = figures.levels();
        workers.show(server.workers());
        var text = new ByteArrayOutputStream();
        registry.scrape(text, format);
        return text.toByteArray();
    }
}
