package dev.partita.testing.simulation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.partita.connection.Buffer;
import dev.partita.connection.Close;
import dev.partita.connection.Endpoint;
import dev.partita.connection.OpenFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// One client of a [SimulatedNetwork], and the socket between it and the server: it performs its [Script], one doing at a
/// time, when the network lets it.
final class Peer {
    private final SimulatedNetwork network;
    private final Random random;
    private final Script script;
    private final byte[] says;
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();

    // The client.
    private int said;
    private int piece;
    private boolean finished;
    private boolean reset;
    private long nextAt;
    private long lastDoingAt;

    // The socket.
    private boolean accepted;
    private int received;
    private int unread;
    private boolean shut;
    private @Nullable Close closed;
    private long closedAt;
    private @Nullable String answered;

    Peer(SimulatedNetwork network, Random random, Script script) {
        this.network = network;
        this.random = random;
        this.script = script;
        says = script.says().getBytes(ISO_8859_1);
        nextAt = network.now() + pause();
    }

    // The client's side.

    Script script() {
        return script;
    }

    /// When it does its next thing; [Long#MAX_VALUE] if it does nothing more by itself.
    long nextAt() {
        return isDone() ? Long.MAX_VALUE : nextAt;
    }

    private boolean isDone() {
        return closed != null || reset || hasSaidAll() && hasReadAll();
    }

    private boolean hasSaidAll() {
        return said == says.length && (script.ending() == Script.Ending.SILENCE
                || script.ending() == Script.Ending.STALL || finished);
    }

    private boolean hasReadAll() {
        return unread == 0 || hasStalled();
    }

    /// A client that stalls reads as long as it has something to say.
    private boolean hasStalled() {
        return script.ending() == Script.Ending.STALL && said == says.length;
    }

    /// Does its next thing.
    void act() {
        lastDoingAt = network.now();
        nextAt = network.now() + pause();
        if (unread > 0 && !hasStalled() && (hasSaidAll() || random.nextBoolean())) {
            unread -= Math.min(unread, 1 + random.nextInt(script.window()));
        } else if (said < says.length) {
            List<Integer> cuts = script.cuts();
            said = piece < cuts.size() ? cuts.get(piece++) : says.length;
        } else if (script.ending() == Script.Ending.RESET) {
            reset = true;
        } else if (script.ending() == Script.Ending.HALF_CLOSE) {
            finished = true;
        }
    }

    private long pause() {
        return script.pauseNanosMax() == 0 ? 0 : random.nextLong(script.pauseNanosMax());
    }

    /// Notes what it has heard when nothing can happen any longer but that time passes.
    void quiet() {
        if (answered == null && accepted && hasSaidAll()) {
            answered = heard.toString(ISO_8859_1);
        }
    }

    Outcome outcome() {
        String all = heard.toString(ISO_8859_1);
        return new Outcome(answered == null ? all : answered, all, closed, closed == null ? 0 : closedAt - lastDoingAt);
    }

    // The server's side.

    void accepted() {
        accepted = true;
        lastDoingAt = network.now(); // before, nobody could have noticed
    }

    boolean isReadable() {
        return reset || finished && hasReceivedAll() || received < said;
    }

    private boolean hasReceivedAll() {
        return received == says.length;
    }

    boolean isWritable() {
        return reset || room() > 0;
    }

    private int room() {
        return (hasStalled() ? Math.min(script.window(), 50_000) : script.window()) - unread;
    }

    boolean isClosed() {
        return closed != null;
    }

    int receive(Buffer into) {
        requireOpen();
        if (reset) {
            return Endpoint.BROKEN;
        }
        if (received == said) {
            return finished ? Endpoint.END : Endpoint.AGAIN;
        }
        int most = Math.min(said - received, into.room());
        int part = network.isKind() || random.nextBoolean() ? most : 1 + random.nextInt(most);
        into.put(says, received, part);
        received += part;
        return part;
    }

    int send(Buffer from) {
        requireOpen();
        if (shut) {
            throw new AssertionError("something is sent behind the end");
        }
        if (reset) {
            return Endpoint.BROKEN;
        }
        int most = Math.min(from.length(), room());
        if (most <= 0) {
            return Endpoint.AGAIN;
        }
        int part = network.isKind() || random.nextBoolean() ? most : 1 + random.nextInt(most);
        var bytes = new byte[part];
        from.copy(0, bytes, 0, part);
        from.skip(part);
        heard.writeBytes(bytes);
        unread += part;
        return part;
    }

    void shutdownOutput() {
        shut = true;
    }

    void close(Close how) {
        requireOpen();
        closed = shut && how == Close.NORMAL ? Close.LINGER : how;
        closedAt = network.now();
    }

    private void requireOpen() {
        if (closed != null) {
            throw new AssertionError("the socket is used after it was closed");
        }
    }

    /// As a connection sees it.
    static final class Socket extends Endpoint {
        @Nullable Peer peer;
        /// What its poller was asked for.
        @Nullable Interest asked;

        @Override
        public int receive(Buffer into) {
            return peer == null ? BROKEN : peer.receive(into);
        }

        @Override
        public int send(Buffer from, boolean more) {
            return peer == null ? BROKEN : peer.send(from);
        }

        @Override
        public long transfer(OpenFile file, long position, long bytesMax, Buffer scratch) {
            try {
                int read = file.read(position, scratch, (int) Math.min(bytesMax, scratch.room()));
                return read == 0 ? BROKEN : read;
            } catch (IOException failure) {
                return BROKEN;
            }
        }

        @Override
        public void shutdownOutput() {
            if (peer != null) {
                peer.shutdownOutput();
            }
        }

        @Override
        public void close(Close how) {
            if (peer != null) {
                peer.close(how);
                peer = null;
            }
            asked = null;
        }

        /// True if what was asked for can go on.
        boolean isReady() {
            Peer there = peer;
            return there != null && (asked == Interest.READ && there.isReadable()
                    || asked == Interest.WRITE && there.isWritable());
        }
    }

    /// What a wire may ask a socket for.
    enum Interest {
        READ, WRITE
    }
}
