package dev.partita.lab.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsFileTest {
    private static final Path SAMPLE = Path.of("src/test/resources/results.json");

    @TempDir
    Path folder = Path.of("");

    @Test
    void whatWasWrittenIsReadAsItWas() throws IOException {
        Results sample = ResultsFile.read(SAMPLE);
        Path copy = folder.resolve(ResultsFile.NAME);

        ResultsFile.write(sample, copy);

        assertThat(ResultsFile.read(copy)).isEqualTo(sample);
        assertThat(sample.trial(2).orElseThrow().model()).isEqualTo("sped");
    }

    @Test
    void namesOfALaterVersionAreOverlooked() throws IOException {
        Path later = folder.resolve("later.json");
        Files.writeString(later, Files.readString(SAMPLE).replaceFirst("\\{", "{\"fromLater\": 1,"));

        assertThat(ResultsFile.read(later)).isEqualTo(ResultsFile.read(SAMPLE));
    }

    @Test
    void anotherSchemaAndOtherFilesAreRefusedWithTheReason() throws IOException {
        Path other = folder.resolve("other.json");
        Files.writeString(other, "{\"schema\": 99}");
        assertThatThrownBy(() -> ResultsFile.read(other)).isInstanceOf(IOException.class)
                .hasMessageContaining("schema 99").hasMessageContaining("reads 2");
        Files.writeString(other, "no json");
        assertThatThrownBy(() -> ResultsFile.read(other)).isInstanceOf(IOException.class)
                .hasMessageContaining("is no results file");
        Files.writeString(other, "{\"schema\": 2}");
        assertThatThrownBy(() -> ResultsFile.read(other)).isInstanceOf(IOException.class)
                .hasMessageContaining("is no results file");
    }
}
