package dev.partita.http;

import dev.partita.connection.Buffer;
import dev.partita.connection.Producer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// Gives what a stream gives, and closes it. Blocks as the stream does.
final class StreamProducer implements Producer {
    private static final int PIECE_BYTES_MAX = 8 << 10;

    private final InputStream in;
    private final byte[] piece = new byte[PIECE_BYTES_MAX];

    StreamProducer(InputStream in) {
        this.in = in;
    }

    @Override
    public boolean fill(Buffer into) throws IOException {
        int read = in.read(piece, 0, Math.min(piece.length, into.room()));
        if (read > 0) {
            into.put(piece, 0, read);
        }
        return read >= 0;
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
