package dev.partita.lab.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.partita.lab.results.Results;
import dev.partita.lab.results.WorkloadCard;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The page: its sections in their order, its style and its scripts.
final class Page {
    private final Index index;
    private final Html html = new Html();

    private Page(Results results) {
        this.index = new Index(results);
    }

    /// The whole page as text.
    static String of(Results results) {
        return new Page(results).whole();
    }

    private String whole() {
        String charts = script("echarts.common.min.js");
        String own = script("report.js");
        html.trusted("<!doctype html>\n").open("html", "lang", "en");
        html.trusted("<!--\n" + resource("licences.txt").replace("--", "- -") + "-->\n");
        head(charts, own);
        html.open("body").element("a", "To the answer", "class", "skip", "href", "#answer");
        Map<String, Runnable> sections = sections();
        navigation(sections);
        html.open("main");
        sections.values().forEach(Runnable::run);
        html.close("main");
        footer();
        html.open("script").trusted(charts).close("script");
        html.open("script").trusted(own).close("script");
        return html.close("body").close("html").toString();
    }

    /// Those that have something to say, by their names.
    private Map<String, Runnable> sections() {
        Results results = index.results();
        Map<String, Runnable> sections = new LinkedHashMap<>();
        sections.put("Answer", () -> new AnswerSection(index, html).write());
        if (!results.claims().isEmpty()) {
            sections.put("Claims", () -> ClaimSection.write(results, html));
        }
        if (!results.workloads().isEmpty()) {
            sections.put("Workloads", this::workloads);
        }
        if (!results.models().isEmpty()) {
            sections.put("Models", () -> new ModelSection(index, html).write());
        }
        sections.put("Machine", () -> MachineSection.write(results, html));
        sections.put("Left out", () -> new LeftOutSection(index, html).write());
        return sections;
    }

    private void workloads() {
        html.element("h2", "Workloads", "id", id("Workloads"));
        html.element("p",
                "What the models had to do, and what it cost them. Each figure says how server and generator shared the"
                        + " machine: with one processor each (P1), or with all processors for both (P2).");
        List<WorkloadCard> workloads = index.results().workloads();
        if (workloads.size() > 2) {
            html.open("ul", "class", "jump");
            workloads.forEach(
                    each -> html.open("li").element("a", each.title(), "href", "#" + WorkloadSection.id(each.name()))
                            .close("li"));
            html.close("ul");
        }
        for (WorkloadCard workload : workloads) {
            new WorkloadSection(index, workload, html).write();
        }
    }

    private void head(String... scripts) {
        html.open("head").open("meta", "charset", "utf-8");
        html.open("meta", "http-equiv", "Content-Security-Policy", "content", policy(scripts));
        html.open("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
        html.open("meta", "name", "color-scheme", "content", "light dark");
        html.element("title", AnswerSection.title(index.results()));
        html.open("style").trusted(resource("report.css")).close("style").close("head");
    }

    /// Nothing is loaded, and only these scripts run.
    private static String policy(String... scripts) {
        StringBuilder digests = new StringBuilder();
        for (String script : scripts) {
            digests.append(" 'sha256-").append(Base64.getEncoder().encodeToString(sha256(script))).append('\'');
        }
        return "default-src 'none'; style-src 'unsafe-inline'; script-src" + digests;
    }

    private static byte[] sha256(String script) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(script.getBytes(UTF_8));
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    private void navigation(Map<String, Runnable> sections) {
        html.open("header").element("span", "Partita lab", "class", "home").open("nav", "aria-label", "Sections");
        for (String section : sections.keySet()) {
            html.element("a", section, "href", "#" + id(section));
        }
        html.close("nav").close("header");
    }

    private void footer() {
        Results results = index.results();
        html.open("footer");
        html.element("p",
                "Partita " + results.version() + ", " + results.began()
                        + ". The same in figures: results.json beside this"
                        + " page, from which it can be drawn again with partita compare --from results.json.");
        html.element("p",
                "The claims are those of the article “Which network server model should I choose?” by Ivan Voras.");
        html.open("details").element("summary", "Licences of what is in this page")
                .element("pre", resource("licences.txt"), "tabindex", "0").close("details").close("footer");
    }

    static String id(String section) {
        return section.toLowerCase(Locale.ROOT).replace(' ', '-');
    }

    /// A script ends where its element ends, so it may not contain that.
    private static String script(String name) {
        String text = resource(name).replace("\r\n", "\n");
        if (text.contains("</script") || text.contains("<!--")) {
            throw new IllegalStateException(name + " cannot stand in a page");
        }
        return text;
    }

    static String resource(String name) {
        try (InputStream in = Page.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing from this build");
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
