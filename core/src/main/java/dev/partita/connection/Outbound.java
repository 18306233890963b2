package dev.partita.connection;

import dev.partita.limits.Failures;
import org.jspecify.annotations.Nullable;

/// What is on its way to the peer: bytes, and after them at most one source that is still open, namely a part of another
/// buffer, of an array or of a file, or a [Producer].
///
/// An open source seals outbound: nothing can be put behind it until it is drained. Buffers, arrays and files are drained by
/// the wire; a producer is asked by its session, one [#produce] a pass of work.
///
/// Belongs to the thread that owns the connection.
public final class Outbound {
    private static final byte[] NO_ARRAY = {};
    private static final Buffer NO_PART = new Buffer();
    /// How much of a file is asked for, brought into memory and sent at a time.
    private static final long WINDOW_BYTES = 256 << 10;
    private static final long COLD = -1;

    private final Buffer bytes = new Buffer();
    /// What is left of the part of another buffer; made for the first one, since most connections never have one.
    private Buffer part = NO_PART;
    private byte[] array = NO_ARRAY;
    private int arrayStart;
    private int arrayEnd;
    private @Nullable OpenFile file;
    private long filePosition;
    private long fileLeft;
    /// Up to where the file was in memory when somebody looked; [#COLD] if it was not.
    private long fileReady;
    private @Nullable Producer producer;

    Outbound() {}

    /// The bytes in front of the source. To be put to only while not [sealed][#isSealed].
    public Buffer bytes() {
        return bytes;
    }

    /// True if there is nothing for the wire to send. (An open producer may still have more to give.)
    public boolean isDrained() {
        return bytes.isEmpty() && part.isEmpty() && arrayStart == arrayEnd && fileLeft == 0;
    }

    /// True while a source is open.
    public boolean isSealed() {
        return !part.isEmpty() || arrayStart != arrayEnd || fileLeft != 0 || producer != null;
    }

    /// True while a producer has more to give.
    public boolean isProducing() {
        return producer != null;
    }

    /// Lets a part of another buffer of this connection follow the bytes, without copying it. That buffer must stay as it is
    /// until outbound is drained.
    public void follow(Buffer from, int offset, int length) {
        requireUnsealed();
        if (part == NO_PART) {
            part = new Buffer();
        }
        part.look(from, offset, length);
    }

    /// Lets a part of an array follow the bytes. The array must not change until it has been sent.
    public void follow(byte[] array, int offset, int length) {
        requireUnsealed();
        java.util.Objects.checkFromIndexSize(offset, length, array.length);
        this.array = array;
        arrayStart = offset;
        arrayEnd = offset + length;
    }

    /// Lets a part of a file follow the bytes. Outbound closes the file when it was sent, or will not be.
    public void follow(OpenFile file, long position, long length) {
        requireUnsealed();
        if (position < 0 || length < 0) {
            throw new IllegalArgumentException(
                    "position " + position + ", length " + length + ": must not be negative");
        }
        if (length == 0) {
            file.close();
            return;
        }
        this.file = file;
        filePosition = position;
        fileLeft = length;
        fileReady = 0;
    }

    /// Lets what a producer makes follow the bytes.
    public void follow(Producer producer) {
        requireUnsealed();
        this.producer = producer;
    }

    /// One pass of the open producer, into the bytes.
    ///
    /// @return true while the producer has more
    /// @throws Exception what the producer threw; it is closed then
    public boolean produce() throws Exception {
        Producer open = producer;
        if (open == null) {
            return false;
        }
        boolean more = false;
        try {
            more = open.fill(bytes);
        } finally {
            if (!more) {
                producer = null;
                close(open);
            }
        }
        return more;
    }

    /// True if what comes next is a part of a file that is not in memory: sending it would wait for the disk, and [#load] has to
    /// come before. The system is asked once for each window of 256 KiB, and again after the socket took no more, since that
    /// may have been long.
    boolean isCold() {
        OpenFile open = file;
        if (open == null || filePosition < fileReady) {
            return false;
        }
        if (fileReady != COLD) {
            long window = Math.min(fileLeft, WINDOW_BYTES);
            fileReady = open.isResident(filePosition, window) ? filePosition + window : COLD;
        }
        return fileReady == COLD;
    }

    /// Brings the window that comes next into memory. Blocks.
    void load() {
        OpenFile open = file;
        if (open != null) {
            long window = Math.min(fileLeft, WINDOW_BYTES);
            open.load(filePosition, window);
            fileReady = filePosition + window;
        }
    }

    /// Sends once through `endpoint`: bytes first, then the array by way of the bytes, then the file unless it [is cold][#isCold].
    ///
    /// @return as [Endpoint#send]
    public long send(Endpoint endpoint) {
        if (arrayStart != arrayEnd && bytes.room() > 0) {
            int length = Math.min(bytes.room(), arrayEnd - arrayStart);
            bytes.put(array, arrayStart, length);
            arrayStart += length;
            if (arrayStart == arrayEnd) {
                array = NO_ARRAY;
            }
        }
        if (!bytes.isEmpty()) {
            return endpoint.send(bytes, !part.isEmpty() || arrayStart != arrayEnd || fileLeft != 0 && !isCold());
        }
        if (!part.isEmpty()) {
            return endpoint.send(part, false);
        }
        OpenFile open = file;
        if (open == null) {
            return Endpoint.AGAIN;
        }
        long taken = endpoint.transfer(open, filePosition, Math.min(fileLeft, fileReady - filePosition), bytes);
        if (taken == Endpoint.AGAIN) {
            fileReady = 0;
        }
        if (taken <= 0) {
            return taken;
        }
        filePosition += taken;
        fileLeft -= taken;
        if (fileLeft == 0) {
            file = null;
            open.close();
        }
        long sent = taken - bytes.length(); // what was only read is sent, and counted, as bytes
        return sent > 0 ? sent : endpoint.send(bytes, fileLeft != 0 && !isCold());
    }

    /// Drops everything that has not been sent and closes the source.
    void reset() {
        if (!part.isEmpty()) {
            part.clear();
        }
        array = NO_ARRAY;
        arrayStart = 0;
        arrayEnd = 0;
        fileLeft = 0;
        if (producer != null) {
            close(producer);
            producer = null;
        }
        if (file != null) {
            close(file);
            file = null;
        }
    }

    /// What a producer throws at its end changes nothing for anybody.
    private static void close(Producer producer) {
        try {
            producer.close();
        } catch (Throwable failure) {
            Failures.log("a producer could not be closed", failure);
        }
    }

    /// Nor does what a file of a program's own throws.
    private static void close(OpenFile file) {
        try {
            file.close();
        } catch (Throwable failure) {
            Failures.log("a file could not be closed", failure);
        }
    }

    private void requireUnsealed() {
        if (isSealed()) {
            throw new IllegalStateException("outbound is sealed: its source has not been drained");
        }
    }
}
