package dev.partita.lab.trial;

import java.nio.file.Path;
import java.util.List;

/// How the lab starts its processes.
///
/// @param java the JVM with its options and the module path, up to `-m`
/// @param server the module and class of the command line
/// @param content the options that say what the servers serve
/// @param folder for what the processes write; exists
public record Launch(List<String> java, String server, List<String> content, Path folder) {
    static final String GENERATOR = "dev.partita.lab/dev.partita.lab.trial.GeneratorMain";
}
