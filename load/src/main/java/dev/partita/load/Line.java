package dev.partita.load;

/// Requests that are due and have no connection yet, the longest waiting first. Bounded.
final class Line {
    private final long[] intended;
    private final int[] kinds;
    private int first;
    private int length;

    Line(int most) {
        intended = new long[most];
        kinds = new int[most];
    }

    /// @return false if there is no room
    boolean join(long intendedNanos, int kind) {
        if (length == intended.length) {
            return false;
        }
        int last = first + length;
        int at = last < intended.length ? last : last - intended.length;
        intended[at] = intendedNanos;
        kinds[at] = kind;
        length++;
        return true;
    }

    int length() {
        return length;
    }

    boolean isEmpty() {
        return length == 0;
    }

    /// When the first one was due.
    long intended() {
        return intended[first];
    }

    /// What the first one is.
    int kind() {
        return kinds[first];
    }

    /// The first one leaves.
    void leave() {
        first = first + 1 < intended.length ? first + 1 : 0;
        length--;
    }
}
