package dev.partita.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.lab.results.Results;
import dev.partita.lab.results.ResultsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/// The page in a real browser: with much in it, with little, and with what an attacker would put in.
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class BrowserTest {
    /// Opens each report in a frame as wide as a phone, uses it, and writes down what it sees.
    private static final String VISITOR =
            """
                    <!doctype html><title>visitor</title>
                    <pre id="result"></pre>
                    <iframe id="hold" hidden></iframe>
                    <iframe id="phone" width="390" height="800"></iframe>
                    <script>
                      const held = document.getElementById("hold").contentDocument;
                      held.open();
                      const result = document.getElementById("result");
                      const phone = document.getElementById("phone");
                      const open = url => new Promise(opened => {
                        phone.addEventListener("load", () => opened(phone.contentDocument), {once: true});
                        phone.src = url;
                      });
                      const named = each => each.labels && each.labels.length || each.textContent.trim() || each.ariaLabel;
                      (async () => {
                        for (const name of [NAMES]) {
                          const page = await open(name + "/report.html");
                          const say = (what, value) => result.append(name + " " + what + " " + value + "\\n");
                          const all = (selector, wanted) => [...page.querySelectorAll(selector)].filter(wanted || (() => true)).length;
                          const drawing = figure => figure.querySelector(".chart svg").outerHTML;
                          say("pictures", all("figure[data-chart]"));
                          say("drawn", all("figure[data-chart]", each => each.querySelector("[data-drawn] svg path")));
                          say("tables-missing", all("figure[data-chart]", each => !each.querySelector("details table tbody tr")));
                          say("too-wide-by", page.documentElement.scrollWidth - 390);
                          say("unnamed", all("a, button, input, summary, [role]", each => !named(each)));
                          say("ids-twice", all("[id]", each => each != page.getElementById(each.id)));
                          say("dead-links", all("a", each => each.getAttribute("href")[0] != "#"
                              || !page.getElementById(each.getAttribute("href").substring(1))));
                          say("loads", all("[src], link, img, object, embed, iframe"));
                          say("scripts", all("script:not([type])"));
                          say("broken-in", String(phone.contentWindow.broken || all("img, [onerror], [onload]")));
                          const first = page.querySelector("figure.wide");
                          if (first) {
                            const before = drawing(first);
                            first.querySelector("[type=radio]:not(:checked)").click();
                            say("choice-changes", drawing(first) != before);
                            const chosen = drawing(first);
                            first.querySelector("[type=checkbox]").click();
                            say("hiding-changes", drawing(first) != chosen);
                          }
                          phone.contentWindow.dispatchEvent(new Event("beforeprint"));
                          say("on-paper", page.documentElement.classList.contains("paper"));
                          phone.contentWindow.dispatchEvent(new Event("afterprint"));
                          say("pictures-failed", all(".failed"));
                        }
                        console.log("all seen");
                        held.close();
                      })().catch(failure => { console.log("failed: " + failure); held.close(); });
                    </script>
                    """;
    private static final Pattern RESULT = Pattern.compile("<pre id=\"result\">(.*?)</pre>", Pattern.DOTALL);

    @TempDir
    private Path folder;

    @TempDir
    private Path temporary;

    @Test
    void everyPictureIsDrawnWhateverIsThereToDraw() throws Exception {
        Browser.installed();
        Map<String, Results> reports = new LinkedHashMap<>();
        reports.put("full", Sample.full());
        reports.put("one-model", Sample.oneModel());
        reports.put("all-void", Sample.allVoid());
        reports.put("nothing", Sample.nothing());
        reports.put("hostile", Hostile.full());
        reports.put("committed", ResultsFile.read(Path.of("src/test/resources/results.json")));

        Map<String, String> seen = visit(reports);

        assertThat(seen).containsEntry("all-void pictures", "0").containsEntry("nothing pictures", "0")
                .containsEntry("one-model pictures", "5");
        assertThat(Integer.parseInt(seen.get("full pictures"))).isGreaterThan(40);
        assertThat(seen.get("hostile pictures")).isEqualTo(seen.get("full pictures"));
        for (String name : reports.keySet()) {
            assertThat(seen).as(name)
                    .containsEntry(name + " drawn", seen.get(name + " pictures"))
                    .containsEntry(name + " scripts", "2")
                    .containsEntry(name + " on-paper", "true");
            for (String none : List.of("tables-missing", "unnamed", "ids-twice", "dead-links", "loads", "broken-in",
                    "pictures-failed")) {
                assertThat(seen).as(name).containsEntry(name + " " + none, "0");
            }
            assertThat(Integer.parseInt(seen.get(name + " too-wide-by"))).as(name + " is as wide as a phone")
                    .isNotPositive();
        }
        assertThat(seen).containsEntry("full choice-changes", "true").containsEntry("full hiding-changes", "true");
    }

    /// By their names and what was looked at; the console has to be silent.
    private Map<String, String> visit(Map<String, Results> reports) throws IOException, InterruptedException {
        for (Map.Entry<String, Results> report : reports.entrySet()) {
            Report.write(report.getValue(), folder.resolve(report.getKey()));
        }
        Path visitor = folder.resolve("visitor.html");
        String names = String.join(", ", reports.keySet().stream().map(name -> '"' + name + '"').toList());
        Files.writeString(visitor, VISITOR.replace("NAMES", names));
        Browser browser = Browser.visits(visitor, temporary);
        assertThat(browser.console()).hasSize(1).first().asString().contains("all seen");
        Matcher result = RESULT.matcher(browser.page());
        assertThat(result.find()).as(browser.page()).isTrue();
        Map<String, String> seen = new LinkedHashMap<>();
        result.group(1).lines().forEach(line -> seen.put(line.substring(0, line.lastIndexOf(' ')),
                line.substring(line.lastIndexOf(' ') + 1)));
        return seen;
    }
}
