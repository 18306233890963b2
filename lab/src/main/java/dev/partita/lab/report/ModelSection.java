package dev.partita.lab.report;

import dev.partita.lab.results.Advice;
import dev.partita.lab.results.ModelCard;
import dev.partita.lab.results.Trial;
import dev.partita.lab.results.Trial.Purpose;
import dev.partita.lab.results.Trial.Split;
import dev.partita.lab.results.WorkloadCard;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A drawing of each model, with how long requests waited at its queues, and where their time went.
final class ModelSection {
    /// The parts of a request's time in their order: the word, the class of the page's style, and the figure. The wait of a new
    /// connection is not among them, since only its first request has it.
    private record Part(String word, String style, ToDoubleFunction<Split> micros) {}

    private static final List<Part> PARTS = List.of(
            new Part("ready, waiting for its turn", "lag", Split::loopLag),
            new Part("in queues", "queue", Split::queueWait),
            new Part("work", "work", Split::work),
            new Part("writing", "write", Split::writeWait));

    private final Index index;
    private final Html html;

    ModelSection(Index index, Html html) {
        this.index = index;
        this.html = html;
    }

    /// A model's time split on one workload.
    private record Measured(Contestant of, Trial trial, Split split) {}

    void write() {
        html.element("h2", "The models, and where requests wait in them", "id", Page.id("Models"));
        Optional<String> workload = shownWorkload();
        html.element("p", workload.isPresent()
                ? "The red figures are mean waits, by the server’s own time stamps, in the workload “"
                        + index.title(workload.get())
                        + "”; where a thread of its own serves a connection, by the system’s count of the time without a processor."
                        + " Stamps cost time, so these trials are of their own and their latencies are not compared."
                : "Where requests wait was not measured in this run.");
        html.open("div", "class", "models");
        for (ModelCard model : index.results().models()) {
            Optional<Measured> measured = workload.flatMap(name -> measured(name).filter(each -> each.of().model()
                    .equals(model.name())).findFirst());
            figure(model, measured);
        }
        html.close("div");
        Table all = everywhere();
        if (!all.isEmpty()) {
            html.open("details").element("summary", "Where the time of a request went, in every workload");
            all.write(html);
            html.close("details");
        }
    }

    /// The first that has an answer and was measured so, or else the first that was measured so.
    private Optional<String> shownWorkload() {
        return Stream.concat(
                index.results().advice().stream().map(Advice::workload),
                index.results().workloads().stream().map(WorkloadCard::name))
                .filter(name -> measured(name).findAny().isPresent())
                .findFirst();
    }

    private Stream<Measured> measured(String workload) {
        return index.contestants(workload).stream()
                .flatMap(each -> index.trials(workload, Purpose.SPLIT, Index.of(each)).stream()
                        .flatMap(trial -> trial.split() == null
                                ? Stream.empty()
                                : Stream.of(new Measured(each, trial, trial.split())))
                        .limit(1));
    }

    private void figure(ModelCard model, Optional<Measured> measured) {
        html.open("figure", "class", Contestant.style(model.name()));
        html.open("figcaption").element("h3", Contestant.title(model.name())).element("span", model.title())
                .close("figcaption");
        if (!Contestant.style(model.name()).equals("other")) {
            html.trusted(drawing(Contestant.style(model.name()), measured));
        }
        measured.ifPresent(this::split);
        html.open("table", "class", "facts").open("tbody");
        task("connections", model.accepting());
        task("reading, writing", model.io());
        task("the work", model.work());
        html.close("tbody").close("table").close("figure");
    }

    private void task(String task, String who) {
        html.open("tr").element("th", task, "scope", "row").element("td", who).close("tr");
    }

    private static String drawing(String model, Optional<Measured> measured) {
        String turn = measured.map(ModelSection::turn).orElse("");
        String queue = measured.map(each -> "waits " + Figures.micros(each.split().queueWait())).orElse("");
        String accept = measured.map(each -> "waits " + Figures.micros(each.split().acceptWait())).orElse("");
        String said = measured.isEmpty()
                ? ""
                : " A request that is ready " + (turn.isEmpty() ? "waits unseen" : turn)
                        + (measured.get().split().queueWait() > 0 ? ", and " + queue + " in queues." : ".");
        return Page.resource("drawings/" + model + ".svg")
                .replace("{lag}", turn).replace("{queue}", queue).replace("{accept}", accept).replace("{said}", said);
    }

    /// How long a request that is ready waits before somebody turns to it. Where a thread of its own serves the connection, it is
    /// the system that lets it wait, and only the system's own count of it is known.
    private static String turn(Measured measured) {
        double lag = measured.split().loopLag();
        Double unscheduled = runQueue(measured.trial());
        return lag > 0
                ? "waits " + Figures.micros(lag)
                : unscheduled == null ? "" : "waits " + Figures.micros(unscheduled);
    }

    private static @Nullable Double runQueue(Trial trial) {
        Trial.Cost cost = trial.cost();
        return cost == null ? null : cost.runQueueMicros();
    }

    /// One bar for the whole time, in the proportions of its parts.
    private void split(Measured measured) {
        Split split = measured.split();
        double whole = PARTS.stream().mapToDouble(part -> part.micros().applyAsDouble(split)).sum();
        if (whole <= 0) {
            return;
        }
        html.open("div", "class", "split", "aria-hidden", "true");
        for (Part part : PARTS) {
            double share = part.micros().applyAsDouble(split) / whole;
            if (share > 0) {
                html.open("span", "class", part.style(), "style", "width:" + Math.round(share * 1_000) / 10.0 + "%")
                        .trusted("</span>");
            }
        }
        html.close("div").open("ul", "class", "key");
        for (Part part : PARTS) {
            double micros = part.micros().applyAsDouble(split);
            if (micros > 0) {
                html.open("li").open("i", "class", part.style()).trusted("</i>").text(part.word() + " ")
                        .element("b", Figures.micros(micros)).close("li");
            }
        }
        html.close("ul");
        under(measured, whole);
    }

    private void under(Measured measured, double whole) {
        Trial trial = measured.trial();
        Double rate = trial.load().rate();
        html.open("p", "class", "note").text("Together " + Figures.micros(whole) + " on average"
                + (rate == null ? "" : " at " + Figures.number(rate) + " requests a second"));
        if (!trial.server().isEmpty()) {
            html.text(", with");
            trial.server()
                    .forEach(option -> html.text(" ").open("code", "class", "number").text(option).trusted("</code>"));
        }
        html.text(". ");
        if (measured.split().queueWaitP99() > 0) {
            html.text("1 request in 100 is in queues for " + Figures.micros(measured.split().queueWaitP99())
                    + " or more. ");
        }
        html.text(
                "A new connection waits " + Figures.micros(measured.split().acceptWait()) + " until its first turn. ");
        Double unscheduled = runQueue(trial);
        if (unscheduled != null) {
            html.text("For a request, threads were ready and without a processor for " + Figures.micros(unscheduled)
                    + ".");
        }
        html.close("p");
    }

    private Table everywhere() {
        Table table =
                Table.ofFigures("workload and model", "due 1/s", "new connection", "waiting for its turn", "in queues",
                        "in queues, p99", "work", "writing", "requests");
        for (WorkloadCard workload : index.results().workloads()) {
            measured(workload.name()).forEach(each -> {
                Double rate = each.trial().load().rate();
                Split split = each.split();
                table.row(workload.title() + ", " + each.of().label(), rate == null ? "closed" : Figures.number(rate),
                        Figures.micros(split.acceptWait()), Figures.micros(split.loopLag()),
                        Figures.micros(split.queueWait()), Figures.micros(split.queueWaitP99()),
                        Figures.micros(split.work()), Figures.micros(split.writeWait()),
                        Figures.count(split.requests()));
            });
        }
        return table;
    }
}
