package dev.partita.cache;

import dev.partita.connection.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The data block of a [Request] on its way in. It stays in inbound, behind its command's line, if it fits there; a larger one
/// moves into an array as it arrives, behind its key, as an [Item] has it. The array grows with what has come, not with what was
/// announced, and its bytes are the [store's][Store#reserve] until they are [forgotten][#forget]. One a session.
final class Arriving {
    private static final int BYTES_MIN = 64 << 10;
    private static final byte[] NOTHING = {};

    private final Buffer in;
    private final Request request;
    private final Store store;
    private byte[] bytes = NOTHING;
    private int keyLength;
    /// How much of the data block has moved.
    private int moved;

    Arriving(Buffer in, Request request, Store store) {
        this.in = in;
        this.request = request;
        this.store = store;
    }

    /// How much of the data block, CR LF included, is in inbound or still to come.
    int left() {
        return request.length + 2 - moved;
    }

    boolean hasMoved() {
        return moved > 0;
    }

    /// Moves what has arrived out of inbound.
    ///
    /// @return false if the store has no memory for it
    boolean move(Probe key) {
        keyLength = key.length();
        int here = in.length() - request.end;
        int at = keyLength + moved;
        if (at + here > bytes.length) {
            long most = keyLength + request.length + 2L;
            int wanted = (int) Math.min(most, Math.max(BYTES_MIN, 2L * (at + here)));
            if (!store.reserve(wanted - bytes.length)) {
                return false;
            }
            try {
                bytes = Arrays.copyOf(bytes, wanted);
            } catch (OutOfMemoryError heapIsFull) {
                store.release(wanted - bytes.length);
                return false;
            }
            key.copy(bytes);
        }
        in.copy(request.end, bytes, at, here);
        in.truncate(request.end);
        moved += here;
        return true;
    }

    /// Whether the data block ends with CR LF, as it has to.
    boolean endsWell() {
        int end = request.end + left();
        byte last = in.at(end - 1);
        byte before = end - 2 >= request.end ? in.at(end - 2) : bytes[keyLength + moved - 1];
        return before == '\r' && last == '\n';
    }

    /// The key and the whole data block with its CR LF, in an array for an item.
    byte[] take(Probe key) {
        int total = key.length() + request.length + 2;
        byte[] taken = bytes;
        if (taken.length != total) {
            taken = store.array(key, request.length + 2);
            if (hasMoved()) {
                System.arraycopy(bytes, keyLength, taken, keyLength, moved);
            }
        }
        in.copy(request.end, taken, total - left(), left());
        return taken;
    }

    /// The whole data block as text.
    String text(Probe key) {
        return new String(take(key), key.length(), request.length, StandardCharsets.ISO_8859_1);
    }

    void forget() {
        if (bytes.length > 0) {
            store.release(bytes.length);
            bytes = NOTHING;
            moved = 0;
        }
    }
}
