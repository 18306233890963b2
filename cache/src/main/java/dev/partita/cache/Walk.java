package dev.partita.cache;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;

/// All items, dead ones too, in no order and each once, chain by chain; those that come and go meanwhile may or may not be
/// among them. By one thread at a time; holds a segment's monitor for one chain.
final class Walk implements Iterator<Item> {
    private static final long END = 1L << 32;

    private final Segment[] segments;
    private final Deque<Item> found = new ArrayDeque<>();
    private int segment;
    private long from;

    Walk(Segment[] segments) {
        this.segments = segments;
    }

    @Override
    public boolean hasNext() {
        while (found.isEmpty() && segment < segments.length) {
            from = segments[segment].collect(from, found);
            if (from == END) {
                segment++;
                from = 0;
            }
        }
        return !found.isEmpty();
    }

    @Override
    public Item next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return found.remove();
    }
}
