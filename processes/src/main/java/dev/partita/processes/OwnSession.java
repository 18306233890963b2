package dev.partita.processes;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A session of its own for a process that starts, from its first instruction on. Where the kernel divides the processors among
/// sessions (`sched(7)`, "The autogroup feature"), a start so takes nothing from the share of a master that serves. Elsewhere this
/// changes nothing but whom a terminal's signals reach.
final class OwnSession {
    private static final Path PROGRAM = Path.of("/usr/bin/setsid"); // of util-linux

    private OwnSession() {}

    /// The command that starts another one in a session of its own, with the same process number. Where there is no such program,
    /// the command itself.
    static List<String> of(List<String> command) {
        if (!Files.isExecutable(PROGRAM)) {
            return command;
        }
        List<String> all = new ArrayList<>(List.of(PROGRAM.toString()));
        all.addAll(command);
        return all;
    }
}
