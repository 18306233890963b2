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
/// @param queueMillisTarget how long work may wait in such a queue once the queue has not been empty for
///     `queueMillisInterval`; work that has waited longer is shed when its turn comes. Never less than twice what one request
///     takes on average. 0 to 60,000; 0 sheds nothing for its waiting.
/// @param queueMillisInterval how long a queue may go without being empty, and work may wait in it, before that holds: what
///     a burst gets. 1 to 60,000.
/// @param bufferBytes size of an ordinary buffer: what a typical request or reply fits in. 1 KiB to 1 MiB, a power of 2.
/// @param bufferBytesMax size of a large buffer: what a connection gets when an ordinary one is full, and the most that
///     it ever holds of each direction. `bufferBytes` to 16 MiB, a power of 2.
/// @param requestLineBytesMax longest request line of a protocol that has one (HTTP: 414 beyond it).
/// @param headBytesMax longest header section, request line included (HTTP: 431 beyond it). At most `bufferBytesMax`.
/// @param headFieldsMax most header fields (HTTP: 431 beyond it).
/// @param bodyBytesMax largest request body (HTTP: 413 beyond it, before it is read).
/// @param requestsPerConnectionMax requests answered on one connection; the last answer says that the connection closes, and
///     the client opens another one, which may live elsewhere. 1 to 2,147,483,647.
/// @param formFieldsMax most fields and files of one form (HTTP: 413 beyond it). 1 to 1,000,000.
/// @param formBytesMax bytes that the names and values of one form may take in memory, its files excepted (HTTP: 413 beyond
///     it). 1 to 1 GiB.
/// @param partHeadBytesMax longest header section of one part of a multipart body (HTTP: 413 beyond it). 64 to 64 KiB.
/// @param headMillisMax how long a request's head may take from its first byte on (HTTP: 408 beyond it). This and the other
///     deadlines: 100 to 86,400,000 ms, kept to about a second.
/// @param bodyMillisGrace how long a request's body may be slower than `bodyBytesPerSecondMin` (HTTP: 408 beyond it).
/// @param bodyBytesPerSecondMin how fast a body has to arrive on average once the grace is over. 1 to 1,000,000,000.
/// @param writeMillisMax how long a peer may take nothing of what it is sent; beyond it the connection is reset.
/// @param idleMillisMax how long a connection may be between two requests; beyond it, it is closed. A tenth of it while
///     somebody waits for a connection slot.
/// @param workMillisMax how long the work on one request may take. What happens beyond it depends on the model.
/// @param drainMillis how long a drain waits for requests in flight before it aborts them. 0 to 3,600,000.
public record Limits(
        int connectionsMax,
        int backlog,
        int acceptBatchMax,
        int turnStepsMax,
        int queueMax,
        int queueMillisTarget,
        int queueMillisInterval,
        int bufferBytes,
        int bufferBytesMax,
        int requestLineBytesMax,
        int headBytesMax,
        int headFieldsMax,
        long bodyBytesMax,
        int requestsPerConnectionMax,
        int formFieldsMax,
        int formBytesMax,
        int partHeadBytesMax,
        int headMillisMax,
        int bodyMillisGrace,
        int bodyBytesPerSecondMin,
        int writeMillisMax,
        int idleMillisMax,
        int workMillisMax,
        int drainMillis) {

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
            8 << 10,
            32 << 10,
            100,
            1 << 20,
            1_000_000,
            1_000,
            1 << 20,
            8 << 10,
            10_000,
            5_000,
            500,
            30_000,
            75_000,
            30_000,
            30_000);

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
        inRange("headBytesMax", headBytesMax, 64, bufferBytesMax);
        inRange("requestLineBytesMax", requestLineBytesMax, 16, headBytesMax);
        inRange("headFieldsMax", headFieldsMax, 1, 10_000);
        inRange("bodyBytesMax", bodyBytesMax, 0, Long.MAX_VALUE);
        inRange("requestsPerConnectionMax", requestsPerConnectionMax, 1, Integer.MAX_VALUE);
        inRange("formFieldsMax", formFieldsMax, 1, 1_000_000);
        inRange("formBytesMax", formBytesMax, 1, 1 << 30);
        inRange("partHeadBytesMax", partHeadBytesMax, 64, 64 << 10);
        inRange("headMillisMax", headMillisMax, 100, 86_400_000);
        inRange("bodyMillisGrace", bodyMillisGrace, 100, 86_400_000);
        inRange("bodyBytesPerSecondMin", bodyBytesPerSecondMin, 1, 1_000_000_000);
        inRange("writeMillisMax", writeMillisMax, 100, 86_400_000);
        inRange("idleMillisMax", idleMillisMax, 100, 86_400_000);
        inRange("workMillisMax", workMillisMax, 100, 86_400_000);
        inRange("drainMillis", drainMillis, 0, 3_600_000);
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
                        ? fields[i].getAccessor().invoke(this)
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

    private static Object narrow(String field, long value) {
        if (value != (int) value) {
            throw new IllegalArgumentException(field + " is " + value + ": that is more than any valid value");
        }
        return (int) value;
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
