package dev.partita.connection;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// The free ones of a fixed number of things, by index: the last one given back is the first one given out, so that few
/// are ever touched and those are warm in the cache. Confined to one thread, or shared by many without a lock.
final class FreeList {
    static final int NONE = -1;

    private static final VarHandle HEAD;

    static {
        try {
            HEAD = MethodHandles.lookup().findVarHandle(FreeList.class, "head", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final boolean shared;
    /// What lies below each free index.
    private final int[] next;
    /// How many are free while this one is the top; only where it is shared, and so asked for.
    private final int[] depth;
    /// The lower half is the top of the list. The upper half counts changes, so that a compare-and-set cannot be fooled by
    /// an index that went away and came back.
    private long head;

    /// All of `count` indices are free at first.
    FreeList(int count, boolean shared) {
        this.shared = shared;
        next = new int[count];
        depth = new int[shared ? count : 0];
        for (int i = 0; i < count; i++) {
            next[i] = i + 1 < count ? i + 1 : NONE;
        }
        for (int i = 0; i < depth.length; i++) {
            depth[i] = count - i;
        }
        head = count == 0 ? NONE & 0xFFFF_FFFFL : 0;
    }

    /// Takes a free index, or [#NONE] if there is none.
    int pop() {
        while (true) {
            long seen = (long) HEAD.getAcquire(this);
            int top = (int) seen;
            if (top == NONE || replace(seen, next[top])) {
                return top;
            }
        }
    }

    boolean isEmpty() {
        return (int) (long) HEAD.getAcquire(this) == NONE;
    }

    /// How many are free, a moment old; for a list that is shared.
    int size() {
        return depth((int) (long) HEAD.getAcquire(this));
    }

    private int depth(int top) {
        return top == NONE ? 0 : depth[top];
    }

    void push(int index) {
        long seen;
        do {
            seen = (long) HEAD.getAcquire(this);
            next[index] = (int) seen;
            if (shared) {
                depth[index] = depth((int) seen) + 1;
            }
        } while (!replace(seen, index));
    }

    private boolean replace(long seen, int top) {
        if (!shared) {
            head = top & 0xFFFF_FFFFL;
            return true;
        }
        long changes = (seen >>> 32) + 1;
        return HEAD.compareAndSet(this, seen, changes << 32 | (top & 0xFFFF_FFFFL));
    }
}
