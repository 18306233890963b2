package dev.partita.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.linux.uring.UringTransport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class LinuxFactsTest {

    @Test
    void saysWhatTheKernelSays() throws Exception {
        LinuxFacts facts = LinuxFacts.read();

        assertThat(facts.kernel()).isEqualTo(System.getProperty("os.version"));
        assertThat(facts.descriptorsSoft()).isPositive().isLessThanOrEqualTo(facts.descriptorsHard());
        assertThat(facts.backlogMax()).isPositive();
        assertThat(facts.congestionControls()).isNotEmpty();
        assertThat(facts.ioUringDisabled()).isBetween(-1, 2);
        assertThat(facts.ioUring().isEmpty()).isEqualTo(!new UringTransport().unavailable().isEmpty());
        if (!facts.ioUring().isEmpty()) {
            assertThat(facts.ioUring()).contains("single-issuer", "registered-ring o", "no-iowait o");
        }
        assertThat(facts.epollPwait2()).isEqualTo(isKernelAtLeast(5, 11));
        assertThat(facts.openat2()).isEqualTo(isKernelAtLeast(5, 6));
        assertThat(facts.kernel()).isEqualTo(Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
    }

    private static boolean isKernelAtLeast(int major, int minor) {
        Matcher version = Pattern.compile("([0-9]+)[.]([0-9]+).*").matcher(System.getProperty("os.version"));
        assertThat(version.matches()).isTrue();
        int thisMajor = Integer.parseInt(version.group(1));
        return thisMajor > major || thisMajor == major && Integer.parseInt(version.group(2)) >= minor;
    }
}
