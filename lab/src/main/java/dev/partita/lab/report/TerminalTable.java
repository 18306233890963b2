package dev.partita.lab.report;

import dev.partita.lab.results.Advice;
import dev.partita.lab.results.Claim;
import dev.partita.lab.results.Results;
import dev.partita.lab.results.Results.Mode;
import dev.partita.lab.results.Results.Strength;
import dev.partita.lab.results.Trial;
import dev.partita.lab.results.WorkloadCard;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// What a run has found out as text: the same tables as on the page, in lines of at most 120 columns.
public final class TerminalTable {
    /// No line is longer, but for a command or code to paste, which must not be broken.
    public static final int WIDTH = 120;

    private static final int VERDICT_WIDTH = 26;

    private final Index index;
    private final StringBuilder text = new StringBuilder();

    private TerminalTable(Results results) {
        this.index = new Index(results);
    }

    /// The text; it ends with a line feed.
    public static String of(Results results) {
        return new TerminalTable(results).whole();
    }

    private String whole() {
        Results results = index.results();
        results.workloads().forEach(this::workload);
        if (!results.claims().isEmpty()) {
            claims(results.claims());
        }
        objective();
        siblings();
        leftOut();
        answer();
        return text.toString();
    }

    private void workload(WorkloadCard workload) {
        Table medians = WorkloadSection.medians(index, workload);
        if (medians.isEmpty()) {
            return;
        }
        line(workload.title());
        grid(medians);
        paragraph("  ", WorkloadSection.legend(index, workload).strip());
        index.advice(workload.name()).ifPresent(advice -> paragraph("-> ", advice.sentence()));
        line("");
    }

    /// Columns that do not fit go below the others, under the first column again.
    private void grid(Table table) {
        List<List<String>> all = new ArrayList<>(List.of(table.head()));
        all.addAll(table.rows());
        int first = width(all, 0);
        int from = 1;
        while (from < table.head().size()) {
            int to = from;
            int used = 2 + first;
            while (to < table.head().size() && (to == from || used + 2 + width(all, to) <= WIDTH)) {
                used += 2 + width(all, to);
                to++;
            }
            for (List<String> row : all) {
                StringBuilder line = new StringBuilder("  ").append(left(row.getFirst(), first));
                for (int column = from; column < to; column++) {
                    line.append("  ").append(right(row.get(column), width(all, column)));
                }
                line(line.toString());
            }
            from = to;
        }
    }

    private void claims(List<Claim> claims) {
        line("The article, measured: " + ClaimSection.summary(claims));
        for (Claim claim : claims) {
            String verdict = Words.of(claim.verdict())
                    + (claim.verdict() == Claim.Verdict.NOT_MEASURED ? "" : ", " + Words.of(claim.strength()));
            line(right(String.valueOf(claim.number()), 4) + "  " + left(verdict, VERDICT_WIDTH) + claim.title());
            if (!claim.findings().isEmpty()) {
                paragraph(" ".repeat(6), claim.findings().stream()
                        .map(finding -> ClaimSection.value(finding) + " " + ClaimSection.range(finding)
                                + finding.label())
                        .collect(Collectors.joining("; ")));
            }
            if (!claim.on().isEmpty()) {
                paragraph(" ".repeat(6), (claim.verdict() == Claim.Verdict.DEPENDS ? "on " : "") + claim.on());
            }
        }
        line("");
    }

    private void objective() {
        Table table = index.objective();
        if (!table.isEmpty()) {
            line("The highest rate at which " + index.results().slo() + " holds");
            grid(table);
            line("");
        }
    }

    private void siblings() {
        Table table = index.siblings();
        if (!table.isEmpty()) {
            line("What processes and transports change: each in proportion to the same model with threads, on the first"
                    + " transport");
            grid(table);
            line("");
        }
    }

    private void leftOut() {
        List<Trial> useless = index.useless();
        if (!useless.isEmpty()) {
            paragraph("",
                    Figures.count(useless.size()) + " of " + Figures.plural(index.results().trials().size(), "trial")
                            + " were void or failed, and are in no figure. The first: " + useless.getFirst().reason());
            useless.stream().filter(trial -> !trial.lastLines().isEmpty()).findFirst().ifPresent(this::lastLines);
        }
        index.results().leftOut().forEach(sentence -> paragraph("Left out: ", sentence));
    }

    private void lastLines(Trial trial) {
        line("The last lines of a server that failed (" + Contestant.title(trial.model()) + "):");
        trial.lastLines().forEach(last -> paragraph("    ", last));
    }

    private void answer() {
        List<Advice> all = index.results().advice();
        if (all.isEmpty()) {
            line(index.results().claims().isEmpty()
                    ? "This run gives no answer."
                    : "Which model suits your handler is said by partita compare without --article.");
            return;
        }
        Advice advice = all.getFirst();
        if (all.size() > 1) {
            line("The answer follows the work:");
            int width = all.stream().mapToInt(each -> index.title(each.workload()).length()).max().orElse(0);
            all.forEach(each -> line("  " + left(index.title(each.workload()), width + 2)
                    + Contestant.title(index.name(each.model(), each.transport()))
                    + (each.equals().isEmpty()
                            ? ""
                            : " (as good: " + Words.list(each.equals().stream().map(Contestant::title).toList())
                                    + ")")
                    + (isUnsure(each) ? ", indicative" : "")));
            line("");
            line("For the first of these, " + index.title(advice.workload()) + ":");
        }
        paragraph("", advice.sentence() + " (" + Words.of(advice.strength()) + ")");
        if (!advice.margins().isEmpty()) {
            line("In proportion to " + Contestant.title(advice.model()) + ", with what decided:");
        }
        int names = advice.margins().stream().mapToInt(each -> each.to().length()).max().orElse(0);
        for (Advice.Margin margin : advice.margins()) {
            line("  " + left(Contestant.title(margin.to()), names + 2) + Words.of(margin)
                    + (advice.equals().contains(margin.to()) ? ": " + Words.alike(margin) : ""));
        }
        advice.reasons().forEach(reason -> paragraph("  - ", reason));
        String avoid = advice.avoid();
        if (avoid != null) {
            paragraph("Avoid " + Contestant.title(avoid) + ": ", advice.whyAvoid());
        }
        line("Start it: " + advice.commandLine());
        line("Or in Java:");
        advice.code().lines().forEach(code -> line("    " + code));
    }

    /// In a full run, of which one expects more.
    private boolean isUnsure(Advice advice) {
        return index.results().mode() == Mode.FULL && advice.strength() == Strength.INDICATIVE;
    }

    /// Broken between words; what follows the first line stands under the text.
    private void paragraph(String before, String words) {
        StringBuilder line = new StringBuilder(before);
        boolean empty = true;
        for (String word : words.split("\\s+", -1)) {
            if (!empty && line.length() + 1 + word.length() > WIDTH) {
                line(line.toString());
                line = new StringBuilder(" ".repeat(before.length()));
                empty = true;
            }
            line.append(empty ? "" : " ").append(word);
            empty = false;
        }
        line(line.toString());
    }

    private void line(String line) {
        StringBuilder visible = new StringBuilder(line.length());
        line.replace('\u00a0', ' ').stripTrailing().chars()
                .forEach(c -> visible
                        .append(c == '\t' || c == '\r' || c == '\n' || !Html.isVisible((char) c) ? ' ' : (char) c));
        text.append(visible.toString().stripTrailing()).append('\n');
    }

    private static int width(List<List<String>> rows, int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }

    private static String left(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    private static String right(String text, int width) {
        return " ".repeat(Math.max(0, width - text.length())) + text;
    }
}
