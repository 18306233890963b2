package dev.partita.lab.report;

import dev.partita.lab.results.Results.Mode;
import dev.partita.lab.results.Trial;
import java.util.List;

/// What was not measured, what was measured and does not count, and how to read the rest.
final class LeftOutSection {
    private final Index index;
    private final Html html;

    LeftOutSection(Index index, Html html) {
        this.index = index;
        this.html = html;
    }

    void write() {
        html.element("h2", "What was left out, and how to read the rest", "id", Page.id("Left out"));
        List<String> leftOut = index.results().leftOut();
        if (!leftOut.isEmpty()) {
            html.element("h3", "Not measured").open("ul");
            leftOut.forEach(sentence -> html.element("li", sentence));
            html.close("ul");
        }
        useless();
        reading();
    }

    private void useless() {
        List<Trial> useless = index.useless();
        long all = index.results().trials().size();
        html.element("h3", "Void and failed trials");
        if (useless.isEmpty()) {
            html.element("p", all == 0 ? "There was no trial." : "None of " + Figures.plural(all, "trial") + ".");
            return;
        }
        html.element("p", Figures.count(useless.size()) + " of " + Figures.plural(all, "trial")
                + " say nothing of the server and"
                + " are in no figure above. Void: something else was measured. Failed: the server died, refused, or did not"
                + " answer.");
        html.open("table", "class", "stack").open("thead").open("tr");
        for (String head : List.of("trial", "workload", "model", "state", "why")) {
            html.element("th", head, "scope", "col");
        }
        html.close("tr").close("thead").open("tbody");
        useless.forEach(this::trial);
        html.close("tbody").close("table");
    }

    private void trial(Trial trial) {
        html.open("tr").open("th", "scope", "row");
        html.open("a", "href", "#trial-" + trial.id()).text("trial " + trial.id()).close("a").close("th");
        html.element("td", index.title(trial.workload()), "data-label", "workload");
        html.element("td", index.contestant(trial.model(), trial.transport()).label(), "data-label", "model");
        html.element("td", trial.state() == Trial.State.VOID ? "void" : "failed", "data-label", "state");
        html.open("td", "data-label", "why").text(trial.reason());
        if (!trial.lastLines().isEmpty()) {
            html.open("details").element("summary", "The server’s last lines")
                    .element("pre", String.join("\n", trial.lastLines()), "tabindex", "0").close("details");
        }
        html.close("td").close("tr");
    }

    private void reading() {
        html.element("h3", "How to read this");
        html.open("ul");
        html.element("li",
                "P1: the server on one processor, the generator on another. It gives the cost of a request, and the rate of"
                        + " one processor.");
        html.element("li",
                "P2: server and generator share all processors. It gives everything about more than one; what the generator"
                        + " uses, the server does not have.");
        html.element("li",
                "Open loop: requests are due by the clock, and latency counts from then, so that a server which stalls cannot"
                        + " hide it. Closed loop: a request is sent when the one before it is answered.");
        html.element("li",
                "Models are compared by ratios of trials that stood next to each other in time. An interval is where 95 % of"
                        + " the medians of those ratios fall if rounds are drawn again at random; where it reaches to what two"
                        + " starts of one server differ by (5 % in CPU and throughput, a tenth in the median and in memory, a"
                        + " quarter in the high percentiles), there is no difference that this run can tell.");
        html.element("li", index.results().mode() == Mode.FULL
                ? "Significant: the full lab, with as many rounds as the interval needed, and at least six in which both were valid."
                        + " Indicative: from fewer, or from single trials."
                : "Indicative: from few short rounds. Only the full lab (partita compare) may say “significant”.");
        html.element("li",
                "In pictures, points and bars are medians; the thin lines in them go from the lowest to the highest trial where there"
                        + " were several.");
        html.close("ul");
    }
}
