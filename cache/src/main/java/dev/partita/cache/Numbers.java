package dev.partita.cache;

import dev.partita.connection.Buffer;

/// Numbers from 0 to 2^64-1 in decimal digits.
final class Numbers {
    private Numbers() {}

    static void put(Buffer into, long unsigned) {
        if (unsigned >= 0) {
            into.putDecimal(unsigned);
            return;
        }
        long tens = Long.divideUnsigned(unsigned, 10);
        into.putDecimal(tens);
        into.put((byte) ('0' + (unsigned - tens * 10)));
    }
}
