package dev.partita.processes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How many processes there may be, as the kernel's files say it.
class ProcessLimitTest {
    @TempDir
    Path temporary;

    @ParameterizedTest
    @CsvSource({
        "a user, 1000, 0000000000000000, 4294967295, false, 4000",
        "root, 0, 000001ffffffffff, 4294967295, false, 9223372036854775807",
        "root who serves as another, 0, 000001ffffffffff, 4294967295, true, 4000",
        "CAP_SYS_RESOURCE, 1000, 0000000001000000, 4294967295, false, 9223372036854775807",
        "CAP_SYS_ADMIN, 1000, 0000000000200000, 4294967295, false, 9223372036854775807",
        "the root of a container with users of its own, 0, 000001ffffffffff, 65536, false, 4000"})
    void theLimitOfAUserBindsWhomTheKernelAsks(
            String who, String uid, String capabilities, String users, boolean becomesAnother, long max)
            throws IOException {
        write("self/limits", """
                Limit                     Soft Limit           Hard Limit           Units
                Max processes             4000                 96442                processes
                """);
        write("self/status", "Uid:\t" + uid + "\t0\t0\t0\nCapEff:\t" + capabilities);
        write("self/uid_map", "         0          0 " + users + "\n");
        assertThat(lowest(becomesAnother).max()).as(who).isEqualTo(max);
    }

    @ParameterizedTest
    @CsvSource({
        "0::/a/b, a/b/pids.max, a/pids.max",
        "0::/a/b, a/pids.max, a/b/pids.max",
        "8:pids:/a, pids/a/pids.max, pids/pids.max",
        "'4:cpu,pids:/not/seen/here', pids/pids.max, pids/other/pids.max",
        "0::/../above, pids.max, above/pids.max"})
    void theLowestLimitOfTheGroupAndThoseItIsInHolds(String line, String lower, String other) throws IOException {
        write("self/cgroup", "12:freezer:/\n" + line + "\n");
        write("groups/" + other, "max\n");
        write("groups/" + lower, "300\n");
        ProcessLimit limit = lowest(false);
        assertThat(limit.max()).isEqualTo(300);
        assertThat(limit.raisedTo(500)).contains("echo 500 > " + temporary.resolve("groups/" + lower));
    }

    @Test
    void whatIsHiddenIsNoLimit() {
        assertThat(lowest(false).max()).isEqualTo(Long.MAX_VALUE);
    }

    private ProcessLimit lowest(boolean becomesAnother) {
        return ProcessLimit.lowest(temporary.resolve("self"), temporary.resolve("groups"), becomesAnother);
    }

    private void write(String file, String text) throws IOException {
        Path path = temporary.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
