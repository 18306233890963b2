package dev.partita.connection;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/// A window onto a piece of a [BufferPool]'s memory: bytes are put at its end and taken from its start.
///
///      base          start              end           capacity
///       |  skipped    |  length() bytes  |  room()       |
///
/// A flyweight: it has no memory while nothing is there ([#isAttached] is false, length and room are 0), and between two
/// steps of its connection it may be moved to other memory. So positions are always given as offsets from the first byte
/// that has not been taken, which stay valid through a move, and never kept as addresses.
///
/// Belongs to the thread that owns its connection. Every access is checked against the bounds.
public final class Buffer {
    private static final MemorySegment NOWHERE = MemorySegment.NULL;
    private static final ValueLayout.OfLong LONG_LE =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private MemorySegment memory = NOWHERE;
    private long base;
    private int capacity;
    private int start;
    private int end;
    /// Which chunk of the pool this is on; the pool's business.
    int chunk = -1;

    /// A buffer without memory. [BufferPool#attach] gives it some.
    public Buffer() {}

    /// A buffer of its own, outside any pool: for tests and tools.
    public static Buffer over(MemorySegment memory) {
        var buffer = new Buffer();
        buffer.attach(memory, 0, Math.toIntExact(memory.byteSize()));
        return buffer;
    }

    /// How many bytes can be taken.
    public int length() {
        return end - start;
    }

    /// True if no byte can be taken.
    public boolean isEmpty() {
        return start == end;
    }

    /// How many bytes can be put before [#compact] or a larger chunk is needed.
    public int room() {
        return capacity - end;
    }

    /// Bytes that the memory it is on has in all; 0 without memory.
    public int capacity() {
        return capacity;
    }

    /// True while it has memory.
    public boolean isAttached() {
        return capacity != 0;
    }

    // Taking. Offsets count from the first byte not yet taken.

    /// The byte at `offset`, 0 to `length() - 1`.
    public byte at(int offset) {
        return memory.get(JAVA_BYTE, base + start + Objects.checkIndex(offset, end - start));
    }

    /// The eight bytes from `offset`, the first one lowest; `offset` is at most `length() - 8`.
    public long longAt(int offset) {
        return memory.get(LONG_LE, base + start + Objects.checkFromIndexSize(offset, Long.BYTES, end - start));
    }

    /// Copies `length` bytes from `offset` into an array.
    public void copy(int offset, byte[] into, int at, int length) {
        Objects.checkFromIndexSize(offset, length, end - start);
        MemorySegment.copy(memory, JAVA_BYTE, base + start + offset, into, at, length);
    }

    /// The position of the first `wanted` from `offset` on, or -1.
    public int indexOf(byte wanted, int offset) {
        for (int i = offset, length = length(); i < length; i++) {
            if (at(i) == wanted) {
                return i;
            }
        }
        return -1;
    }

    /// Takes `bytes` away from the start.
    public void skip(int bytes) {
        Objects.checkFromToIndex(0, bytes, end - start);
        start += bytes;
        if (start == end) {
            start = 0;
            end = 0;
        }
    }

    /// Takes everything away.
    public void clear() {
        start = 0;
        end = 0;
    }

    /// Moves what is there to the front, so that the skipped bytes become room.
    public void compact() {
        if (start != 0) {
            MemorySegment.copy(memory, base + start, memory, base, end - start);
            end -= start;
            start = 0;
        }
    }

    /// Moves `length` bytes within what can be taken, from offset `from` to offset `to`; they may overlap.
    public void move(int from, int to, int length) {
        Objects.checkFromIndexSize(from, length, end - start);
        Objects.checkFromIndexSize(to, length, end - start);
        MemorySegment.copy(memory, base + start + from, memory, base + start + to, length);
    }

    // Putting. Each needs its room; without it, IndexOutOfBoundsException and nothing is put.

    /// Puts one byte.
    public void put(byte value) {
        memory.set(JAVA_BYTE, base + take(1), value);
    }

    /// Puts `length` bytes of an array.
    public void put(byte[] from, int offset, int length) {
        int at = take(length);
        MemorySegment.copy(from, offset, memory, JAVA_BYTE, base + at, length);
    }

    /// Puts a whole array.
    public void put(byte[] from) {
        put(from, 0, from.length);
    }

    /// Puts eight bytes, the lowest first.
    public void putLong(long value) {
        memory.set(LONG_LE, base + take(Long.BYTES), value);
    }

    /// Puts the characters as bytes. They have to be at most U+00FF: this is for protocol text, not for people's.
    public void putLatin1(String text) {
        int length = text.length();
        long at = base + take(length);
        for (int i = 0; i < length; i++) {
            memory.set(JAVA_BYTE, at + i, (byte) text.charAt(i));
        }
    }

    /// Puts a number that is not negative in decimal digits.
    public void putDecimal(long value) {
        int digits = 1;
        for (long rest = value; rest >= 10; rest /= 10) {
            digits++;
        }
        long at = base + take(digits);
        for (int i = digits - 1; i >= 0; i--) {
            memory.set(JAVA_BYTE, at + i, (byte) ('0' + value % 10));
            value /= 10;
        }
    }

    /// Puts `length` bytes of `from`, from `offset` on; they stay there.
    public void put(Buffer from, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, from.end - from.start);
        int at = take(length);
        MemorySegment.copy(from.memory, from.base + from.start + offset, memory, base + at, length);
    }

    /// Writes one byte over one that can be taken.
    public void set(int offset, byte value) {
        memory.set(JAVA_BYTE, base + start + Objects.checkIndex(offset, end - start), value);
    }

    /// Takes the last bytes back, so that `length` are left.
    public void truncate(int length) {
        Objects.checkFromToIndex(0, length, end - start);
        end = start + length;
    }

    private int take(int bytes) {
        Objects.checkFromIndexSize(end, bytes, capacity);
        int at = end;
        end += bytes;
        return at;
    }

    // For transports: where the bytes are, and what a system call did with them.

    /// Address of the first byte that can be taken, for a system call that sends at most [#length] bytes.
    public long startAddress() {
        return memory.address() + base + start;
    }

    /// Address of the room, for a system call that receives at most [#room] bytes.
    public long endAddress() {
        return memory.address() + base + end;
    }

    /// The bytes that can be taken, as a view. Allocates.
    public ByteBuffer readable() {
        return memory.asSlice(base + start, end - start).asByteBuffer();
    }

    /// The room, as a view. Allocates.
    public ByteBuffer writable() {
        return memory.asSlice(base + end, capacity - end).asByteBuffer();
    }

    /// Puts `length` bytes of a transport's own memory, from `offset` on.
    public void put(MemorySegment from, long offset, int length) {
        int at = take(length);
        MemorySegment.copy(from, offset, memory, base + at, length);
    }

    /// Copies the first `length` bytes that can be taken to a transport's own memory, at `offset`; they stay here.
    public void copy(MemorySegment into, long offset, int length) {
        Objects.checkFromToIndex(0, length, end - start);
        MemorySegment.copy(memory, base + start, into, offset, length);
    }

    /// Says that `bytes` were put into the room from outside.
    public void received(int bytes) {
        take(bytes);
    }

    // For outbound.

    /// Becomes a view of a part of what can be taken from another buffer, for as long as that one stays as it is. It has no
    /// room, and no chunk of its own.
    void look(Buffer from, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, from.end - from.start);
        memory = from.memory;
        base = from.base;
        start = from.start + offset;
        end = start + length;
        capacity = end;
    }

    // For the pool.

    void attach(MemorySegment memory, long base, int capacity) {
        this.memory = memory;
        this.base = base;
        this.capacity = capacity;
        start = 0;
        end = 0;
    }

    void detach() {
        attach(NOWHERE, 0, 0);
        chunk = -1;
    }

    /// Goes on on other memory, taking along what is there.
    void moveTo(MemorySegment other, long otherBase, int otherCapacity) {
        int length = end - start;
        MemorySegment.copy(memory, base + start, other, otherBase, length);
        attach(other, otherBase, otherCapacity);
        end = length;
    }
}
