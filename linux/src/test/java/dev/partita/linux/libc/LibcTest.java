package dev.partita.linux.libc;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// The calls themselves.
class LibcTest {

    @Test
    void aFailureIsItsErrorsNumberNegated() {
        MemorySegment memory = CallMemory.ofThread();

        assertThat(Libc.recv(memory, -1, memory.address(), 1, 0)).isEqualTo(-Errno.EBADF);
        assertThat(Libc.accept4(memory, -1, 0)).isEqualTo(-Errno.EBADF);
    }

    @Test
    void errorsHaveTheNamesOfTheManual() {
        assertThat(Errno.name(Errno.EADDRINUSE)).isEqualTo("EADDRINUSE");
        assertThat(Errno.name(104)).isEqualTo("ECONNRESET");
        assertThat(Errno.name(9999)).isEqualTo("errno 9999");
    }

    @Test
    void mappedMemoryIsNotResidentBeforeItIsTouched() throws IOException {
        long before = residentKiB();
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = MappedMemory.map(1L << 32, arena);

            memory.set(JAVA_LONG, (1L << 32) - 8, 42);

            assertThat(memory.get(JAVA_LONG, (1L << 32) - 8)).isEqualTo(42);
            assertThat(memory.get(JAVA_BYTE, 12345)).isZero();
            assertThat(residentKiB() - before).isLessThan(1L << 20);
        }
    }

    @Test
    void mappedMemoryIsFreedWithItsArena() throws IOException {
        MemorySegment memory;
        try (Arena arena = Arena.ofShared()) {
            memory = MappedMemory.map(1L << 20, arena);
            assertThat(isMapped(memory.address())).isTrue();
        }

        assertThat(isMapped(memory.address())).isFalse();
        assertThatThrownBy(() -> memory.get(JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void moreMemoryThanThereAreAddressesIsRefusedByName() {
        assertThatThrownBy(() -> MappedMemory.map(1L << 60, Arena.ofAuto())).isInstanceOf(IOException.class)
                .hasMessageContaining("ENOMEM");
    }

    @Test
    void aThreadIsTiedToAProcessorThatExists() throws Exception {
        boolean[] pinned = new boolean[3];
        String[] allowed = new String[1];
        Thread thread = Thread.ofPlatform().start(() -> {
            pinned[0] = Processor.pin(0);
            allowed[0] = allowedProcessors();
            pinned[1] = Processor.pin(1023);
            pinned[2] = Processor.pin(-1);
        });
        thread.join();

        assertThat(pinned).containsExactly(true, false, false);
        assertThat(allowed[0]).isEqualTo("0");
    }

    private static String allowedProcessors() {
        try {
            return status(Path.of("/proc/thread-self/status"), "Cpus_allowed_list:");
        } catch (IOException failure) {
            return failure.toString();
        }
    }

    private static long residentKiB() throws IOException {
        return Long.parseLong(status(Path.of("/proc/self/status"), "VmRSS:").replace(" kB", ""));
    }

    private static String status(Path file, String field) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(field))
                .map(line -> line.substring(field.length()).strip())
                .findFirst()
                .orElseThrow();
    }

    private static boolean isMapped(long address) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream().anyMatch(line -> {
            int dash = line.indexOf('-');
            long from = Long.parseUnsignedLong(line, 0, dash, 16);
            long to = Long.parseUnsignedLong(line, dash + 1, line.indexOf(' '), 16);
            return Long.compareUnsigned(address, from) >= 0 && Long.compareUnsigned(address, to) < 0;
        });
    }
}
