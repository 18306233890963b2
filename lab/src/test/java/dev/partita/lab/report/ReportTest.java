package dev.partita.lab.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.lab.results.Advice;
import dev.partita.lab.results.Cell;
import dev.partita.lab.results.Comparison;
import dev.partita.lab.results.Metric;
import dev.partita.lab.results.ModelCard;
import dev.partita.lab.results.Results;
import dev.partita.lab.results.Results.Strength;
import dev.partita.lab.results.ResultsFile;
import dev.partita.lab.results.Trial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What stands on the page, as its text says it.
class ReportTest {
    private static final Results FULL = Sample.full();

    @TempDir
    private Path folder;

    @Test
    void thePageStandsBesideTheResultsThatItShows() throws IOException {
        page(FULL);

        assertThat(ResultsFile.read(folder.resolve(ResultsFile.NAME))).isEqualTo(FULL);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(ResultsFile.NAME, Report.NAME);
        }
    }

    @Test
    void theAnswerComesFirstWithItsIntervalItsReasonsAndWhatToType() throws IOException {
        String page = page(FULL);
        Advice advice = FULL.advice().getFirst();

        inThisOrder(page, "<h1>It depends on the work</h1>", "Who is best at what", advice.sentence(),
                "VT has 1.2 (1.16 to 1.25) times the",
                "As good, within 5 % or by chance: SYMPED.", advice.reasons().getFirst(), "Avoid SEDA",
                advice.whyAvoid(),
                "--model", ".run(new Symped(2, Accepting.REUSE_PORT));", "The article, measured", "Workloads",
                "The machine");
    }

    @Test
    void everyClaimHasItsVerdictAndHowSureItIs() throws IOException {
        String page = page(FULL);

        assertThat(page).contains("16 claims: 9 confirmed, 3 refuted, 3 depend and 1 not measured.");
        FULL.claims().forEach(claim -> assertThat(page).contains(
                "<tr id=\"claim-" + claim.number() + "\">", claim.number() + ". " + claim.title(),
                Html.escaped(claim.experiment())));
        inThisOrder(page, "confirmed", "indicative", "refuted", "indicative");
    }

    @Test
    void aVoidTrialIsInNoFigureAndItsReasonIsTold() throws IOException {
        Results sample = ResultsFile.read(Path.of("src/test/resources/results.json"));
        Trial useless = sample.trials().stream().filter(trial -> trial.state() == Trial.State.VOID).findFirst()
                .orElseThrow();
        var rate = useless.load().rate();
        var shown = new LineCharts(new Index(sample), sample.workloads().get(1)).all().getFirst();

        // The last column counts the trials of a point.
        long all = sample.trials().stream()
                .filter(trial -> trial.model().equals(useless.model()) && trial.workload().equals(useless.workload())
                        && Objects.equals(rate, trial.load().rate())
                        && (trial.purpose() == Trial.Purpose.MEASURE || trial.purpose() == Trial.Purpose.CURVE))
                .count();
        assertThat(shown.data().rows()).anySatisfy(row -> assertThat(row)
                .startsWith(Contestant.title(useless.model()), Figures.number(rate)).endsWith(Figures.count(all - 1)));
        assertThat(page(sample)).contains(Html.escaped(useless.reason()))
                .contains("partita: the port 8080 is in use\njava.io.IOException: ...");
    }

    @Test
    void aRunWithoutAnAnswerSaysSo() throws IOException {
        assertThat(page(Sample.allVoid())).contains("This run gives no answer", "Every trial was void or failed.",
                "ended early");
        assertThat(page(Sample.nothing())).contains("This run gives no answer", "Nothing was measured.");
    }

    @Test
    void aModelOfOnesOwnIsShownWithoutADrawing() throws IOException {
        Results one = Sample.oneModel();
        Results own = new Results(one.schema(), one.mode(), one.command(), one.version(), one.began(), one.seconds(),
                one.stopped(), null,
                one.machine(), List.of(new ModelCard("own", "A model of one's own", "me", "me", "me")), one.workloads(),
                List.of(),
                List.of(), List.of(), List.of(), List.of(), List.of());

        assertThat(page(own)).contains("<h3>OWN</h3>", "A model of one&#39;s own").doesNotContain("<svg");
    }

    @Test
    void aModelInProcessesHasTheDrawingOfItsModel() throws IOException {
        Results one = Sample.oneModel();
        Results divided = new Results(one.schema(), one.mode(), one.command(), one.version(), one.began(),
                one.seconds(),
                one.stopped(), null, one.machine(),
                List.of(new ModelCard("symped/processes", "SYMPED, in processes", "me", "me", "me")), one.workloads(),
                List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

        assertThat(page(divided)).contains("<h3>SYMPED processes</h3>", "<svg");
    }

    @Test
    void whoHoldsTheObjectiveAtNoRateIsInNoPicture() throws IOException {
        Advice one = FULL.advice().getFirst();
        Advice advice = new Advice(one.workload(), one.model(), one.transport(), one.server(), one.sentence(),
                one.reasons(), List.of(new Advice.Margin("sped", Metric.OBJECTIVE, 0.5, 0.5, 0.5),
                        new Advice.Margin("mp", Metric.OBJECTIVE, 0, 0, 0)),
                List.of(), null, "", one.commandLine(), one.code(), one.causes(), one.strength());
        Results results = new Results(FULL.schema(), FULL.mode(), FULL.command(), FULL.version(), FULL.began(),
                FULL.seconds(), FULL.stopped(), "p99=1ms", FULL.machine(), FULL.models(), FULL.workloads(),
                List.of(advice, one), FULL.cells(), FULL.trials(), FULL.comparisons(), FULL.claims(), FULL.leftOut());

        assertThat(BarCharts.margins(new Index(results), advice).orElseThrow().data().rows())
                .extracting(List::getFirst).containsExactly("SPED");
        assertThat(page(results)).contains("MP the objective at none of the rates", ">at none<")
                .doesNotContain("Infinity,");
    }

    @Test
    void whatProcessesDoToTheCapacityIsOfTheCapacities() {
        List<Cell> cells = List.of(cell("symped", 10_000.0), cell("symped/processes", 15_000.0));
        List<Comparison> comparisons = List.of(new Comparison("short", "epoll", Trial.Protocol.P2, Metric.THROUGHPUT,
                "symped/processes", "symped", "epoll", List.of(1.0), 1, 1, 1,
                Comparison.Verdict.NO_SIGNIFICANT_DIFFERENCE, Strength.SIGNIFICANT, List.of()));
        Results results = new Results(FULL.schema(), FULL.mode(), FULL.command(), FULL.version(), FULL.began(),
                FULL.seconds(), FULL.stopped(), null, FULL.machine(), FULL.models(), FULL.workloads(), List.of(), cells,
                List.of(), comparisons, List.of(), List.of());

        assertThat(new Index(results).siblings().rows()).singleElement()
                .satisfies(row -> assertThat(row.get(2)).isEqualTo("1.5"));
    }

    private static Cell cell(String model, double capacity) {
        return new Cell("short", model, "epoll", List.of(), List.of(), List.of(), null, null, capacity, null);
    }

    @Test
    void onlyItsOwnTwoScriptsMayRun() throws Exception {
        String page = page(FULL);
        Matcher scripts = Pattern.compile("<script>(.*?)</script>", Pattern.DOTALL).matcher(page);
        StringBuilder digests = new StringBuilder();
        while (scripts.find()) {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(scripts.group(1).getBytes(UTF_8));
            digests.append(" &#39;sha256-").append(Base64.getEncoder().encodeToString(digest)).append("&#39;");
        }

        assertThat(page)
                .contains("default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; script-src" + digests + "\"");
        assertThat(digests).contains(" ").hasSizeGreaterThan(100);
    }

    @Test
    void theNoticeOfTheChartsTravelsAlong() throws IOException {
        assertThat(page(Sample.nothing())).contains("Copyright 2017-2024 The Apache Software Foundation",
                "https://www.apache.org/licenses/LICENSE-2.0", "Copyright (c) 2017, Baidu Inc.");
    }

    /// AssertJ's `containsSubsequence` takes minutes for a page of this size where a text is missing.
    private static void inThisOrder(String page, String... texts) {
        int from = 0;
        for (String each : texts) {
            int at = page.indexOf(each, from);
            assertThat(at).as("the place of '%s' behind what comes before it", each).isNotNegative();
            from = at + each.length();
        }
    }

    private String page(Results results) throws IOException {
        Report.write(results, folder);
        return Files.readString(folder.resolve(Report.NAME));
    }
}
