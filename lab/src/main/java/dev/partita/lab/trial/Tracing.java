package dev.partita.lab.trial;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Counts the system calls of a process by strace.
final class Tracing implements AutoCloseable {
    private static final Pattern TOTAL = Pattern.compile("^\\s*100\\.00\\s.*?\\s(\\d+)(?:\\s+\\d+)?\\s+total$",
            Pattern.MULTILINE);
    private static final int ATTACH_MILLIS = 400;

    private final Process process;
    private final Path summary;

    private Tracing(Process process, Path summary) {
        this.process = process;
        this.summary = summary;
    }

    /// Why it cannot be done; an empty string if it can.
    static String unavailable() {
        try {
            Process tried = new ProcessBuilder("strace", "-c", "-o", "/dev/null", "true")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return tried.waitFor(10, TimeUnit.SECONDS) && tried.exitValue() == 0 ? "" : "strace may not trace here";
        } catch (IOException none) {
            return "strace is not installed";
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    static Tracing start(List<Long> pids, Path folder) throws IOException, InterruptedException {
        Path summary = Files.createTempFile(folder, "calls", ".txt");
        List<String> command = new ArrayList<>(List.of("setsid", "strace", "-f", "-c", "-o", summary.toString()));
        pids.forEach(each -> command.addAll(List.of("-p", Long.toString(each))));
        Process process = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        process.waitFor(ATTACH_MILLIS, TimeUnit.MILLISECONDS); // it says nothing when it has attached
        return new Tracing(process, summary);
    }

    /// Ends it.
    ///
    /// @return how many there were; 0 if strace says nothing
    long calls() throws IOException, InterruptedException {
        process.destroy(); // SIGTERM: it lets go and writes its summary
        process.waitFor(10, TimeUnit.SECONDS);
        Matcher matcher = TOTAL.matcher(Files.readString(summary));
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    @Override
    public void close() {
        process.destroy();
    }
}
