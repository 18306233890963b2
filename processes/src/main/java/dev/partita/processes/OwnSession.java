package dev.partita.processes;

import dev.partita.loop.Attendant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// A session of its own for a process that starts, from its first instruction on. Where the kernel divides the processors among
/// sessions (`sched(7)`, "The autogroup feature"), a start so takes nothing from the share of those who serve; and beside them it
/// gets a smaller one itself, until it serves too. Elsewhere this changes nothing but whom a terminal's signals reach.
final class OwnSession {
    private static final String PROGRAM = "/usr/bin/setsid"; // of util-linux, which is everywhere; without it, as it was
    private static final Path SHARE = Path.of("/proc/self/autogroup");
    /// As `nice`: a third of the usual share.
    private static final String SMALL = "5";
    private static final String USUAL = "0";
    /// Without privileges a share is not changed twice in a tenth of a second, whoever does it.
    private static final long RETRY_NANOS = 70_000_000L;
    private static final int TRIES = 50;

    private OwnSession() {}

    /// The command that starts another one in a session of its own, with the same process number.
    ///
    /// @param beside whether somebody serves meanwhile
    static List<String> of(List<String> command, boolean beside) {
        if (!Files.isExecutable(Path.of(PROGRAM))) {
            return command;
        }
        List<String> all = new ArrayList<>(List.of(PROGRAM));
        if (beside) {
            all.addAll(List.of("/bin/sh", "-c", "echo " + SMALL + " 2>/dev/null >" + SHARE + "; exec \"$@\"", "start"));
        }
        all.addAll(command);
        return all;
    }

    /// From now on this process serves, with the usual share. Does not wait.
    static void serve() {
        if (Files.isWritable(SHARE)) {
            new Attendant("share", OwnSession::takeUsualShare).start();
        }
    }

    private static void takeUsualShare() {
        for (int i = 0; i < TRIES && !isUsual(); i++) {
            LockSupport.parkNanos(RETRY_NANOS);
        }
    }

    private static boolean isUsual() {
        try {
            if (!Files.readString(SHARE).strip().endsWith("nice " + SMALL)) {
                return true;
            }
            Files.writeString(SHARE, USUAL);
            return true;
        } catch (IOException tooSoon) {
            return false;
        }
    }
}
