package dev.partita.http;

import dev.partita.connection.Buffer;
import dev.partita.connection.Timeline;
import dev.partita.limits.Counters;
import dev.partita.limits.Limits;
import dev.partita.loop.LineLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/// A line for each request, when its reply has left: whatever became of it, refused and given up ones too.
///
///     try (AccessLog log = AccessLog.to(Path.of("access.log"), AccessLog.Format.COMBINED, Limits.defaults());
///             Running server = Server.of(Http.serving(handler).observing(log)).listen(8080).run(new Symped())) { ...
///
/// A request pays for the line's text, and for a new connection's address; it never waits for a disk. What finds no room in
/// [Limits#accessLogBytesMax], or cannot be written, is dropped and counted. One log may serve several servers; close it
/// behind them.
public final class AccessLog implements HttpObserver, AutoCloseable {
    /// How a line looks. In both, times are microseconds; `bytes` is all that was sent for the request, the combined format's
    /// own number and `bodyBytes` are without the head. Bytes are those that the system took; of a reply that leaves together
    /// with later ones (pipelining), those that are about to.
    ///
    /// A status is what was sent; 499 if the client went away before anything was, and none (`-`, null) if this side gave up.
    /// The date is when the reply had left, to the second.
    public enum Format {
        /// That of Apache and nginx, with further fields behind it, and the word `aborted` behind a reply that was given up:
        ///
        ///     127.0.0.1 - - [24/Nov/2026:03:22:49 +0000] "GET / HTTP/1.1" 200 13 "-" "curl/8.5" bytes=145 us=153
        ///     accept=31 lag=2 queue=0 work=8 write=9
        ///
        /// in one line. A byte that is not printable ASCII, a quote or a backslash is written as `\xNN`.
        COMBINED,
        /// One object a line. Text is given as the bytes that were sent, each a character up to U+00FF; one that is not
        /// printable ASCII, a quote or a backslash is written as JSON's escape with four hexadecimal digits.
        JSON
    }

    /// Of the request line and of each header; what is longer is cut there.
    private static final int FIELD_BYTES_MAX = 4 << 10;
    /// What a line has besides what a client sent: names, date, numbers of at most 19 digits.
    private static final int FIXED_BYTES_MAX = 640;
    private static final int CLIENT_CLOSED_REQUEST = 499;
    private static final int NO_STATUS = 0;
    private static final long NANOS_PER_MICRO = 1_000;

    /// What stands in front of each field, and at the end.
    private static final class Mark {
        static final Mark REMOTE = new Mark("", "{\"remote\":\"");
        static final Mark TIME = new Mark(" - - [", "\",\"time\":\"");
        static final Mark REQUEST = new Mark("] \"", "\",\"request\":\"");
        static final Mark STATUS = new Mark("\" ", "\",\"status\":");
        static final Mark BODY_BYTES = new Mark(" ", ",\"bodyBytes\":");
        static final Mark REFERER = new Mark(" ", ",\"referer\":");
        static final Mark USER_AGENT = new Mark(" ", ",\"userAgent\":");
        static final Mark BYTES = new Mark(" bytes=", ",\"bytes\":");
        static final Mark DURATION = new Mark(" us=", ",\"durationMicros\":");
        static final Mark ACCEPT_WAIT = new Mark(" accept=", ",\"acceptWaitMicros\":");
        static final Mark LOOP_LAG = new Mark(" lag=", ",\"loopLagMicros\":");
        static final Mark QUEUE_WAIT = new Mark(" queue=", ",\"queueWaitMicros\":");
        static final Mark WORK = new Mark(" work=", ",\"workMicros\":");
        static final Mark WRITE_WAIT = new Mark(" write=", ",\"writeWaitMicros\":");
        static final Mark WHOLE = new Mark("\n", ",\"aborted\":false}\n");
        static final Mark ABORTED = new Mark(" aborted\n", ",\"aborted\":true}\n");
        static final Mark NO_STATUS = new Mark("-", "null");
        static final Mark NO_FIELD = new Mark("\"-\"", "null");

        private final byte[] combined;
        private final byte[] json;

        Mark(String combined, String json) {
            this.combined = text(combined);
            this.json = text(json);
        }

        int put(byte[] into, int at, boolean json) {
            return LogText.put(into, at, json ? this.json : combined);
        }
    }

    private final LineLog lines;
    private final boolean json;
    private final DateTimeFormatter dates;
    private volatile byte[] date = {};

    private AccessLog(LineLog lines, Format format) {
        this.lines = lines;
        json = format == Format.JSON;
        dates = DateTimeFormatter.ofPattern(json ? "yyyy-MM-dd'T'HH:mm:ssxxx" : "dd/MMM/yyyy:HH:mm:ss xx", Locale.ROOT)
                .withZone(ZoneId.systemDefault());
        tick(System.currentTimeMillis() / 1_000);
    }

    /// Appends to a file, which is made if it is not there.
    ///
    /// @param limits of the server: how many bytes of lines may wait
    /// @param options further ones for opening it, now and later, such as [LinkOption#NOFOLLOW_LINKS][java.nio.file.LinkOption]
    /// @throws IOException if the file cannot be written
    public static AccessLog to(Path file, Format format, Limits limits, OpenOption... options) throws IOException {
        return new AccessLog(LineLog.to(file, "access-log", limits.accessLogBytesMax(), options), format);
    }

    /// Writes to standard output. As [#to].
    public static AccessLog toStandardOutput(Format format, Limits limits) {
        return new AccessLog(LineLog.toStandardOutput("access-log", limits.accessLogBytesMax()), format);
    }

    /// Goes on in a new file of the same name, after a rotation has renamed the old one.
    public void reopen() {
        lines.reopen();
    }

    @Override
    public List<Counters> counters() {
        return List.of(lines.counters());
    }

    /// Writes what is still to be written, for at most two seconds, and closes the file.
    @Override
    public void close() {
        lines.close();
    }

    @Override
    public void tick(long epochSecond) {
        date = text(dates.format(Instant.ofEpochSecond(epochSecond)));
    }

    // One long method for the compiler's sake too: so it is not inlined into the loop, where the system calls are free of garbage
    // only as long as all that surrounds them is not too much to see through.
    @Override
    public void onReply(Request request, Response response, Timeline times) {
        Buffer in = request.in();
        int line = Math.min(request.lineEnd(), FIELD_BYTES_MAX);
        long referer = request.field("referer");
        long agent = request.field("user-agent");
        int claimed = FIXED_BYTES_MAX + LogText.length(in, 0, line, json) + length(in, referer) + length(in, agent);
        int start = lines.claim(claimed);
        if (start == LineLog.FULL) {
            return;
        }
        byte[] into = lines.bytes();
        int at = start;
        try {
            at = LogText.put(into, Mark.REMOTE.put(into, at, json), request.remoteText());
            at = LogText.put(into, Mark.TIME.put(into, at, json), date);
            at = LogText.put(into, Mark.REQUEST.put(into, at, json), in, 0, line, json);
            at = putStatus(into, Mark.STATUS.put(into, at, json), status(request, response, times));
            long bodyBytes = Math.max(0, times.bytes() - response.headBytes());
            at = LogText.put(into, Mark.BODY_BYTES.put(into, at, json), bodyBytes);
            at = putField(into, Mark.REFERER.put(into, at, json), in, referer);
            at = putField(into, Mark.USER_AGENT.put(into, at, json), in, agent);
            at = LogText.put(into, Mark.BYTES.put(into, at, json), times.bytes());
            at = LogText.put(into, Mark.DURATION.put(into, at, json), times.durationNanos() / NANOS_PER_MICRO);
            at = LogText.put(into, Mark.ACCEPT_WAIT.put(into, at, json), times.acceptWaitNanos() / NANOS_PER_MICRO);
            at = LogText.put(into, Mark.LOOP_LAG.put(into, at, json), times.loopLagNanos() / NANOS_PER_MICRO);
            at = LogText.put(into, Mark.QUEUE_WAIT.put(into, at, json), times.queueWaitNanos() / NANOS_PER_MICRO);
            at = LogText.put(into, Mark.WORK.put(into, at, json), times.workNanos() / NANOS_PER_MICRO);
            at = LogText.put(into, Mark.WRITE_WAIT.put(into, at, json), times.writeWaitNanos() / NANOS_PER_MICRO);
            at = (times.isWhole() ? Mark.WHOLE : Mark.ABORTED).put(into, at, json);
        } catch (RuntimeException bug) {
            at = start; // no line; those behind it wait for this one all the same
            throw bug;
        } finally {
            lines.commit(start, claimed, at - start);
        }
    }

    private int putStatus(byte[] into, int at, int status) {
        return status == NO_STATUS ? Mark.NO_STATUS.put(into, at, json) : LogText.put(into, at, status);
    }

    private int putField(byte[] into, int start, Buffer in, long field) {
        if (field == Fields.NONE) {
            return Mark.NO_FIELD.put(into, start, json);
        }
        int at = start;
        into[at++] = '"';
        at = LogText.put(into, at, in, Fields.start(field), stop(field), json);
        into[at++] = '"';
        return at;
    }

    private static int status(Request request, Response response, Timeline times) {
        if (response.isSent(times)) {
            return response.status();
        }
        return request.connection().hasEnded() ? CLIENT_CLOSED_REQUEST : NO_STATUS;
    }

    private int length(Buffer in, long field) {
        return field == Fields.NONE ? 0 : LogText.length(in, Fields.start(field), stop(field), json);
    }

    private static int stop(long field) {
        return Math.min(Fields.stop(field), Fields.start(field) + FIELD_BYTES_MAX);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
