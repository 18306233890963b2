package dev.partita.limits;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Every bound of a server, set once at start. Nothing in Partita queues, buffers or loops without one of these.
///
/// Names end in their unit and in `Max` where they are a ceiling. A record: immutable, safe to share between threads.
/// What each field bounds, and what happens there, is its [Meaning]; [#range] tells what is valid, and values outside are
/// refused with an [IllegalArgumentException] that names the field and the range.
public record Limits(
        @Meaning("""
                Open connections of one server, over all its loops. At the bound accepting pauses and new
                connections wait in the kernel's backlog. A slot costs about 400 bytes, used or not.
                """) int connectionsMax,
        @Meaning("""
                Connections that the kernel holds between handshake and accept (listen(2)); it caps this at
                net.core.somaxconn.
                """) int backlog,
        @Meaning("""
                Connections accepted in one turn of a loop before the ones it has get their turn.
                """) int acceptBatchMax,
        @Meaning("""
                Steps that one connection may take in one turn of a loop before the others get theirs: the
                bound on a pipelining client.
                """) int turnStepsMax,
        @Meaning("""
                Connections waiting in front of one worker or stage; beyond it the work is shed.
                """) int queueMax,
        @Meaning("""
                How long work may wait in such a queue once the queue has not been empty for
                `queueMillisInterval`; work that has waited longer is shed when its turn comes. Never less than
                twice what one request takes on average. 0 sheds nothing for its waiting.
                """) int queueMillisTarget,
        @Meaning("""
                How long a queue may go without being empty, and work may wait in it, before that holds: what a
                burst gets.
                """) int queueMillisInterval,
        @Meaning("""
                Size of an ordinary buffer: what a typical request or reply fits in. A power of 2.
                """) int bufferBytes,
        @Meaning("""
                The most that a connection holds in memory of one body or message: a longer body goes to a
                temporary file. Who has filled an ordinary buffer gets a large one, which has room for that and
                for a head of `headBytesMax` in front of it. A power of 2.
                """) int bufferBytesMax,
        @Meaning("""
                Empty lines that are ignored in front of a request (HTTP: 400 beyond it).
                """) int blankLinesMax,
        @Meaning("""
                Longest request line of a protocol that has one (HTTP: 414 beyond it).
                """) int requestLineBytesMax,
        @Meaning("""
                Longest header section, request line included (HTTP: 431 beyond it).
                """) int headBytesMax,
        @Meaning("""
                Most header fields (HTTP: 431 beyond it).
                """) int headFieldsMax,
        @Meaning("""
                Largest request body (HTTP: 413 beyond it, before it is read).
                """) long bodyBytesMax,
        @Meaning("""
                Bytes of a chunked body that may be framing, such as sizes and extensions of chunks, whatever they
                carry; beyond it framing must not be more than four fifths of the whole (HTTP: 400).
                """) int chunkOverheadBytesMax,
        @Meaning("""
                Longest extension of a chunk, which nobody reads; all those of one body may be 16 times as long
                (HTTP: 400 beyond either).
                """) int chunkExtensionBytesMax,
        @Meaning("""
                Longest trailer section, the fields behind a chunked body, which nobody reads (HTTP: 431 beyond it).
                """) int trailerBytesMax,
        @Meaning("""
                Requests answered on one connection; the last answer says that the connection closes, and the
                client opens another one, which may live elsewhere.
                """) int requestsPerConnectionMax,
        @Meaning("""
                Most fields and files of one form (HTTP: 413 beyond it).
                """) int formFieldsMax,
        @Meaning("""
                Bytes that the names and values of one form may take in memory, its files excepted (HTTP: 413
                beyond it).
                """) int formBytesMax,
        @Meaning("""
                Longest header section of one part of a multipart body (HTTP: 413 beyond it).
                """) int partHeadBytesMax,
        @Meaning("""
                Longest PROXY protocol header of a trusted proxy; a longer one ends the connection.
                """) int proxyHeaderBytesMax,
        @Meaning("""
                Lines of the access log that wait to be written, in bytes; at the bound lines are dropped and
                counted. A power of 2. Taken from the heap when the log is opened.
                """) int accessLogBytesMax,
        @Meaning("""
                Bytes that files served by one handler may take in memory, with what is known of larger ones.
                Beyond it the rest is read anew for each request.
                """) int fileCacheBytesMax,
        @Meaning("""
                Largest file of text that is compressed with gzip to be kept in memory; a larger one needs a
                compressed one beside it. 0: none is.
                """) int gzipBytesMax,
        @Meaning("""
                How long a request's head may take from its first byte on (HTTP: 408 beyond it). This and
                the other deadlines are kept to about a second.
                """) int headMillisMax,
        @Meaning("""
                How long a request's body may be slower than `bodyBytesPerSecondMin` (HTTP: 408 beyond it).
                """) int bodyMillisGrace,
        @Meaning("""
                How fast a body has to arrive on average once the grace is over. However much of it has come, a
                pause may take at most four times `bodyMillisGrace`.
                """) int bodyBytesPerSecondMin,
        @Meaning("""
                How long a peer may take nothing of what it is sent; beyond it the connection is reset.
                """) int writeMillisMax,
        @Meaning("""
                How long a connection may be between two requests; beyond it, it is closed. A tenth of it
                while somebody waits for a connection slot.
                """) int idleMillisMax,
        @Meaning("""
                How long the work on one request may take. What happens beyond it depends on the model.
                """) int workMillisMax,
        @Meaning("""
                How long a drain waits for requests in flight before it aborts them.
                """) int drainMillis,
        @Meaning("""
                How long a drain leaves a connection between two requests open for one more, which is answered with
                the word that the connection closes; then it is closed from our side. At most `drainMillis` counts.
                """) int drainIdleMillis,
        @Meaning("""
                Requests that a worker process serves before a new one takes its place, without losing one. 0: no
                bound.
                """) int workerRequestsMax,
        @Meaning("""
                How long a worker process serves before a new one takes its place, without losing a request. 0: no
                bound.
                """) int workerAgeSecondsMax) {

    private static final String VALID = ": valid are ";
    private static final Limits DEFAULTS = new Limits(
            10_000,
            4_096,
            64,
            128,
            1_024,
            5,
            100,
            8 << 10,
            64 << 10,
            4,
            8 << 10,
            32 << 10,
            100,
            1 << 20,
            100 << 10,
            1 << 10,
            8 << 10,
            1_000_000,
            1_000,
            1 << 20,
            8 << 10,
            4 << 10,
            4 << 20,
            32 << 20,
            1 << 20,
            10_000,
            5_000,
            500,
            30_000,
            75_000,
            30_000,
            30_000,
            5_000,
            0,
            0);

    public Limits {
        inRange("connectionsMax", connectionsMax, 1, 1_000_000);
        inRange("backlog", backlog, 1, 65_535);
        inRange("acceptBatchMax", acceptBatchMax, 1, 4_096);
        inRange("turnStepsMax", turnStepsMax, 1, 4_096);
        inRange("queueMax", queueMax, 1, 1 << 20);
        inRange("queueMillisTarget", queueMillisTarget, 0, 60_000);
        inRange("queueMillisInterval", queueMillisInterval, 1, 60_000);
        inRange("bufferBytes", bufferBytes, 1 << 10, 1 << 20);
        inRange("bufferBytesMax", bufferBytesMax, bufferBytes, 16 << 20);
        powerOfTwo("bufferBytes", bufferBytes);
        powerOfTwo("bufferBytesMax", bufferBytesMax);
        inRange("blankLinesMax", blankLinesMax, 0, 100);
        inRange("headBytesMax", headBytesMax, 64, bufferBytesMax);
        inRange("requestLineBytesMax", requestLineBytesMax, 16, headBytesMax);
        inRange("headFieldsMax", headFieldsMax, 1, 10_000);
        inRange("bodyBytesMax", bodyBytesMax, 0, Long.MAX_VALUE);
        inRange("chunkOverheadBytesMax", chunkOverheadBytesMax, 1 << 10, 1 << 30);
        inRange("chunkExtensionBytesMax", chunkExtensionBytesMax, 0, 1 << 20);
        inRange("trailerBytesMax", trailerBytesMax, 2, 1 << 30);
        inRange("requestsPerConnectionMax", requestsPerConnectionMax, 1, Integer.MAX_VALUE);
        inRange("formFieldsMax", formFieldsMax, 1, 1_000_000);
        inRange("formBytesMax", formBytesMax, 1, 1 << 30);
        inRange("partHeadBytesMax", partHeadBytesMax, 64, 64 << 10);
        inRange("proxyHeaderBytesMax", proxyHeaderBytesMax, 232, 65_551);
        inRange("accessLogBytesMax", accessLogBytesMax, 256 << 10, 1 << 30);
        powerOfTwo("accessLogBytesMax", accessLogBytesMax);
        inRange("fileCacheBytesMax", fileCacheBytesMax, 0, 1 << 30);
        inRange("gzipBytesMax", gzipBytesMax, 0, 64 << 20);
        inRange("headMillisMax", headMillisMax, 100, 86_400_000);
        inRange("bodyMillisGrace", bodyMillisGrace, 100, 86_400_000);
        inRange("bodyBytesPerSecondMin", bodyBytesPerSecondMin, 1, 1_000_000_000);
        inRange("writeMillisMax", writeMillisMax, 100, 86_400_000);
        inRange("idleMillisMax", idleMillisMax, 100, 86_400_000);
        inRange("workMillisMax", workMillisMax, 100, 86_400_000);
        inRange("drainMillis", drainMillis, 0, 3_600_000);
        inRange("drainIdleMillis", drainIdleMillis, 0, 3_600_000);
        inRange("workerRequestsMax", workerRequestsMax, 0, Integer.MAX_VALUE);
        inRange("workerAgeSecondsMax", workerAgeSecondsMax, 0, 31_536_000);
    }

    /// The values that a server has when nothing else is said.
    public static Limits defaults() {
        return DEFAULTS;
    }

    /// These limits with another number of connections.
    public Limits withConnectionsMax(int connectionsMax) {
        return with("connectionsMax", connectionsMax);
    }

    /// These limits with another bound on the queue of each worker and stage.
    public Limits withQueueMax(int queueMax) {
        return with("queueMax", queueMax);
    }

    /// These limits with another bound on a request's body.
    public Limits withBodyBytesMax(long bodyBytesMax) {
        return with("bodyBytesMax", bodyBytesMax);
    }

    /// These limits with another time for a drain, rounded down to milliseconds.
    public Limits withDrain(Duration drain) {
        return with("drainMillis", drain.toMillis());
    }

    /// These limits with another value of the field of that name.
    ///
    /// @throws IllegalArgumentException if there is no such field, or its range does not include the value; the message
    ///     names what is valid
    public Limits with(String field, long value) {
        return with(Map.of(field, value));
    }

    /// These limits with other values of the fields of these names; only the result has to be within the ranges.
    ///
    /// @throws IllegalArgumentException if there is no such field, or a range does not include its value; the message names
    ///     what is valid
    public Limits with(Map<String, Long> changes) {
        for (String field : changes.keySet()) {
            if (!names().contains(field)) {
                throw new IllegalArgumentException(
                        "there is no limit '" + field + "'; valid are " + String.join(", ", names()));
            }
        }
        RecordComponent[] fields = Limits.class.getRecordComponents();
        Class<?>[] types = new Class<?>[fields.length];
        Object[] values = new Object[fields.length];
        try {
            for (int i = 0; i < fields.length; i++) {
                types[i] = fields[i].getType();
                Long changed = changes.get(fields[i].getName());
                values[i] = changed == null
                        ? value(fields[i])
                        : types[i] == int.class ? narrow(fields[i].getName(), changed) : changed;
            }
            return Limits.class.getDeclaredConstructor(types).newInstance(values);
        } catch (InvocationTargetException refused) {
            throw new IllegalArgumentException(
                    String.valueOf(Objects.requireNonNull(refused.getCause()).getMessage()), refused);
        } catch (ReflectiveOperationException impossible) {
            throw new LinkageError(impossible.getMessage(), impossible);
        }
    }

    /// Size of a large buffer, the most that a connection holds of what it receives: a head, and behind it the longest body
    /// that stays in memory.
    public int inboundBytesMax() {
        return headBytesMax + bufferBytesMax;
    }

    /// [#workMillisMax] in nanoseconds.
    public long workNanosMax() {
        return workMillisMax * 1_000_000L;
    }

    /// The names of all fields, in their order.
    public static List<String> names() {
        return Arrays.stream(Limits.class.getRecordComponents())
                .map(RecordComponent::getName)
                .toList();
    }

    /// The values that are valid for a field while the others are as they are, in words such as `1 to 65535`.
    public String range(String field) {
        try {
            with(field, Long.MIN_VALUE);
            throw new IllegalStateException(field + " has no least value");
        } catch (IllegalArgumentException refused) {
            String message = String.valueOf(refused.getMessage());
            return message.substring(message.indexOf(VALID) + VALID.length()); // what the check itself says
        }
    }

    /// What a field bounds, and what happens there.
    public static String meaning(String field) {
        for (RecordComponent each : Limits.class.getRecordComponents()) {
            if (each.getName().equals(field)) {
                return Objects.requireNonNull(each.getAnnotation(Meaning.class), field).value().strip().replace('\n',
                        ' ');
            }
        }
        throw new IllegalArgumentException("there is no limit '" + field + "'");
    }

    /// The value of a field.
    public long get(String field) {
        for (RecordComponent each : Limits.class.getRecordComponents()) {
            if (each.getName().equals(field)) {
                return value(each).longValue();
            }
        }
        throw new IllegalArgumentException("there is no limit '" + field + "'");
    }

    private Number value(RecordComponent field) {
        try {
            return (Number) Objects.requireNonNull(field.getAccessor().invoke(this));
        } catch (ReflectiveOperationException impossible) {
            throw new LinkageError(impossible.getMessage(), impossible);
        }
    }

    private Object narrow(String field, long value) {
        if (value > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(field + " is " + value + VALID + range(field));
        }
        return (int) Math.max(value, Integer.MIN_VALUE); // less than any field's least value: its check says so
    }

    private static void inRange(String field, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(field + " is " + value + VALID + least + " to " + most);
        }
    }

    private static void powerOfTwo(String field, int value) {
        if (Integer.bitCount(value) != 1) {
            throw new IllegalArgumentException(field + " is " + value + ": it has to be a power of two, for example "
                    + Integer.highestOneBit(value));
        }
    }
}
