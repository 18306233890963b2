package dev.partita.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CalibrationTest {
    @TempDir
    Path temporary;

    @Test
    void remembersWhatWasMeasured() {
        Path file = temporary.resolve("not/there/yet");
        Calibration.remember(file, "one processor", 431);
        assertThat(Calibration.recall(file, "one processor")).hasValue(431);
        assertThat(Calibration.recall(file, "another processor")).isEmpty();
        assertThat(file.resolveSibling("").toFile().list()).containsExactly("yet");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "key", "key\n", "key\nmany\n", "key\n0\n", "key\n-3\n", "key\n1\n2\n",
        "key\n99999999999999999999\n"})
    void aBrokenFileIsAsGoodAsNone(String text) throws IOException {
        Path file = Files.writeString(temporary.resolve("file"), text);
        assertThat(Calibration.recall(file, "key")).isEmpty();
    }

    @Test
    void aFolderThatCannotBeWrittenIsNoError() throws IOException {
        Path file = Files.createFile(temporary.resolve("file"));
        Calibration.remember(file.resolve("below"), "key", 1);
        assertThat(Calibration.recall(file.resolve("below"), "key")).isEmpty();
    }

    @Test
    void workIsAFixedNumberOfRoundsAndNeverZero() {
        assertThat(Work.spin(1_000)).isEqualTo(Work.spin(1_000)).isNotEqualTo(Work.spin(1_001)).isNotZero();
    }
}
