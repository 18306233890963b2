package dev.partita.cli;

import dev.partita.lab.results.Advice;
import dev.partita.lab.results.Advice.Margin;
import dev.partita.lab.results.Cell;
import dev.partita.lab.results.Cell.Medians;
import dev.partita.lab.results.Claim;
import dev.partita.lab.results.Claim.Finding;
import dev.partita.lab.results.MachineCard;
import dev.partita.lab.results.Results;
import dev.partita.lab.results.Trial;
import dev.partita.lab.results.WorkloadCard;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The results of the lab as text: the answer first, then what it follows from.
final class CompareReport {
    private static final int WIDTH = 100;
    private static final int LABEL = 13;
    private static final int FAILURES_SHOWN = 5;

    private final Results results;
    private final StringBuilder text = new StringBuilder();

    private CompareReport(Results results) {
        this.results = results;
    }

    static String of(Results results) {
        var report = new CompareReport(results);
        results.advice().forEach(report::answer);
        if (results.advice().isEmpty() && results.claims().isEmpty()) {
            report.text.append("No answer: ")
                    .append(results.stopped()
                            ? "the run was stopped too early"
                            : "no two models"
                                    + " could be compared")
                    .append(".\n\n");
        }
        report.claims();
        results.workloads().forEach(report::table);
        report.failures();
        report.machine(results.machine());
        report.leftOut();
        return report.text.toString();
    }

    private void answer(Advice advice) {
        var columns = new Columns(LABEL);
        columns.add("workload", title(advice.workload()) + " (" + advice.transport() + ")");
        columns.add("answer",
                wrapped(advice.sentence() + " (" + advice.strength().name().toLowerCase(Locale.ROOT) + ")"));
        String label = "why";
        for (String reason : advice.reasons()) {
            columns.add(label, wrapped(reason));
            label = "";
        }
        label = "others";
        for (Margin margin : advice.margins()) {
            columns.add(label, format("%-7s %.2f (%.2f to %.2f) times the %s%s", margin.to(), margin.ratio(),
                    margin.low(), margin.high(), margin.metric().title(),
                    advice.equals().contains(margin.to()) ? ": as good" : ""));
            label = "";
        }
        if (advice.avoid() != null) {
            columns.add("avoid", wrapped(advice.avoid().toUpperCase(Locale.ROOT) + ": " + advice.whyAvoid()));
        }
        columns.add("start it", advice.commandLine());
        columns.add("in code", advice.code().stripTrailing());
        text.append(columns).append('\n');
    }

    private void claims() {
        for (Claim claim : results.claims()) {
            var columns = new Columns(LABEL);
            columns.add("claim " + claim.number(), wrapped(claim.title()));
            columns.add("", wrapped("\"" + claim.words() + "\""));
            columns.add("measured", wrapped(claim.experiment()));
            for (Finding finding : claim.findings()) {
                columns.add("", "- " + finding.label() + ": " + number(finding.value()) + " " + finding.unit()
                        + (finding.low() == null || finding.high() == null
                                ? ""
                                : " (" + number(finding.low()) + " to " + number(finding.high()) + ")"));
            }
            String verdict = claim.verdict().name().toLowerCase(Locale.ROOT).replace('_', ' ');
            columns.add("verdict", wrapped(verdict + (claim.on().isEmpty() ? "" : switch (claim.verdict()) {
                case DEPENDS -> " on ";
                default -> ": ";
            } + claim.on()) + " (" + claim.strength().name().toLowerCase(Locale.ROOT) + ")"));
            text.append(columns).append('\n');
        }
    }

    private void table(WorkloadCard workload) {
        List<Cell> cells = results.cells().stream().filter(each -> each.workload().equals(workload.name())).toList();
        if (cells.isEmpty()) {
            return;
        }
        boolean alone = cells.stream().anyMatch(each -> each.p1() != null);
        text.append(workload.title()).append(": ").append(workload.connections()).append(" connections, ")
                .append(alone
                        ? "closed loop, server and generator on a processor each (P1)\n"
                        : "server and generator share all processors (P2)\n");
        text.append(format("  %-7s %-6s %9s %9s %9s %9s %9s %8s %6s %5s  %s\n", "model", "", "1/s", "p50 ms", "p99 ms",
                "p99.9 ms", "CPU µs", "switches", "thr.", "MiB", "configuration"));
        for (Cell cell : cells) {
            Medians medians = cell.p1() != null ? cell.p1() : cell.p2();
            if (medians == null) {
                text.append(format("  %-7s %-6s no valid trial\n", cell.model(), cell.transport()));
            } else {
                text.append(format("  %-7s %-6s %9.0f %9.3f %9.3f %9.3f %9s %8s %6d %5d  %s\n", cell.model(),
                        cell.transport(), medians.rate(), 1e3 * medians.p50(), 1e3 * medians.p99(),
                        1e3 * medians.p999(), optional("%.2f", medians.cpuMicros()),
                        optional("%.3f", medians.switches()), medians.threads(), medians.residentBytes() >> 20,
                        String.join(" ", cell.server()) + slo(cell)));
            }
        }
        text.append('\n');
    }

    private static String slo(Cell cell) {
        return cell.sloRate() == null ? "" : format("  holds the objective up to %.0f/s", cell.sloRate());
    }

    private void failures() {
        List<Trial> bad = results.trials().stream().filter(each -> !each.isValid()).toList();
        if (bad.isEmpty()) {
            return;
        }
        text.append(bad.size()).append(" of ").append(results.trials().size()).append(" trials say nothing:\n");
        for (Trial each : bad.subList(0, Math.min(FAILURES_SHOWN, bad.size()))) {
            text.append("  ").append(title(each.workload())).append(", ").append(each.model()).append(": ")
                    .append(each.state().name().toLowerCase(Locale.ROOT)).append(", ").append(each.reason())
                    .append('\n');
            each.lastLines().forEach(line -> text.append("    | ").append(line).append('\n'));
        }
        text.append(bad.size() > FAILURES_SHOWN ? "  and so on; results.json has all of them\n\n" : "\n");
    }

    private void machine(MachineCard machine) {
        var columns = new Columns(LABEL);
        columns.add("machine", machine.processors() + " x " + machine.processor() + ", " + machine.kernel() + ", Java "
                + machine.jdk());
        columns.add("", "a system call " + nanos(machine.systemCallNanos()) + ", a wake-up and back "
                + nanos(machine.wakeSameNanos()) + " on one processor, " + nanos(machine.wakeCrossNanos())
                + " across two, a loopback round trip " + nanos(machine.loopbackNanos()));
        text.append(columns).append('\n');
    }

    private void leftOut() {
        var columns = new Columns(LABEL);
        String label = "left out";
        for (String each : results.leftOut()) {
            columns.add(label, wrapped(each));
            label = "";
        }
        text.append(columns).append('\n');
    }

    private String title(String workload) {
        return results.workloads().stream()
                .filter(each -> each.name().equals(workload))
                .map(WorkloadCard::title)
                .findFirst()
                .orElse(workload);
    }

    private static String nanos(@Nullable Double nanos) {
        return nanos == null ? "unknown" : nanos < 1e3 ? format("%.0f ns", nanos) : format("%.1f µs", nanos / 1e3);
    }

    private static String optional(String format, @Nullable Double value) {
        return value == null ? "-" : format(format, value);
    }

    private static String number(double value) {
        double size = Math.abs(value);
        return format(
                size >= 1_000 ? "%,.0f" : size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : size >= 0.1 ? "%.2f" : "%.3f",
                value);
    }

    private static String wrapped(String sentences) {
        List<String> lines = new ArrayList<>();
        for (String line : sentences.split("\n", -1)) {
            lines.add(Models.wrap(line, WIDTH - LABEL));
        }
        return String.join("\n", lines);
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation is in a library that nothing else needs
    private static String format(String format, @Nullable Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
