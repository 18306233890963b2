package dev.partita.processes;

import dev.partita.linux.socket.Notice;
import dev.partita.server.Processes;
import org.jspecify.annotations.Nullable;

/// What the service manager wants to hear of this process, if one has started it: `sd_notify(3)`. Nobody is waited for, and one
/// who does not listen is no concern of ours. For any thread.
final class ServiceManager {
    private static final int NANOS_PER_MICRO = 1_000;

    private final @Nullable String socket;
    /// Nothing more is to be said: the server ends, or another process says it.
    private volatile boolean over;

    ServiceManager() {
        socket = System.getenv(Processes.NOTIFY);
    }

    /// It serves; after a reload: it is over.
    ///
    /// @param status a line for people
    void ready(String status) {
        tell("READY=1\nSTATUS=" + firstLine(status));
    }

    /// A reload begins.
    void reloading() {
        // HotSpot's nanoTime is CLOCK_MONOTONIC, which is what is asked for (os_linux.cpp, os::javaTimeNanos).
        tell("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / NANOS_PER_MICRO
                + "\nSTATUS=starting a new generation");
    }

    /// Another process has taken over.
    void movedTo(long pid) {
        tell("MAINPID=" + pid);
        over = true;
    }

    /// It drains, and ends.
    void stopping() {
        tell("STOPPING=1\nSTATUS=draining");
        over = true;
    }

    private void tell(String text) {
        if (socket != null && !over) {
            boolean _ = Notice.send(socket, text);
        }
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }
}
