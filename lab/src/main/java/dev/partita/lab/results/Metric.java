package dev.partita.lab.results;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What models are compared by.
public enum Metric {
    /// Requests served well in a second.
    THROUGHPUT("throughput", "1/s", false),
    /// The server's CPU time for a request.
    CPU("CPU per request", "µs", true),
    /// Median latency.
    P50("p50", "s", true),
    /// 90th percentile.
    P90("p90", "s", true),
    /// 99th percentile.
    P99("p99", "s", true),
    /// 99.9th percentile.
    P999("p99.9", "s", true),
    /// 99th percentile of the first request class, which is the short one.
    SHORT_P99("p99 of the short requests", "s", true),
    /// 99.9th percentile of that class.
    SHORT_P999("p99.9 of the short requests", "s", true),
    /// Context switches for a request.
    SWITCHES("switches per request", "", true),
    /// The highest rate at which the `--slo` holds: of a model, and not of a trial.
    OBJECTIVE("highest rate under the objective", "1/s", false),
    /// Resident memory.
    RESIDENT("resident memory", "bytes", true);

    private final String title;
    private final String unit;
    private final boolean lowerIsBetter;

    Metric(String title, String unit, boolean lowerIsBetter) {
        this.title = title;
        this.unit = unit;
        this.lowerIsBetter = lowerIsBetter;
    }

    /// In words.
    public String title() {
        return title;
    }

    /// An empty string where there is none.
    public String unit() {
        return unit;
    }

    /// Which of two is better.
    public boolean lowerIsBetter() {
        return lowerIsBetter;
    }

    /// By how much, in proportion, two starts of the same server may differ in it, which the trials of one start do not show: the
    /// JIT, the kernel's choice of a loop for each connection and the numbers of workers that were chosen are other ones each
    /// time. What two models differ by has to be more.
    public double unlike() {
        return switch (this) {
            case THROUGHPUT, CPU, OBJECTIVE -> 0.05;
            case P50, P90, RESIDENT -> 0.1;
            case P99, P999, SHORT_P99, SHORT_P999, SWITCHES -> 0.25;
        };
    }

    /// What a trial says of it; null if nothing. Where the generator set the pace, the rate and the latencies are its own.
    ///
    /// @param shortClass the name of the workload's first request class
    public @Nullable Double of(Trial trial, String shortClass) {
        Map<String, Trial.Latency> classes = trial.classes();
        Trial.Latency shorts = classes.getOrDefault(shortClass, trial.latency());
        Trial.Cost cost = trial.cost();
        Trial.Memory memory = trial.memory();
        return switch (this) {
            case OBJECTIVE -> null;
            case THROUGHPUT -> trial.isPacedByGenerator() ? null : (Double) trial.rate();
            case CPU -> cost == null ? null : (Double) cost.cpuMicros();
            case P50 -> latency(trial, trial.latency(), trial.latency().p50());
            case P90 -> latency(trial, trial.latency(), trial.latency().p90());
            case P99 -> latency(trial, trial.latency(), trial.latency().p99());
            case P999 -> latency(trial, trial.latency(), trial.latency().p999());
            case SHORT_P99 -> latency(trial, shorts, shorts.p99());
            case SHORT_P999 -> latency(trial, shorts, shorts.p999());
            case SWITCHES -> cost == null || cost.voluntarySwitches() == null || cost.involuntarySwitches() == null
                    ? null
                    : (Double) (cost.voluntarySwitches() + cost.involuntarySwitches());
            case RESIDENT -> memory == null ? null : (Double) (double) memory.residentBytes();
        };
    }

    private static @Nullable Double latency(Trial trial, Trial.Latency latency, double value) {
        return latency.count() == 0 || trial.isPacedByGenerator() ? null : (Double) value;
    }
}
