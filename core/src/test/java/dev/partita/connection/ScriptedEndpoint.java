package dev.partita.connection;

import java.util.ArrayDeque;
import java.util.Deque;

/// A socket whose peer is the test: what it has said is given out piece by piece, what it is told is kept.
final class ScriptedEndpoint extends Endpoint {
    final Deque<String> arriving = new ArrayDeque<>();
    final StringBuilder sent = new StringBuilder();
    int roomPerSend = Integer.MAX_VALUE;
    int sendsUntilFull = Integer.MAX_VALUE;
    boolean ended;
    boolean broken;
    boolean outputShut;
    Close closed = Close.NORMAL;
    int closings;
    int flushes;
    boolean flushable = true;

    @Override
    public int receive(Buffer into) {
        if (broken) {
            return BROKEN;
        }
        if (arriving.isEmpty()) {
            return ended ? END : AGAIN;
        }
        String piece = arriving.removeFirst();
        int fits = Math.min(piece.length(), into.room());
        into.putLatin1(piece.substring(0, fits));
        if (fits < piece.length()) {
            arriving.addFirst(piece.substring(fits));
        }
        return fits;
    }

    @Override
    public int send(Buffer from, boolean more) {
        if (broken) {
            return BROKEN;
        }
        if (sendsUntilFull-- == 0) {
            return AGAIN;
        }
        int fits = Math.min(roomPerSend, from.length());
        byte[] bytes = new byte[fits];
        from.copy(0, bytes, 0, fits);
        sent.append(new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1));
        from.skip(fits);
        return fits;
    }

    @Override
    public long transfer(OpenFile file, long position, long bytesMax, Buffer scratch) {
        return BROKEN;
    }

    @Override
    public boolean flush() {
        flushes++;
        return flushable;
    }

    @Override
    public void shutdownOutput() {
        outputShut = true;
    }

    @Override
    public void close(Close how) {
        closed = how;
        closings++;
    }
}
