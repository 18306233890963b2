package dev.partita.lab.report;

import dev.partita.lab.results.Results;
import dev.partita.lab.results.ResultsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// Writes what a run has found out into a folder.
public final class Report {
    /// The page's name in the folder of a run.
    public static final String NAME = "report.html";

    private Report() {}

    /// Writes `results.json`, and beside it the page. Of each file all is written or nothing.
    ///
    /// The page is one file that loads nothing. Its security policy allows its own two scripts by their digests and no other, so
    /// that nothing that a measured server has said can run in it.
    ///
    /// @param folder is made if it does not exist
    /// @throws IOException if it cannot be written
    public static void write(Results results, Path folder) throws IOException {
        Files.createDirectories(folder);
        ResultsFile.write(results, folder.resolve(ResultsFile.NAME));
        Path page = folder.resolve(NAME);
        Path temporary = folder.resolve(NAME + ".new");
        Files.writeString(temporary, Page.of(results));
        Files.move(temporary, page, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
