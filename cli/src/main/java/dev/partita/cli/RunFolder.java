package dev.partita.cli;

import dev.partita.lab.report.Report;
import dev.partita.lab.results.Results;
import dev.partita.lab.results.ResultsFile;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.Consumer;

/// The folder of a comparison. What was measured is written into it whenever there is more of it; what another run has left there
/// is set aside before that.
final class RunFolder {
    private static final List<String> NAMES = List.of(Report.NAME, ResultsFile.NAME);
    private static final String ASIDE = ".old";

    private final Path folder;
    private final Consumer<String> says;
    private boolean isOwn;

    /// @param isOwn whether what is there belongs to this run, which goes on with it
    /// @param says is given a line for the user
    RunFolder(Path folder, boolean isOwn, Consumer<String> says) {
        this.folder = folder;
        this.isOwn = isOwn;
        this.says = says;
    }

    /// What there is until now, so that it is there even if this process is killed. That it cannot be written is no reason to end
    /// a run: it is said.
    void keep(Results results) {
        try {
            setAside();
            ResultsFile.write(results, folder.resolve(ResultsFile.NAME));
        } catch (ClosedByInterruptException stopped) {
            // All of it is written in a moment.
        } catch (IOException refused) {
            says.accept("partita: what was measured until now cannot be written yet: " + refused.getMessage());
        }
    }

    /// All of it, with the report.
    ///
    /// @return a line that says where
    String write(Results results) throws IOException {
        setAside();
        Report.write(results, folder);
        return "Written to " + folder + ": " + String.join(", ", NAMES);
    }

    private void setAside() throws IOException {
        if (isOwn) {
            return;
        }
        for (String name : NAMES) {
            Path file = folder.resolve(name);
            if (Files.exists(file)) {
                Files.move(file, folder.resolve(name + ASIDE), StandardCopyOption.REPLACE_EXISTING);
                if (name.equals(ResultsFile.NAME)) {
                    says.accept("What " + file + " had of another run is in " + name + ASIDE + " now.");
                }
            }
        }
        isOwn = true;
    }
}
