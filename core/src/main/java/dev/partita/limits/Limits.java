package dev.partita.limits;

import java.time.Duration;

/// Every bound of a server, set once at start. Nothing in Partita queues, buffers or loops without one of these.
///
/// Names end in their unit and in `Max` where they are a ceiling. A record: immutable, safe to share between threads.
/// Values outside the stated range are refused with an [IllegalArgumentException] that names the field and the range.
///
/// @param connectionsMax open connections of one server, over all its loops. At the bound accepting pauses and new
///     connections wait in the kernel's backlog. 1 to 1,000,000. A slot costs about 400 bytes, used or not.
/// @param backlog connections that the kernel holds for us between handshake and accept (`listen(2)`; the kernel caps it
///     at `net.core.somaxconn`). 1 to 65,535.
/// @param acceptBatchMax connections accepted in one turn of a loop before the ones it has get their turn. 1 to 4,096.
/// @param turnStepsMax steps that one connection may take in one turn of a loop before the others get theirs: the bound
///     on a pipelining client. 1 to 4,096.
/// @param queueMax connections waiting in front of one worker or stage; beyond it the work is shed. 1 to 1,048,576.
/// @param bufferBytes size of an ordinary buffer: what a typical request or reply fits in. 1 KiB to 1 MiB, a power of 2.
/// @param bufferBytesMax size of a large buffer: what a connection gets when an ordinary one is full, and the most that
///     it ever holds of each direction. `bufferBytes` to 16 MiB, a power of 2.
/// @param requestLineBytesMax longest request line of a protocol that has one (HTTP: 414 beyond it).
/// @param headBytesMax longest header section, request line included (HTTP: 431 beyond it). At most `bufferBytesMax`.
/// @param headFieldsMax most header fields (HTTP: 431 beyond it).
/// @param bodyBytesMax largest request body (HTTP: 413 beyond it, before it is read).
/// @param drainMillis how long a drain waits for requests in flight before it aborts them. 0 to 3,600,000.
public record Limits(
        int connectionsMax,
        int backlog,
        int acceptBatchMax,
        int turnStepsMax,
        int queueMax,
        int bufferBytes,
        int bufferBytesMax,
        int requestLineBytesMax,
        int headBytesMax,
        int headFieldsMax,
        long bodyBytesMax,
        int drainMillis) {

    private static final Limits DEFAULTS = new Limits(
            10_000, 4_096, 64, 128, 1_024, 8 << 10, 64 << 10, 8 << 10, 32 << 10, 100, 1 << 20, 30_000);

    public Limits {
        inRange("connectionsMax", connectionsMax, 1, 1_000_000);
        inRange("backlog", backlog, 1, 65_535);
        inRange("acceptBatchMax", acceptBatchMax, 1, 4_096);
        inRange("turnStepsMax", turnStepsMax, 1, 4_096);
        inRange("queueMax", queueMax, 1, 1 << 20);
        inRange("bufferBytes", bufferBytes, 1 << 10, 1 << 20);
        inRange("bufferBytesMax", bufferBytesMax, bufferBytes, 16 << 20);
        powerOfTwo("bufferBytes", bufferBytes);
        powerOfTwo("bufferBytesMax", bufferBytesMax);
        inRange("headBytesMax", headBytesMax, 64, bufferBytesMax);
        inRange("requestLineBytesMax", requestLineBytesMax, 16, headBytesMax);
        inRange("headFieldsMax", headFieldsMax, 1, 10_000);
        inRange("bodyBytesMax", bodyBytesMax, 0, Long.MAX_VALUE);
        inRange("drainMillis", drainMillis, 0, 3_600_000);
    }

    /// The values that a server has when nothing else is said.
    public static Limits defaults() {
        return DEFAULTS;
    }

    /// These limits with another number of connections.
    public Limits withConnectionsMax(int connectionsMax) {
        return new Limits(connectionsMax, backlog, acceptBatchMax, turnStepsMax, queueMax, bufferBytes, bufferBytesMax,
                requestLineBytesMax, headBytesMax, headFieldsMax, bodyBytesMax, drainMillis);
    }

    /// These limits with another bound on the queue of each worker and stage.
    public Limits withQueueMax(int queueMax) {
        return new Limits(connectionsMax, backlog, acceptBatchMax, turnStepsMax, queueMax, bufferBytes, bufferBytesMax,
                requestLineBytesMax, headBytesMax, headFieldsMax, bodyBytesMax, drainMillis);
    }

    /// These limits with another bound on a request's body.
    public Limits withBodyBytesMax(long bodyBytesMax) {
        return new Limits(connectionsMax, backlog, acceptBatchMax, turnStepsMax, queueMax, bufferBytes, bufferBytesMax,
                requestLineBytesMax, headBytesMax, headFieldsMax, bodyBytesMax, drainMillis);
    }

    /// These limits with another time for a drain, rounded down to milliseconds.
    public Limits withDrain(Duration drain) {
        return new Limits(connectionsMax, backlog, acceptBatchMax, turnStepsMax, queueMax, bufferBytes, bufferBytesMax,
                requestLineBytesMax, headBytesMax, headFieldsMax, bodyBytesMax, Math.toIntExact(drain.toMillis()));
    }

    private static void inRange(String field, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(field + " is " + value + ": valid are " + least + " to " + most);
        }
    }

    private static void powerOfTwo(String field, int value) {
        if (Integer.bitCount(value) != 1) {
            throw new IllegalArgumentException(field + " is " + value + ": it has to be a power of two, for example "
                    + Integer.highestOneBit(value));
        }
    }
}
