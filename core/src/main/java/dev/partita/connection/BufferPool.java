package dev.partita.connection;

import java.lang.foreign.MemorySegment;

/// The buffers of one loop (confined to its thread) or of many threads (shared), carved out of memory that comes from
/// outside and is not touched before it is needed.
///
/// There are ordinary chunks, and large ones for what does not fit.
public final class BufferPool {
    /// A pool without buffers, for who never receives or sends.
    public static final BufferPool EMPTY = new BufferPool(MemorySegment.NULL, 0, 0, 0, 0, false);

    private final MemorySegment memory;
    private final int bytes;
    private final int bytesMax;
    private final int count;
    private final long largeBase;
    private final FreeList ordinary;
    private final FreeList large;

    /// @param memory at least [#bytesNeeded] bytes, owned by the caller and alive as long as the pool
    /// @param bytes size of an ordinary chunk
    /// @param count how many ordinary chunks
    /// @param bytesMax size of a large chunk
    /// @param countLarge how many large chunks
    /// @param shared true if several threads attach and release at the same time
    public BufferPool(MemorySegment memory, int bytes, int count, int bytesMax, int countLarge, boolean shared) {
        if (memory.byteSize() < bytesNeeded(bytes, count, bytesMax, countLarge)) {
            throw new IllegalArgumentException("a pool of " + count + " x " + bytes + " + " + countLarge + " x "
                    + bytesMax + " bytes does not fit into " + memory.byteSize());
        }
        this.memory = memory;
        this.bytes = bytes;
        this.bytesMax = bytesMax;
        this.count = count;
        ordinary = new FreeList(count, shared);
        large = new FreeList(countLarge, shared);
        largeBase = (long) count * bytes;
    }

    /// How much memory a pool needs.
    public static long bytesNeeded(int bytes, int count, int bytesMax, int countLarge) {
        return (long) count * bytes + (long) countLarge * bytesMax;
    }

    /// Gives an ordinary chunk to a buffer that has no memory.
    ///
    /// @return false if none is left
    public boolean attach(Buffer buffer) {
        int chunk = ordinary.pop();
        if (chunk == FreeList.NONE) {
            return false;
        }
        buffer.attach(memory, (long) chunk * bytes, bytes);
        buffer.chunk = chunk;
        return true;
    }

    /// Moves a buffer from an ordinary chunk to a large one, with what is in it.
    ///
    /// @return false if it is on a large one already, or none is left
    public boolean grow(Buffer buffer) {
        int old = buffer.chunk;
        if (old < 0 || old >= count) {
            return false;
        }
        int chunk = large.pop();
        if (chunk == FreeList.NONE) {
            return false;
        }
        buffer.moveTo(memory, largeBase + (long) chunk * bytesMax, bytesMax);
        buffer.chunk = count + chunk;
        ordinary.push(old);
        return true;
    }

    /// Takes the memory of a buffer back, with whatever is in it. Harmless for one that has none.
    public void release(Buffer buffer) {
        int chunk = buffer.chunk;
        if (chunk < 0) {
            return;
        }
        buffer.detach();
        if (chunk < count) {
            ordinary.push(chunk);
        } else {
            large.push(chunk - count);
        }
    }
}
