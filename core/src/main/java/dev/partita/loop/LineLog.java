package dev.partita.loop;

import dev.partita.limits.Counter;
import dev.partita.limits.Counters;
import dev.partita.limits.Failures;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Lines of text that many threads write and one thread puts into a file or on standard output. Whoever has a line never
/// waits and allocates nothing: a line that finds no room is dropped and counted, and so is one that cannot be written.
///
///     blocks  |line 1...|line 2|line 3......|claimed   |          | a ring of blocks; a line begins with a block
///     records  used,n    used,n used,n       0 (not yet)            published last, cleared by the writer
///              ^head                                    ^tail
///
/// The writer sleeps while nothing comes. Once something has come it looks again after a hundredth of a second, or when half
/// of the ring is full, so that a busy server pays a write(2) for many lines and a wake-up for none.
public final class LineLog implements AutoCloseable, Runnable {
    /// Result of [#claim]: there is no room.
    public static final int FULL = -1;

    private static final int BLOCK_BITS = 6;
    private static final int BLOCK_BYTES = 1 << BLOCK_BITS;
    private static final int STAGING_BYTES = 256 << 10;
    private static final long GATHER_NANOS = 10_000_000L;
    /// How long [#close] waits for what is still to be written.
    private static final long CLOSE_NANOS = 2_000_000_000L;

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle STATE;
    /// Head and tail, two cache lines apart from each other and from everything else.
    private static final int HEAD = 16;
    private static final int TAIL = 32;

    private static final int AWAKE = 0;
    private static final int GATHERING = 1;
    private static final int ASLEEP = 2;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(LineLog.class, "state", int.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final @Nullable Path file;
    private final OpenOption[] options;
    private final byte[] bytes;
    /// For the first block of each line: the blocks that were claimed in the upper half, the bytes that are used in the lower
    /// one; 0 until the line is complete.
    private final long[] records;
    private final long[] positions = new long[48];
    private final int blocks;
    private final Counters counters = Counters.shared();
    private final Thread thread;
    private final Thread atExit = Thread.ofPlatform().name("log-at-exit").unstarted(this::finish);

    private volatile int state;
    private volatile boolean reopening;
    private volatile boolean closing;

    // The writer's own.
    private final ByteBuffer staging = ByteBuffer.allocateDirect(STAGING_BYTES);
    private WritableByteChannel out;
    /// The last write ended within a line.
    private boolean torn;
    private boolean failing;

    private LineLog(
            String name, @Nullable Path file, OpenOption[] options, WritableByteChannel out, int bytesMax) {
        this.file = file;
        this.options = options;
        this.out = out;
        bytes = new byte[bytesMax];
        blocks = bytesMax >>> BLOCK_BITS;
        records = new long[blocks];
        thread = Thread.ofPlatform().name(name).daemon().unstarted(this);
    }

    /// Appends to a file, which is made if it is not there.
    ///
    /// @param name of the writing thread
    /// @param bytesMax lines that may wait, in bytes; a power of two, at least twice the longest line
    /// @param options further ones for opening it, now and later
    /// @throws IOException if the file cannot be written
    public static LineLog to(Path file, String name, int bytesMax, OpenOption... options) throws IOException {
        return started(new LineLog(name, file, options, open(file, options), bytesMax));
    }

    /// Writes to standard output. As [#to].
    @SuppressWarnings("resource") // standard output stays open
    public static LineLog toStandardOutput(String name, int bytesMax) {
        return started(new LineLog(name, null, new OpenOption[0], new FileOutputStream(FileDescriptor.out).getChannel(),
                bytesMax));
    }

    /// What still waits is also written when the program ends without closing this: that is how a worker process ends.
    private static LineLog started(LineLog log) {
        log.thread.start();
        Runtime.getRuntime().addShutdownHook(log.atExit);
        return log;
    }

    private static FileChannel open(Path file, OpenOption... options) throws IOException {
        Set<OpenOption> all = new HashSet<>(
                Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
        all.addAll(Arrays.asList(options));
        return FileChannel.open(file, all);
    }

    // For those who have lines. Any thread.

    /// Takes room for a line. It is to be written into [#bytes] from the result on and then [committed][#commit], whatever
    /// happens: what comes after it waits for it.
    ///
    /// @param length the most that the line can have, its line feed included
    /// @return where it begins, or [#FULL]: it is counted as dropped then
    public int claim(int length) {
        int wanted = blocksOf(length);
        while (true) {
            long tail = (long) LONGS.getVolatile(positions, TAIL);
            long head = (long) LONGS.getAcquire(positions, HEAD);
            int at = (int) tail & blocks - 1;
            int skipped = at + wanted > blocks ? blocks - at : 0; // a line never goes around the end
            if (tail + skipped + wanted - head > blocks || closing) {
                counters.increment(Counter.LOG_LINES_DROPPED);
                return FULL;
            }
            if (LONGS.compareAndSet(positions, TAIL, tail, tail + skipped + wanted)) {
                if (skipped != 0) {
                    LONGS.setRelease(records, at, (long) skipped << 32);
                    at = 0;
                }
                return at << BLOCK_BITS;
            }
        }
    }

    /// Where lines are put: only between [#claim] and [#commit], and only within what was claimed.
    public byte[] bytes() {
        return bytes;
    }

    /// Says that a line is complete.
    ///
    /// @param at what [#claim] returned
    /// @param claimed what it was asked for
    /// @param length the line's, its line feed included; 0 if there is none after all
    public void commit(int at, int claimed, int length) {
        // Volatile: whether the writer sleeps is looked at when the line can be seen, and the writer looks the other way round.
        LONGS.setVolatile(records, at >>> BLOCK_BITS, (long) blocksOf(claimed) << 32 | length);
        int seen = state;
        if (seen != AWAKE && (seen == ASLEEP || isHalfFull()) && STATE.compareAndSet(this, seen, AWAKE)) {
            LockSupport.unpark(thread);
        }
    }

    /// Goes on in a new file of the same name, as after a rotation has renamed the old one. Does nothing on standard output.
    public void reopen() {
        reopening = true;
        LockSupport.unpark(thread);
    }

    /// What was dropped.
    public Counters counters() {
        return counters;
    }

    /// Writes what was committed before, ends the writer and closes the file. A file or pipe that takes nothing is waited for no
    /// longer than two seconds. Lines that come later are dropped.
    @Override
    public void close() {
        finish();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException ending) {
            // then it runs already, and finds nothing to do
        }
    }

    private void finish() {
        closing = true;
        LockSupport.unpark(thread);
        try {
            Joining.join(thread, CLOSE_NANOS);
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isHalfFull() {
        return (long) LONGS.getOpaque(positions, TAIL) - (long) LONGS.getOpaque(positions, HEAD) > blocks / 2;
    }

    private static int blocksOf(int length) {
        return (length + BLOCK_BYTES - 1) >>> BLOCK_BITS;
    }

    // The writer.

    @Override
    public void run() {
        while (true) {
            boolean last = closing; // asked first: what was committed before it is written below
            if (reopening) {
                reopening = false;
                reopenNow();
            }
            boolean wrote = false;
            while (stage()) {
                write();
                wrote = true;
            }
            if (last) {
                end();
                return;
            }
            sleep(wrote);
        }
    }

    private void sleep(boolean gathering) {
        state = gathering ? GATHERING : ASLEEP;
        if (!closing && !reopening) {
            if (gathering) {
                LockSupport.parkNanos(this, GATHER_NANOS);
            } else if (nextRecord() == 0) {
                LockSupport.park(this);
            }
        }
        state = AWAKE;
    }

    private long nextRecord() {
        return (long) LONGS.getVolatile(records, (int) positions[HEAD] & blocks - 1);
    }

    /// Copies the next lines to where they can be written from at once.
    ///
    /// @return false if there are none
    private boolean stage() {
        staging.clear();
        if (torn) {
            staging.put((byte) '\n');
        }
        int before = staging.position();
        long record = nextRecord();
        while (record != 0) {
            int at = (int) positions[HEAD] & blocks - 1;
            int length = (int) record;
            if (length > staging.remaining()) {
                break;
            }
            staging.put(bytes, at << BLOCK_BITS, length);
            records[at] = 0;
            LONGS.setRelease(positions, HEAD, positions[HEAD] + (record >>> 32));
            record = nextRecord();
        }
        boolean some = staging.position() > before;
        staging.flip();
        return some;
    }

    private void write() {
        try {
            while (staging.hasRemaining()) {
                out.write(staging);
            }
            torn = false;
            failing = false;
        } catch (IOException | RuntimeException failure) {
            // A full disk, a closed pipe: a state that may pass, and no reason to serve nobody.
            int written = staging.position();
            torn = written == 0 ? torn : staging.get(written - 1) != '\n';
            counters.add(Counter.LOG_LINES_DROPPED, linesFrom(written));
            if (!failing) {
                failing = true;
                Failures.log(thread.getName() + ": lines are dropped until " + name() + " can be written", failure);
            }
        }
    }

    private int linesFrom(int position) {
        int lines = 0;
        for (int at = Math.max(position, torn && position == 0 ? 1 : 0); at < staging.limit(); at++) {
            lines += staging.get(at) == '\n' ? 1 : 0;
        }
        return lines;
    }

    private void reopenNow() {
        if (file == null) {
            return;
        }
        try {
            WritableByteChannel next = open(file, options);
            WritableByteChannel old = out;
            out = next;
            torn = false;
            old.close();
        } catch (IOException | RuntimeException failure) {
            Failures.log(thread.getName() + ": " + file + " cannot be opened again; the old file goes on", failure);
        }
    }

    private void end() {
        try {
            if (file != null) {
                out.close();
            }
        } catch (IOException failure) {
            Failures.log(thread.getName() + ": " + file, failure);
        }
    }

    private String name() {
        return file == null ? "standard output" : file.toString();
    }
}
