package dev.partita.lab.report;

import dev.partita.lab.results.Claim;
import dev.partita.lab.results.Claim.Finding;
import dev.partita.lab.results.Claim.Verdict;
import dev.partita.lab.results.Results;
import java.util.Arrays;
import java.util.List;

/// The article's claims, and what became of them.
final class ClaimSection {
    private ClaimSection() {}

    static void write(Results results, Html html) {
        html.element("h2", "The article, measured", "id", Page.id("Claims"));
        html.element("p", summary(results.claims()), "class", "lead");
        html.open("table", "class", "stack claims").open("thead").open("tr");
        for (String head : List.of("The claim", "Measured", "Verdict")) {
            html.element("th", head, "scope", "col");
        }
        html.close("tr").close("thead").open("tbody");
        results.claims().forEach(claim -> claim(results, claim, html));
        html.close("tbody").close("table");
    }

    /// How many of each verdict there are.
    static String summary(List<Claim> claims) {
        List<String> counts = Arrays.stream(Verdict.values())
                .filter(verdict -> claims.stream().anyMatch(claim -> claim.verdict() == verdict))
                .map(verdict -> count(claims, verdict))
                .toList();
        return Figures.plural(claims.size(), "claim") + ": " + Words.list(counts) + ".";
    }

    private static String count(List<Claim> claims, Verdict verdict) {
        long count = claims.stream().filter(claim -> claim.verdict() == verdict).count();
        return count + " " + (verdict == Verdict.DEPENDS && count > 1 ? "depend" : Words.of(verdict));
    }

    private static void claim(Results results, Claim claim, Html html) {
        html.open("tr", "id", "claim-" + claim.number());
        html.open("th", "scope", "row").text(claim.number() + ". " + claim.title());
        html.element("blockquote", "“" + claim.words() + "”").close("th");
        html.open("td", "data-label", "Measured");
        findings(claim.findings(), html);
        html.open("details").element("summary", "The experiment").element("p", claim.experiment());
        if (!claim.trials().isEmpty()) {
            html.open("p", "class", "note").text("Trials: ");
            for (int id : claim.trials()) {
                if (results.trial(id).isPresent()) {
                    html.open("a", "href", "#trial-" + id).text(String.valueOf(id)).trusted("</a> ");
                }
            }
            html.close("p");
        }
        html.close("details").close("td");
        html.open("td", "data-label", "Verdict").open("span", "class", "verdict " + style(claim.verdict()));
        html.text(Words.mark(claim.verdict()) + " " + Words.of(claim.verdict())).trusted("</span>");
        if (claim.verdict() != Verdict.NOT_MEASURED) {
            html.element("div", Words.of(claim.strength()), "class", "note");
        }
        if (!claim.on().isEmpty()) {
            html.element("div", (claim.verdict() == Verdict.DEPENDS ? "on " : "") + claim.on(), "class", "on");
        }
        html.close("td").close("tr");
    }

    private static void findings(List<Finding> findings, Html html) {
        if (findings.isEmpty()) {
            return;
        }
        html.open("ul", "class", "findings");
        for (Finding finding : findings) {
            html.open("li").open("b").text(value(finding)).trusted("</b> ").text(range(finding) + finding.label())
                    .close("li");
        }
        html.close("ul");
    }

    /// A finding's value with its unit.
    static String value(Finding finding) {
        return Figures.with(finding.value(), finding.unit().equals("x") ? "×" : finding.unit());
    }

    /// Its interval, and a space behind it; an empty string if it has none.
    static String range(Finding finding) {
        Double low = finding.low();
        Double high = finding.high();
        return low == null || high == null ? "" : "(" + Figures.number(low) + " to " + Figures.number(high) + ") ";
    }

    private static String style(Verdict verdict) {
        return switch (verdict) {
            case CONFIRMED -> "confirmed";
            case REFUTED -> "refuted";
            case DEPENDS -> "depends";
            case UNDECIDED, NOT_MEASURED -> "open";
        };
    }
}
