package dev.partita.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.lab.results.Results;
import java.util.List;
import org.junit.jupiter.api.Test;

class TerminalTableTest {
    @Test
    void noLineIsLongerThanTheTerminal() {
        for (Results results : List.of(Sample.full(), Sample.oneModel(), Sample.allVoid(), Sample.nothing())) {
            assertThat(TerminalTable.of(results).lines()).allMatch(line -> line.length() <= TerminalTable.WIDTH)
                    .allMatch(line -> line.equals(line.stripTrailing()));
        }
    }

    @Test
    void theTableOfAWorkloadHasALineForEachModelUnderOneHead() {
        List<String> lines = TerminalTable.of(Sample.full()).lines().toList();
        int at = lines.indexOf("Uniform short");

        assertThat(lines.get(at + 1).strip().split("  +")).startsWith("model", "capacity", "p50", "p99", "p99.9");
        assertThat(lines.subList(at + 2, at + 8)).extracting(line -> line.strip().split(" ", 2)[0])
                .containsExactly("MP", "SPED", "SEDA", "AMPED", "SYMPED", "VT");
    }

    @Test
    void everyClaimHasItsVerdict() {
        String text = TerminalTable.of(Sample.full());

        assertThat(text).contains("16 claims: 9 confirmed, 3 refuted, 3 depend and 1 not measured.");
        Sample.full().claims().forEach(claim -> assertThat(text).containsPattern(
                claim.number() + "  " + Words.of(claim.verdict()) + ".*" + claim.title()));
    }

    @Test
    void theAnswerIsWhereAReaderLooksLast() {
        assertThat(TerminalTable.of(Sample.oneModel())).containsSubsequence("Choose SYMPED", "(significant)",
                "Start it: ./partita serve --model symped", "Or in Java:\n    Server.of(");
        assertThat(TerminalTable.of(Sample.nothing())).endsWith("This run gives no answer.\n");
        assertThat(TerminalTable.of(Sample.allVoid())).contains("void or failed", "the hypervisor took 4.1 %");
    }

    @Test
    void theLastLinesOfAServerCannotSteerTheTerminal() {
        assertThat(TerminalTable.of(Hostile.full()).chars())
                .allMatch(c -> c == '\n' || c >= ' ' && c != 0x7f && c != 0x202e);
    }
}
