package dev.partita.lab.report;

import dev.partita.lab.results.MachineCard;
import dev.partita.lab.results.Results;
import org.jspecify.annotations.Nullable;

/// What the run was made on, and what the things cost there that models differ by.
final class MachineSection {
    private MachineSection() {}

    static void write(Results results, Html html) {
        MachineCard card = results.machine();
        html.element("h2", "The machine", "id", Page.id("Machine"));
        html.element("p",
                "Figures of this report are of this machine. What a hand-off costs, and so which model wins, differs from"
                        + " one to another.");
        html.open("div", "class", "pair");
        html.open("section").element("h3", "What it is").open("table", "class", "facts").open("tbody");
        fact(html, "processor", card.processor());
        fact(html, "processors", Figures.count(card.processors()));
        fact(html, "memory", Figures.bytes((double) card.memoryBytes()));
        fact(html, "kernel", card.kernel());
        fact(html, "JDK", card.jdk());
        fact(html, "JVM options", card.jvmOptions().isEmpty() ? "none" : String.join(" ", card.jvmOptions()));
        fact(html, "open files", Figures.count(card.openFilesMax()));
        fact(html, "busy before", unknown(Figures.percent(card.busyBefore())));
        html.close("tbody").close("table").close("section");
        html.open("section").element("h3", "What things cost").open("table", "class", "facts").open("tbody");
        fact(html, "reading the clock", Figures.nanos(card.clockNanos()));
        fact(html, "a system call, through the JDK", Figures.nanos(card.systemCallNanos()));
        fact(html, "waking a thread and being woken, on one processor", cost(card.wakeSameNanos()));
        fact(html, "the same across two processors", cost(card.wakeCrossNanos()));
        fact(html, "a byte over loopback TCP and back", cost(card.loopbackNanos()));
        html.close("tbody").close("table").close("section").close("div");
        html.element("h3", "The run").open("table", "class", "facts").open("tbody");
        fact(html, "command", results.command());
        fact(html, "began", results.began());
        fact(html, "took", Figures.duration(results.seconds()) + (results.stopped() ? ", ended early" : ""));
        fact(html, "trials", Figures.count(results.trials().size()));
        html.close("tbody").close("table");
    }

    private static void fact(Html html, String name, String value) {
        html.open("tr").element("th", name, "scope", "row").element("td", value).close("tr");
    }

    private static String cost(@Nullable Double nanos) {
        return unknown(Figures.nanos(nanos));
    }

    private static String unknown(String figure) {
        return figure.equals(Figures.NONE) ? "unknown" : figure;
    }
}
