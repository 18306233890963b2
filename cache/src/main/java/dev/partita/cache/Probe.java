package dev.partita.cache;

import dev.partita.connection.Buffer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// The key of a request, where it stands in inbound: used again and again, so that looking something up allocates
/// nothing. Never stored. One a session.
final class Probe {
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final byte[] NONE = {};

    private final long seed;
    private final long multiplier;
    private final Buffer inbound;
    private final int connection;
    /// A key that came in base64, decoded; empty until one comes.
    private byte[] decoded = NONE;
    private boolean isDecoded;
    private int offset;
    private int length;
    private int hash;
    private int version;

    /// @param seed drawn at start, as clients choose the keys
    /// @param multiplier odd, and drawn too
    /// @param connection who asks, by the number of its slot
    Probe(long seed, long multiplier, Buffer inbound, int connection) {
        this.seed = seed;
        this.multiplier = multiplier;
        this.inbound = inbound;
        this.connection = connection;
    }

    /// Is the key from `offset` in inbound on.
    Probe at(int offset, int length) {
        isDecoded = false;
        this.offset = offset;
        this.length = length;
        hash = hashOf();
        return this;
    }

    /// Is the key that stands in inbound in what [is][Base64#isValid] base64.
    Probe decode(int offset, int length) {
        if (decoded.length == 0) {
            decoded = new byte[Base64.decodedLengthMax(Request.KEY_BYTES_MAX)];
        }
        isDecoded = true;
        this.offset = 0;
        this.length = Base64.decode(inbound, offset, length, decoded);
        hash = hashOf();
        return this;
    }

    /// The key in a new array, with room for more behind it.
    byte[] withRoom(int more) {
        byte[] bytes = new byte[length + more];
        copy(bytes);
        return bytes;
    }

    /// A character for each byte.
    String text() {
        return new String(withRoom(0), StandardCharsets.ISO_8859_1);
    }

    boolean isText(String text) {
        int i = 0;
        while (i < length && i < text.length() && text.charAt(i) == (byteAt(i) & 0xFF)) {
            i++;
        }
        return i == length && i == text.length();
    }

    /// Puts it into a reply.
    void show(Buffer out, boolean inBase64) {
        if (inBase64) {
            Base64.encode(isDecoded ? decoded : withRoom(0), length, out);
        } else if (isDecoded) {
            out.put(decoded, 0, length);
        } else {
            out.put(inbound, offset, length);
        }
    }

    /// Who asks for it.
    int connection() {
        return connection;
    }

    int length() {
        return length;
    }

    /// The byte at `i`.
    byte byteAt(int i) {
        return isDecoded ? decoded[i] : inbound.at(offset + i);
    }

    /// Copies the key to an array's start.
    void copy(byte[] into) {
        if (isDecoded) {
            System.arraycopy(decoded, 0, into, 0, length);
        } else {
            inbound.copy(offset, into, 0, length);
        }
    }

    private long longAt(int i) {
        return isDecoded ? (long) LONG.get(decoded, i) : inbound.longAt(offset + i);
    }

    /// Multiply and fold, eight bytes at a time. Who does not know seed and multiplier cannot make keys collide.
    private int hashOf() {
        long h = seed ^ length;
        int i = 0;
        for (; i + Long.BYTES <= length; i += Long.BYTES) {
            h = fold(h ^ longAt(i));
        }
        long tail = 0;
        for (; i < length; i++) {
            tail = tail << Byte.SIZE | byteAt(i) & 0xFF;
        }
        h = fold(fold(h ^ tail) ^ seed);
        return (int) (h ^ h >>> 32);
    }

    private long fold(long x) {
        return x * multiplier ^ Math.unsignedMultiplyHigh(x, multiplier);
    }

    int hash() {
        return hash;
    }

    /// Whether that item has this key, as it seems without the lock.
    boolean matches(Item item) {
        if (item.hash != hash || item.keyLength() != length) {
            return false;
        }
        version = item.version();
        byte[] bytes = item.bytes;
        int i = 0;
        for (; i + Long.BYTES <= length; i += Long.BYTES) {
            if ((long) LONG.get(bytes, i) != longAt(i)) {
                return false;
            }
        }
        for (; i < length; i++) {
            if (bytes[i] != byteAt(i)) {
                return false;
            }
        }
        return true;
    }

    /// The [version][Item#version] of the item that matched last, from before it was looked at.
    int version() {
        return version;
    }
}
