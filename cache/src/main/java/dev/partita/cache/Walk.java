package dev.partita.cache;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;

/// All items, dead ones too, in no order and each once, chain by chain; those that come and go meanwhile may or may not be
/// among them. By one thread at a time; holds a segment's monitor for one chain.
final class Walk<T> implements Iterator<T> {
    private static final long END = 1L << 32;

    private final Segment[] segments;
    private final Function<Item, T> view;
    private final Deque<T> found = new ArrayDeque<>();
    private int segment;
    private long from;

    /// @param view what to take from each item, while it is stored
    Walk(Segment[] segments, Function<Item, T> view) {
        this.segments = segments;
        this.view = view;
    }

    @Override
    public boolean hasNext() {
        while (found.isEmpty() && segment < segments.length) {
            from = segments[segment].show(from, item -> found.add(view.apply(item)));
            if (from == END) {
                segment++;
                from = 0;
            }
        }
        return !found.isEmpty();
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return found.remove();
    }
}
