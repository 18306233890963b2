package dev.partita.processes;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// What a worker writes to one of its standard streams: passed on to the master's, and its end kept, to be shown should the
/// worker fail. Never waits.
final class Output {
    private static final int CHUNK_BYTES = 64 << 10;
    private static final int KEPT_CHARACTERS = 2_000;

    private final InputStream from;
    private final Outlet to;
    private final StringBuilder kept = new StringBuilder();

    Output(InputStream from, Outlet to) {
        this.from = from;
        this.to = to;
    }

    /// Passes on what is there, if there is room for it; otherwise it waits in the pipe, as does who writes there.
    ///
    /// @param last whether nobody will ask again: then it is kept at least
    /// @return whether anything was
    boolean pump(boolean last) {
        try {
            int available = Math.min(from.available(), CHUNK_BYTES);
            if (available <= 0 || !last && !to.hasRoom()) {
                return false;
            }
            byte[] bytes = from.readNBytes(available);
            kept.append(new String(bytes, StandardCharsets.UTF_8));
            kept.delete(0, Math.max(0, kept.length() - KEPT_CHARACTERS));
            to.write(bytes);
            return true;
        } catch (IOException ended) {
            return false;
        }
    }

    /// The last lines.
    String tail() {
        return kept.toString().strip();
    }
}
