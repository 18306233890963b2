package dev.partita.lab.results;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a run was made on, and what the things cost there that models differ by. Costs are medians in nanoseconds, measured by
/// the lab itself before the first trial.
///
/// @param processor its name
/// @param processors how many this program may use
/// @param memoryBytes of the machine
/// @param kernel such as `Linux 6.18.44`
/// @param jdk such as `25.0.3+9, OpenJDK 64-Bit Server VM`
/// @param jvmOptions of the servers
/// @param openFilesMax descriptors that a process may have
/// @param clockNanos one `System.nanoTime()`
/// @param systemCallNanos the cheapest system call through the JDK (lseek), its way through JNI included
/// @param wakeSameNanos waking a parked thread and being woken back, both threads on one processor
/// @param wakeCrossNanos the same on two processors; null if there is only one, or threads cannot be tied to them
/// @param loopbackNanos a byte over TCP and back on the loopback address, on blocking sockets
/// @param busyBefore the share of all processors that others used before the first trial; null if unknown
public record MachineCard(
        String processor,
        int processors,
        long memoryBytes,
        String kernel,
        String jdk,
        List<String> jvmOptions,
        long openFilesMax,
        double clockNanos,
        double systemCallNanos,
        @Nullable Double wakeSameNanos,
        @Nullable Double wakeCrossNanos,
        @Nullable Double loopbackNanos,
        @Nullable Double busyBefore) {
}
