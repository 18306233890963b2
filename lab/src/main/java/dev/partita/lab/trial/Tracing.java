package dev.partita.lab.trial;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Counts the system calls of a process by strace.
final class Tracing implements AutoCloseable {
    private static final Pattern TOTAL = Pattern.compile("^\\s*100\\.00\\s.*?\\s(\\d+)(?:\\s+\\d+)?\\s+total$",
            Pattern.MULTILINE);
    private static final int ATTACH_MILLIS = 400;
    private static final int TRY_SECONDS = 5;
    private static final int POLL_MILLIS = 5;
    private static final Set<String> UNTRACED = Set.of("", "0");

    private final Process process;
    private final Path summary;

    private Tracing(Process process, Path summary) {
        this.process = process;
        this.summary = summary;
    }

    /// Why it cannot be done, and what to do about it; an empty string if it can.
    ///
    /// It is tried on a process that strace has not started, as servers are: its own children it may always trace, others not where
    /// Yama is set to 1 (`kernel.yama.ptrace_scope`, ptrace(2)) and the lab is not root's.
    static String unavailable() throws InterruptedException {
        try {
            Process other = new ProcessBuilder("sleep", Integer.toString(2 * TRY_SECONDS)).start();
            try {
                return refusal(other.pid());
            } finally {
                other.destroy();
            }
        } catch (IOException none) {
            return "whether it can be done cannot be tried: " + none.getMessage();
        }
    }

    private static String refusal(long pid) throws IOException, InterruptedException {
        Process strace;
        try {
            strace = new ProcessBuilder("strace", "-c", "-o", "/dev/null", "-p", Long.toString(pid))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException none) {
            return "strace is not there; install the package strace";
        }
        try {
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(TRY_SECONDS);
            while (strace.isAlive() && System.nanoTime() < until) {
                String status = Files.readString(Path.of("/proc/" + pid + "/status"));
                if (!UNTRACED.contains(Proc.field(status, "TracerPid:"))) {
                    return "";
                }
                Thread.sleep(POLL_MILLIS);
            }
            return "strace may not attach to other processes here; as root, sysctl kernel.yama.ptrace_scope=0 allows it,"
                    + " and for a container --cap-add SYS_PTRACE";
        } finally {
            strace.destroy();
        }
    }

    /// Begins to count. Whether strace has attached shows at the end ([#calls]).
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
    /// @return how many there were; 0 if strace says nothing, or has ended before: then it has not seen all
    long calls() throws IOException, InterruptedException {
        if (!process.isAlive()) {
            return 0;
        }
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
