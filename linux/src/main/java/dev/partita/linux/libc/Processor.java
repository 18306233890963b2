package dev.partita.linux.libc;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Which processor a thread runs on: `sched_setaffinity(2)`.
public final class Processor {
    /// The size of a `cpu_set_t`, CPU_SETSIZE / 8.
    private static final int MASK_BYTES = 1024 / 8;

    private Processor() {}

    /// Ties the calling platform thread to one processor.
    ///
    /// @return false if there is no such processor, or it is not allowed for this process
    public static boolean pin(int cpu) {
        if (cpu < 0 || cpu >= MASK_BYTES * Byte.SIZE || Thread.currentThread().isVirtual()) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(MASK_BYTES, Long.BYTES);
            mask.set(JAVA_BYTE, cpu / Byte.SIZE, (byte) (1 << cpu % Byte.SIZE));
            return Libc.schedSetaffinity(CallMemory.ofThread(), MASK_BYTES, mask.address()) >= 0;
        }
    }
}
