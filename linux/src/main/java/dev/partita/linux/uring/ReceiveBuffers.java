package dev.partita.linux.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.partita.connection.Buffer;
import dev.partita.linux.libc.MappedMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/// The buffers of one loop that the kernel receives into: it takes the next one when bytes have come, so a connection that
/// says nothing has none (`io_uring_register_buf_ring(3)`).
///
///     with the kernel --> filled, waiting for its connection to read --> with the kernel
///
/// What waits for a connection is a list through the buffers' numbers, of which the connection knows the first and the last.
///
/// The kernel takes the buffers in turn, all of them again and again, so at first there are only as many as stay in the
/// processor's cache; more are added in a turn of the loop in which it has found none, up to a bound. It fills untouched
/// memory only then.
final class ReceiveBuffers {
    /// Not the number of a buffer.
    static final short NONE = -1;

    // struct io_uring_buf: addr, len, bid; and struct io_uring_buf_ring, whose tail lies over the first one's last field
    private static final long ENTRY_BYTES = 16;
    private static final long ENTRY_LENGTH = 8;
    private static final long ENTRY_NUMBER = 12;
    private static final long TAIL = 14;

    /// Between two buffers: with sizes that are powers of two all of them would begin in the same set of the first-level cache.
    private static final int GAP_BYTES = 64;

    private static final VarHandle SHORT = JAVA_SHORT.varHandle();

    private final int bytes;
    private final long stride;
    private final int countMax;
    private final MemorySegment memory;
    private final MemorySegment ring;
    private final short[] next;
    private final int[] start;
    private final int[] end;
    private int count;
    /// How many of them are with the kernel.
    private int available;
    private short tail;
    /// Of this turn of the loop: some were added already.
    private boolean grown;
    private long shortages;

    /// @param bytes size of each
    /// @param countAtFirst how many there are at first
    /// @param countMax how many there may be; a power of two, at most 32,768
    ReceiveBuffers(Ring owner, int bytes, int countAtFirst, int countMax, Arena arena) throws IOException {
        this.bytes = bytes;
        this.countMax = countMax;
        stride = (long) bytes + GAP_BYTES;
        memory = MappedMemory.map(stride * countMax, arena);
        ring = MappedMemory.map(countMax * ENTRY_BYTES, arena);
        next = new short[countMax];
        start = new int[countMax];
        end = new int[countMax];
        owner.registerBuffers(ring, countMax);
        addUpTo(Math.min(countAtFirst, countMax));
    }

    /// A turn of the loop begins.
    void turn() {
        grown = false;
    }

    /// The kernel has found none. One shortage is told by everybody who has no buffer for it: the first of a turn adds as many
    /// as there are, if the bound allows it.
    void lacked() {
        shortages++;
        if (!grown) {
            grown = true;
            addUpTo(Math.min(2 * count, countMax));
        }
    }

    /// How often the kernel has found none.
    long shortages() {
        return shortages;
    }

    /// Size of each.
    int bytes() {
        return bytes;
    }

    /// How many there are.
    int count() {
        return count;
    }

    private void addUpTo(int wanted) {
        while (count < wanted) {
            giveBack((short) count++);
        }
    }

    /// How many are not with the kernel.
    int waiting() {
        return count - available;
    }

    /// The kernel may fill this one again.
    void giveBack(short buffer) {
        available++;
        long at = (tail & countMax - 1) * ENTRY_BYTES;
        ring.set(JAVA_LONG, at, memory.address() + buffer * stride);
        ring.set(JAVA_INT, at + ENTRY_LENGTH, bytes);
        ring.set(JAVA_SHORT, at + ENTRY_NUMBER, buffer);
        SHORT.setRelease(ring, TAIL, ++tail);
    }

    /// The kernel has taken this one.
    void taken() {
        available--;
    }

    /// The kernel has put `length` bytes into this one; they wait.
    void filled(short buffer, int length) {
        start[buffer] = 0;
        end[buffer] = length;
        next[buffer] = NONE;
    }

    /// Lets `second` wait behind `first`.
    void follow(short first, short second) {
        next[first] = second;
    }

    /// Moves bytes of one that waits to where its connection reads them, as many as there is room for, and gives it back if
    /// none are left.
    ///
    /// @return how many bytes
    int move(short buffer, Buffer into) {
        int length = Math.min(end[buffer] - start[buffer], into.room());
        into.put(memory, buffer * stride + start[buffer], length);
        start[buffer] += length;
        return length;
    }

    /// True if all bytes of this one were moved.
    boolean isEmpty(short buffer) {
        return start[buffer] == end[buffer];
    }

    /// The one that waits behind this one, or [#NONE].
    short next(short buffer) {
        return next[buffer];
    }
}
