package dev.partita.cache;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// The cache's counts: several rows of numbers, so that connections on different processors seldom write the same. Adding is
/// one atomic addition and allocates nothing. For any thread.
final class Tally {
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
    /// 128 bytes on either side keep a row's neighbours out of its cache lines.
    private static final int PADDING = 16;
    private static final Stat[] STATS = Stat.values();

    /// One of the rows; a session has one.
    static final class Row {
        private final long[] cells = new long[PADDING + STATS.length + PADDING];

        void increment(Stat stat) {
            add(stat, 1);
        }

        void add(Stat stat, long amount) {
            CELL.getAndAdd(cells, PADDING + stat.ordinal(), amount);
        }
    }

    private final Row[] rows;

    Tally() {
        rows = new Row[Integer.highestOneBit(2 * Runtime.getRuntime().availableProcessors())];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = new Row();
        }
    }

    /// The row for whoever has this number.
    Row row(int number) {
        return rows[number & rows.length - 1];
    }

    /// The sum of all rows; a moment old.
    long sum(Stat stat) {
        long sum = 0;
        for (Row row : rows) {
            sum += (long) CELL.getOpaque(row.cells, PADDING + stat.ordinal());
        }
        return sum;
    }

    /// How many keys were looked up, by memcached's `cmd_get`.
    long lookups() {
        return sum(Stat.GET_HITS) + sum(Stat.GET_MISSES);
    }

    /// Begins again at zero, as `stats reset` does; what is counted meanwhile may be lost.
    void reset() {
        for (Row row : rows) {
            for (Stat stat : STATS) {
                if (stat != Stat.TOTAL_ITEMS) {
                    CELL.setOpaque(row.cells, PADDING + stat.ordinal(), 0L);
                }
            }
        }
    }
}
