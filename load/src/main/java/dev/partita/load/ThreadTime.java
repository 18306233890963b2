package dev.partita.load;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/// How long a thread has been on a processor, and how long it has waited for one. From `/proc/self/task/TID/schedstat`
/// where there is one (`proc_pid_schedstat`: nanoseconds on the processor, nanoseconds in the run queue), from the JVM
/// otherwise.
final class ThreadTime {
    private static final Path THIS_THREAD = Path.of("/proc/thread-self");

    private final long javaId = Thread.currentThread().threadId();
    private final Path schedstat;

    /// Of the calling thread; read by any.
    ThreadTime() {
        Path file;
        try {
            file = Path.of("/proc").resolve(Files.readSymbolicLink(THIS_THREAD)).resolve("schedstat");
        } catch (IOException | UnsupportedOperationException notLinux) {
            file = THIS_THREAD;
        }
        schedstat = file;
    }

    /// Lets the calling thread's waits end on time: the kernel may end each up to 50 µs late otherwise, together with others
    /// (`timerslack_ns`, `proc_pid_timerslack_ns(5)`).
    static void bePunctual() {
        try {
            Path thread = Files.readSymbolicLink(THIS_THREAD).getFileName();
            Files.writeString(Path.of("/proc", thread.toString(), "timerslack_ns"), "1");
        } catch (IOException | RuntimeException notAllowed) {
            // Then requests are that much later, and the result says so.
        }
    }

    /// @param busyNanos on a processor
    /// @param waitedNanos ready to run, and without a processor
    record Reading(long busyNanos, long waitedNanos) {
        static final Reading NONE = new Reading(0, 0);

        Reading since(Reading before) {
            return new Reading(busyNanos - before.busyNanos, waitedNanos - before.waitedNanos);
        }
    }

    Reading read() {
        try {
            String[] fields = Files.readString(schedstat).split(" ", -1);
            return new Reading(Long.parseLong(fields[0]), Long.parseLong(fields[1]));
        } catch (IOException | RuntimeException notLinux) {
            return new Reading(Math.max(0, ManagementFactory.getThreadMXBean().getThreadCpuTime(javaId)), 0);
        }
    }
}
