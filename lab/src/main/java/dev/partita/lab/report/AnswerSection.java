package dev.partita.lab.report;

import dev.partita.lab.results.Advice;
import dev.partita.lab.results.Claim;
import dev.partita.lab.results.ModelCard;
import dev.partita.lab.results.Results;
import dev.partita.lab.results.Results.Mode;
import dev.partita.lab.results.Results.Strength;
import dev.partita.lab.results.WorkloadCard;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The answer: which model, by how much, why, how to start it, and which to avoid.
final class AnswerSection {
    private final Index index;
    private final Results results;
    private final Html html;

    AnswerSection(Index index, Html html) {
        this.index = index;
        this.results = index.results();
        this.html = html;
    }

    static String title(Results results) {
        return results.advice().isEmpty()
                ? "Partita lab: no answer"
                : "Partita lab: " + String.join(", ", results.advice().stream()
                        .map(each -> Contestant.title(each.model())).distinct().toList());
    }

    void write() {
        html.open("div", "id", "answer");
        if (results.advice().isEmpty()) {
            none();
        } else if (results.advice().size() == 1) {
            Advice only = results.advice().getFirst();
            answer(only);
            details(only, "answer");
        } else {
            overview();
            glance();
            each();
        }
        html.close("div");
        slo();
        siblings();
    }

    private void none() {
        html.open("div", "class", "answer none");
        if (results.claims().stream().anyMatch(claim -> claim.verdict() != Claim.Verdict.NOT_MEASURED)) {
            html.element("p", kicker(), "class", "kicker").element("h1", "The article’s claims, examined")
                    .open("p", "class", "lead")
                    .text("This run was for the article and not for a handler: which model suits yours is said by"
                            + " partita compare without --article.")
                    .close("p").close("div");
            return;
        }
        html.element("p", kicker(), "class", "kicker").element("h1", "This run gives no answer");
        long useless = index.useless().size();
        String why = results.trials().isEmpty()
                ? "Nothing was measured."
                : useless == results.trials().size()
                        ? "Every trial was void or failed."
                        : "Too little of what was measured can be used: " + Figures.plural(useless, "trial") + " of "
                                + Figures.count(results.trials().size()) + " were void or failed.";
        html.open("p", "class", "lead").text(why + " The reasons are under ")
                .element("a", "Left out", "href", "#left-out").text(".").close("p").close("div");
    }

    /// The answer where it follows the work: which model for which.
    private void overview() {
        Map<String, List<String>> work = new LinkedHashMap<>();
        for (Advice each : results.advice()) {
            work.computeIfAbsent(Contestant.title(index.name(each.model(), each.transport())), _ -> new ArrayList<>())
                    .add("“" + index.title(each.workload()) + "”");
        }
        html.open("div", "class", "answer");
        html.element("p", kicker(), "class", "kicker");
        html.element("h1", work.size() == 1 ? work.keySet().iterator().next() : "It depends on the work");
        html.open("ul", "class", "lead");
        work.forEach((model, titles) -> html.open("li").element("b", model).text(" for " + Words.list(titles))
                .close("li"));
        html.close("ul");
        html.element("p", "On " + Figures.plural(results.machine().processors(), "processor") + ". "
                + strength(results.advice())
                + " For your own handler: partita compare --app CLASS --app-path JARS.", "class", "note");
        html.close("div");
    }

    private void answer(Advice advice) {
        html.open("div", "class", "answer");
        html.element("p", kicker(), "class", "kicker");
        html.element("h1", Contestant.title(advice.model()));
        title(advice.model()).ifPresent(words -> html.element("p", words, "class", "kicker"));
        html.element("p", advice.sentence(), "class", "lead");
        String margin = margin(advice);
        if (!margin.isEmpty()) {
            html.element("p", margin);
        }
        html.element("p", where(advice) + strength(advice), "class", "note");
        html.close("div");
    }

    /// By how much: the nearest that can be told from it, and the farthest.
    static String margin(Advice advice) {
        List<Advice.Margin> told =
                advice.margins().stream().filter(each -> !advice.equals().contains(each.to())).toList();
        if (told.isEmpty()) {
            return "";
        }
        String nearest = Contestant.title(told.getFirst().to()) + " has " + Words.of(told.getFirst());
        return "In proportion to it, " + nearest
                + (told.size() == 1
                        ? "."
                        : ", and " + Contestant.title(told.getLast().to()) + " " + Words.of(told.getLast()) + ".");
    }

    private String kicker() {
        return "The answer for this machine, from " + Words.of(results.mode())
                + (results.stopped() ? ", which was ended early" : "");
    }

    private Optional<String> title(String model) {
        return results.models().stream().filter(each -> each.name().equals(model)).map(ModelCard::title).findFirst();
    }

    private String where(Advice advice) {
        Optional<WorkloadCard> workload = results.workloads().stream()
                .filter(each -> each.name().equals(advice.workload())).findFirst();
        String app = workload.map(WorkloadCard::app).orElse("");
        String what =
                app.isEmpty() ? "For the workload “" + index.title(advice.workload()) + "”" : "For your handler " + app;
        return what + " on " + Figures.plural(results.machine().processors(), "processor") + ", over "
                + advice.transport() + ". ";
    }

    private String strength(Advice advice) {
        String equals = advice.equals().isEmpty()
                ? ""
                : " As good, within 5 % or by chance: "
                        + Words.list(advice.equals().stream().map(Contestant::title).toList()) + ".";
        return strength(advice.strength()) + equals;
    }

    /// Of several answers: those that are less sure than others are named.
    private String strength(List<Advice> all) {
        List<String> unsure = all.stream()
                .filter(each -> each.strength() == Strength.INDICATIVE)
                .map(each -> "“" + index.title(each.workload()) + "”")
                .toList();
        return unsure.isEmpty() || unsure.size() == all.size()
                ? strength(all.getFirst().strength())
                : strength(Strength.SIGNIFICANT) + " But indicative, from fewer, for " + Words.list(unsure) + ".";
    }

    private String strength(Strength strength) {
        return strength == Strength.SIGNIFICANT
                ? "Significant: from as many rounds as the intervals needed."
                : results.mode() == Mode.FULL
                        ? "Indicative: from fewer than six valid rounds, or from single trials. It may turn out otherwise."
                        : "Indicative: from few short rounds. The full lab may say otherwise.";
    }

    private void details(Advice advice, String id) {
        html.open("div", "class", "pair");
        html.open("section").element("h3", "Why");
        if (!advice.reasons().isEmpty()) {
            html.open("ul");
            advice.reasons().forEach(reason -> html.element("li", reason));
            html.close("ul");
        }
        causes(advice.causes());
        html.close("section");
        String avoid = advice.avoid();
        if (avoid != null) {
            html.open("section", "class", "weak").element("h3", "Avoid " + Contestant.title(avoid));
            html.element("p", advice.whyAvoid()).close("section");
        }
        html.close("div");
        html.open("div", "class", "pair");
        html.open("section").element("h3", "Start it");
        command(advice.commandLine());
        html.close("section").open("section").element("h3", "In your program");
        code(advice.code());
        html.close("section").close("div");
        BarCharts.margins(index, advice).ifPresent(chart -> chart.write(html, id + "-margins"));
    }

    private void code(String text) {
        html.open("div", "class", "code").open("pre", "tabindex", "0").element("code", text.stripTrailing())
                .close("pre").close("div");
    }

    /// A narrow line breaks between its words, and not behind the hyphens in them.
    private void command(String text) {
        html.open("div", "class", "code").open("pre", "tabindex", "0").open("code");
        String space = "";
        for (String word : text.split(" ", -1)) {
            html.text(space).open("span", "class", "number").text(word).trusted("</span>");
            space = " ";
        }
        html.trusted("</code>").close("pre").close("div");
    }

    /// What of the handler and of the machine has led to the answer.
    private void causes(Advice.Causes causes) {
        List<String> known = new ArrayList<>();
        if (causes.meanWorkMicros() != null) {
            known.add("the work takes " + Figures.micros(causes.meanWorkMicros()) + " on average");
        }
        if (causes.blockingShare() != null) {
            known.add("it waits for " + Figures.percent(causes.blockingShare()) + " of that");
        }
        if (causes.spread() != null) {
            known.add("1 in 1,000 takes " + Figures.number(causes.spread()) + " times as long as the median");
        }
        if (causes.handOffMicros() != null) {
            known.add("giving a request to another thread costs " + Figures.micros(causes.handOffMicros()) + " here");
        }
        if (!known.isEmpty()) {
            html.element("p", "Measured: " + String.join("; ", known) + ".", "class", "note");
        }
    }

    /// All answers in one table: who is best where, and how far the others are.
    private void glance() {
        html.element("h3", "Who is best at what");
        html.element("p",
                "The answer follows the work. A figure says how many times better the chosen model is, in what decided; ≈ is as"
                        + " good, within 5 % or by chance.",
                "class", "note");
        List<String> models = index.names();
        html.open("div", "class", "scroll", "tabindex", "0", "role", "group", "aria-label",
                "Table: who is best at what");
        html.open("table", "class", "glance").open("thead").open("tr").element("th", "workload", "scope", "col");
        models.forEach(model -> html.element("th", Contestant.title(model), "scope", "col", "class", "number"));
        html.element("th", "decided by", "scope", "col").close("tr").close("thead").open("tbody");
        for (Advice advice : results.advice()) {
            html.open("tr").open("th", "scope", "row");
            html.open("a", "href", "#" + WorkloadSection.id(advice.workload())).text(index.title(advice.workload()));
            html.close("a").close("th");
            models.forEach(model -> cell(advice, model));
            html.element("td",
                    Words.list(advice.margins().stream().map(margin -> margin.metric().title()).distinct().toList()));
            html.close("tr");
        }
        html.close("tbody").close("table").close("div");
    }

    private void cell(Advice advice, String model) {
        String style = "number";
        String text = Figures.NONE;
        if (model.equals(index.name(advice.model(), advice.transport()))) {
            style = "number best " + Contestant.style(model);
            text = "best";
        } else {
            Optional<Factor> factor = advice.margins().stream().filter(each -> each.to().equals(model)).findFirst()
                    .map(Factor::of);
            if (factor.isPresent()) {
                boolean equal = advice.equals().contains(model);
                text = equal ? "≈" : factor.get().isFinite() ? Figures.number(factor.get().middle()) : "at none";
                style = model.equals(advice.avoid()) ? "number avoid" : equal ? "number equal" : "number";
            } else if (advice.equals().contains(model)) {
                text = "≈";
            }
        }
        html.open("td", "class", style).text(text);
        if (model.equals(advice.avoid())) {
            html.trusted(" <span class=\"tag\">avoid</span>");
        }
        html.close("td");
    }

    private void each() {
        html.element("h3", "The answer for each workload");
        for (int i = 0; i < results.advice().size(); i++) {
            Advice advice = results.advice().get(i);
            String[] open = i == 0 ? new String[]{"open", "open"} : new String[0];
            html.open("details", open).open("summary").text(index.title(advice.workload()) + ": ")
                    .element("b", Contestant.title(advice.model())).close("summary");
            html.element("p", advice.sentence(), "class", "lead");
            String margin = margin(advice);
            if (!margin.isEmpty()) {
                html.element("p", margin);
            }
            html.element("p", where(advice) + strength(advice), "class", "note");
            details(advice, "answer-" + i);
            html.close("details");
        }
    }

    /// What processes instead of threads, or another transport, change.
    private void siblings() {
        Table table = index.siblings();
        if (!table.isEmpty()) {
            html.element("h3", "What processes and transports change");
            html.element("p",
                    "Each in proportion to the same model with threads, on the first transport, by the same rounds;"
                            + " with 95 % intervals.",
                    "class", "note");
            table.write(html);
        }
    }

    /// The highest rate that each model holds under what was asked for.
    private void slo() {
        Table table = index.objective();
        if (!table.isEmpty()) {
            html.element("h3", "Highest rate under the objective");
            html.element("p", "The highest rate at which " + (results.slo() == null ? "the objective" : results.slo())
                    + " held, with 98 % of what was asked for served: by halving between nothing and the best capacity.");
            table.write(html);
        }
    }
}
