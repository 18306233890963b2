package dev.partita.processes;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintStream;
import java.util.function.Supplier;

/// One of the master's standard streams, for what others have written. Nobody waits for whoever reads there.
final class Outlet {
    static final Outlet OUT = new Outlet("output", () -> System.out);
    static final Outlet ERR = new Outlet("errors", () -> System.err);
    private static final int CHUNKS_MAX = 32;

    private final Supplier<PrintStream> stream;
    private final Errands chunks;

    private Outlet(String name, Supplier<PrintStream> stream) {
        this.stream = stream;
        chunks = Errands.begin(name, CHUNKS_MAX, lost -> put(
                ("partita: the last words of workers are missing here, " + lost + " pieces: nobody read them\n")
                        .getBytes(UTF_8)));
    }

    /// Whether it takes another chunk: who has one that can wait asks before.
    boolean hasRoom() {
        return chunks.hasRoom();
    }

    /// Writes it later, or not at all where there is no room.
    void write(byte[] chunk) {
        chunks.add(() -> put(chunk));
    }

    /// Waits until all is written, or the time is over.
    void await(long timeoutNanos) {
        chunks.await(timeoutNanos);
    }

    private void put(byte[] chunk) {
        PrintStream to = stream.get();
        to.write(chunk, 0, chunk.length);
        to.flush();
    }
}
