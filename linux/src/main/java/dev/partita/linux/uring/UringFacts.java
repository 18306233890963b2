package dev.partita.linux.uring;

import java.io.IOException;
import java.lang.foreign.Arena;

/// What the kernel says to a ring that is made to find out.
public final class UringFacts {
    private UringFacts() {}

    /// Why the transport cannot be used here, or an empty string if it can.
    public static String unavailable() {
        try {
            probe();
            return "";
        } catch (IOException refused) {
            return String.valueOf(refused.getMessage());
        }
    }

    /// What is used, and which of the features that can be missing are, such as `defer-taskrun on`; empty where there is no
    /// io_uring.
    public static String features() {
        try {
            return probe();
        } catch (IOException refused) {
            return "";
        }
    }

    private static String probe() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Ring ring = new Ring(1, 2, Ring.Features.ALL, arena);
            try {
                // Receives need a ring of buffers, which came with Linux 5.19.
                new ReceiveBuffers(ring, 1, 1, 1, arena);
                ring.enable();
                return ring.describe();
            } finally {
                ring.leave();
                ring.close();
            }
        }
    }
}
