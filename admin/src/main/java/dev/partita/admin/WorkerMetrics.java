package dev.partita.admin;

import dev.partita.server.WorkerStatus;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// What is known of each worker process, as gauges that come and go with it. A server without workers shows none.
final class WorkerMetrics {
    private final MultiGauge age;
    private final MultiGauge connections;
    private final MultiGauge requests;
    private final MultiGauge restarts;

    WorkerMetrics(MeterRegistry registry) {
        age = gauge(registry, "partita.worker.age.seconds", "since the process was started");
        connections = gauge(registry, "partita.worker.connections", "connections of a worker process");
        requests = gauge(registry, "partita.worker.requests", "requests that a worker process has had");
        restarts = gauge(registry, "partita.worker.restarts", "how often the worker's place had to be filled again");
    }

    private static MultiGauge gauge(MeterRegistry registry, String name, String description) {
        return MultiGauge.builder(name).description(description).register(registry);
    }

    /// Shows these, and no others.
    void show(List<WorkerStatus> workers) {
        show(age, workers, each -> each.age().toNanos() / 1e9);
        show(connections, workers, WorkerStatus::connections);
        show(requests, workers, WorkerStatus::requests);
        show(restarts, workers, WorkerStatus::restarts);
    }

    private static void show(MultiGauge gauge, List<WorkerStatus> workers, ToDoubleFunction<WorkerStatus> figure) {
        gauge.register(workers.stream().map(each -> Row.of(tags(each), figure.applyAsDouble(each))).toList(), true);
    }

    /// Not its state: that changes, and would begin another series.
    private static Tags tags(WorkerStatus worker) {
        return Tags.of("generation", Integer.toString(worker.generation()), "pid", Long.toString(worker.pid()),
                "place", worker.place() < 0 ? "-" : Integer.toString(worker.place()));
    }
}
