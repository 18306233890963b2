package dev.partita.processes.lending;

import dev.partita.connection.FileAccess;
import dev.partita.transport.Transport;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// A transport that has its connections, or what it listens on, from another process. Memory, files and processors have nothing to
/// do with that: they are those of the transport below.
public interface LayeredTransport extends Transport {
    /// Whose memory, files and processors these are.
    Transport below();

    @Override
    default MemorySegment map(long bytes, Arena arena) throws IOException {
        return below().map(bytes, arena);
    }

    @Override
    default FileAccess files() {
        return below().files();
    }

    @Override
    default boolean pins() {
        return below().pins();
    }

    @Override
    default boolean pin(int cpu) {
        return below().pin(cpu);
    }
}
