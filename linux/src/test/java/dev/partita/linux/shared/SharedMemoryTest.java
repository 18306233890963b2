package dev.partita.linux.shared;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.partita.linux.socket.Descriptors;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@Timeout(20)
@EnabledOnOs(OS.LINUX)
class SharedMemoryTest {
    private static final VarHandle INT = JAVA_INT.varHandle();

    @Test
    void whoMapsItSeesTheSame() throws IOException {
        int fd = SharedMemory.create("test", 1 << 20);
        try (Arena one = Arena.ofConfined(); Arena other = Arena.ofConfined()) {
            MemorySegment here = SharedMemory.map(fd, 1 << 20, one);
            MemorySegment there = SharedMemory.map(fd, 1 << 20, other);
            assertThat(here.address()).isNotEqualTo(there.address());
            here.set(JAVA_INT, 1_000_000, 42);
            assertThat(there.get(JAVA_INT, 1_000_000)).isEqualTo(42);
        } finally {
            Descriptors.close(fd);
        }
    }

    /// Who could make it smaller would kill the others, by SIGBUS.
    @Test
    void nobodyMakesItSmallerOrLarger() throws IOException {
        int fd = SharedMemory.create("test", 8_192);
        try (FileChannel file = FileChannel.open(Path.of("/proc/self/fd/" + fd), WRITE)) {
            assertThat(file.size()).isEqualTo(8_192);
            assertThatThrownBy(() -> file.truncate(4_096)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> file.write(java.nio.ByteBuffer.allocate(1), 8_192)).isInstanceOf(
                    IOException.class);
        } finally {
            Descriptors.close(fd);
        }
    }

    @Test
    void aSleeperIsWokenByWhoChangesTheNumber() throws Exception {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(64, 64);
            INT.setVolatile(memory, 0L, 1);
            Thread sleeper = Thread.ofPlatform().start(() -> {
                while ((int) INT.getVolatile(memory, 0L) == 1) {
                    Futex.await(memory, 0, 1, TimeUnit.MINUTES.toNanos(1));
                }
            });
            INT.setVolatile(memory, 0L, 0);
            Futex.wake(memory, 0);
            sleeper.join();
        }
    }
}
