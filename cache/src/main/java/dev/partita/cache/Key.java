package dev.partita.cache;

import java.util.Arrays;

/// The key of a stored item.
final class Key {
    final int hash;
    final byte[] bytes;

    Key(int hash, byte[] bytes) {
        this.hash = hash;
        this.bytes = bytes;
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Key key
                ? hash == key.hash && Arrays.equals(bytes, key.bytes)
                : other instanceof Probe probe && probe.matches(this);
    }
}
