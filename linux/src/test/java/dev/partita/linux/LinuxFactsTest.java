package dev.partita.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
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
        assertThat(facts.epollPwait2()).isEqualTo(isKernelAtLeast(5, 11));
        assertThat(facts.openat2()).isEqualTo(isKernelAtLeast(5, 6));
        assertThat(facts.kernel()).isEqualTo(Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
    }

    private static boolean isKernelAtLeast(int major, int minor) {
        String[] version = System.getProperty("os.version").split("[.-]");
        int thisMajor = Integer.parseInt(version[0]);
        return thisMajor > major || thisMajor == major && Integer.parseInt(version[1]) >= minor;
    }
}
