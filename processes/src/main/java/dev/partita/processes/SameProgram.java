package dev.partita.processes;

import dev.partita.server.Processes;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Starts this program again, with the command line that it was started with: the JVM and its options, the main class, the
/// arguments. What stands in the files that these name is read anew, so a new jar or configuration takes effect.
final class SameProgram {
    /// A worker without memory is no use to anybody; the master replaces it.
    private static final String EXIT_ON_OUT_OF_MEMORY = "-XX:+ExitOnOutOfMemoryError";

    /// The number of this process, and the script that has started it, which gets the arguments behind the main class of
    /// [#MODULE]. With another number it is some other process's.
    private static final String LAUNCHER = "PARTITA_LAUNCHER";
    private static final String MODULE = "-m";
    /// What is the service manager's to say to the process that it has started.
    private static final List<String> MANAGERS = List.of("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES");

    private final List<String> command;
    private final Map<String, String> environment;

    private SameProgram(List<String> command, Map<String, String> environment) {
        this.command = command;
        this.environment = environment;
    }

    /// Reads the command line of this process from the kernel, which has all of it (`proc_pid_cmdline(5)`).
    ///
    /// @param environment what it is to know in addition
    static SameProgram read(Map<String, String> environment) throws IOException {
        String line = new String(Files.readAllBytes(Path.of("/proc/self/cmdline")), StandardCharsets.UTF_8);
        List<String> command = new ArrayList<>(List.of(line.split("\0", -1)));
        command.removeLast(); // behind the last zero
        return new SameProgram(command, environment);
    }

    /// Starts it as a worker.
    ///
    /// @param control where the master can be reached
    Process start(Path control) throws IOException {
        List<String> worker = new ArrayList<>(command);
        if (!worker.contains(EXIT_ON_OUT_OF_MEMORY)) {
            worker.add(1, EXIT_ON_OUT_OF_MEMORY);
        }
        ProcessBuilder builder = builder(OwnSession.of(worker));
        builder.environment().put(Processes.VARIABLE, control.toString());
        builder.environment().remove(Processes.NOTIFY);
        return builder.start();
    }

    /// Starts it as the master that is to take over from this one. Where a script has started this process and says so, by it, so
    /// that it can choose another JDK.
    ///
    /// @param control where this one can be reached
    Process startMaster(Path control) throws IOException {
        ProcessBuilder builder = builder(OwnSession.of(byLauncher()));
        builder.environment().put(Takeover.VARIABLE, control.toString());
        return builder.start();
    }

    private List<String> byLauncher() {
        String launcher = System.getenv(LAUNCHER);
        String us = ProcessHandle.current().pid() + " ";
        int main = command.indexOf(MODULE);
        if (launcher == null || !launcher.startsWith(us) || main < 0) {
            return command;
        }
        List<String> launched = new ArrayList<>(List.of(launcher.substring(us.length())));
        launched.addAll(command.subList(main + 2, command.size()));
        return launched;
    }

    private ProcessBuilder builder(List<String> command) {
        var builder = new ProcessBuilder(command).redirectInput(Redirect.from(Path.of("/dev/null").toFile()));
        MANAGERS.forEach(builder.environment()::remove);
        builder.environment().remove(Takeover.VARIABLE);
        builder.environment().remove(Processes.VARIABLE);
        builder.environment().putAll(environment);
        return builder;
    }
}
