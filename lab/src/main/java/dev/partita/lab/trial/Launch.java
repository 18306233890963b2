package dev.partita.lab.trial;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// How the lab starts its processes.
///
/// @param java the JVM with its options and the module path, up to `-m`
/// @param server the module and class of the command line
/// @param content the options that say what the servers serve
/// @param folder for what the processes write; exists
public record Launch(List<String> java, String server, List<String> content, Path folder) {
    static final String GENERATOR = "dev.partita.lab/dev.partita.lab.trial.GeneratorMain";
    /// What every command begins with. In a session of its own Ctrl-C does not reach a process: what was measured until then
    /// would be lost.
    static final String SESSION = "setsid";

    /// Why a process cannot be started, and what to do about it.
    ///
    /// @param what it is, such as `a server`
    LabFailure failure(String what, IOException why) {
        String folders = System.getenv().getOrDefault("PATH", "");
        boolean isInstalled = Stream.of(folders.split(File.pathSeparator, -1))
                .anyMatch(each -> Files.isExecutable(Path.of(each, SESSION)));
        return new LabFailure(what + " cannot be started: " + why.getMessage() + (isInstalled
                ? "; it takes memory, a process more (ulimit -u), and room in " + folder
                : "; the lab needs setsid and taskset (package util-linux)"));
    }
}
