package dev.partita.http;

import dev.partita.connection.Buffer;
import dev.partita.connection.Connection;
import dev.partita.connection.FileTree;
import dev.partita.connection.OpenFile;
import dev.partita.connection.Outbound;
import dev.partita.connection.Producer;
import dev.partita.connection.Protocol;
import dev.partita.connection.Symlinks;
import dev.partita.connection.Timeline;
import dev.partita.http.syntax.HttpDate;
import dev.partita.http.syntax.MediaTypes;
import dev.partita.limits.Failures;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The reply to one request, for as long as its handler runs: status and headers first, then once one of [#text], [#json],
/// [#bytes], [#body], [#file], [#stream], [#empty] or [#later]. It is the connection's own and used again for the next one.
///
/// The head is written where it will be sent from. Nothing is sent before the handler returns, so an exception from it can
/// still become a 500. For HEAD the same calls give the same head and nothing else.
///
/// Content-Length, Transfer-Encoding, Connection and Date are the server's business and cannot be set.
public final class Response {
    private static final byte[] CONTENT_TYPE = bytes("Content-Type: ");
    private static final byte[] CONTENT_LENGTH = bytes("Content-Length: ");
    private static final byte[] CHUNKED = bytes("Transfer-Encoding: chunked");
    private static final byte[] CLOSE = bytes("Connection: close\r\n\r\n");
    private static final byte[] SWITCHING = bytes("HTTP/1.1 101 Switching Protocols\r\n");
    private static final int SWITCHING_STATUS = 101;
    private static final byte[] UPGRADE = bytes("Connection: Upgrade\r\nUpgrade: ");
    private static final byte[] KEEP_ALIVE = bytes("Connection: keep-alive\r\n\r\n");
    /// What the fields that the server adds itself take at most, status line included.
    private static final int OWN_BYTES_MAX = 320;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    /// A text up to here is put as it is; a longer one is worth an array.
    private static final int SHORT_TEXT = 256;

    private final Connection connection;
    private final Http http;
    private final RequestHead head;
    private final Outbound outbound;
    /// Where this reply is written: outbound's bytes, or a buffer of its own until outbound is empty.
    private Buffer out;
    /// Where this reply begins in it.
    private int mark;
    private int status = 200;
    /// A handler may use this: a pass of its work has begun, and the request is not over.
    private boolean open;
    /// The status line is written.
    private boolean begun;
    private boolean replied;
    private boolean last;
    /// How long the head is, and what was sent ahead of it (100 Continue).
    private int headBytes;
    private int interimBytes;
    private @Nullable String contentType;
    /// What follows the bytes: the request's [Body], a `byte[]`, an [OpenFile] or a [Producer], and which part of the array or
    /// file.
    private @Nullable Object source;
    private long sourcePosition;
    private long sourceLength;
    /// Outbound sends the request's body from where it has arrived.
    private boolean givesBack;
    private @Nullable Later later;
    private @Nullable Protocol successor;

    Response(Connection connection, Http http, RequestHead head) {
        this.connection = connection;
        this.http = http;
        this.head = head;
        outbound = connection.outbound();
        out = outbound.bytes();
    }

    // Status and headers.

    /// Sets the status, 200 unless said otherwise; 200 to 599.
    public Response status(int status) {
        requireNotReplied();
        if (!StatusLine.isFinal(status)) {
            throw new IllegalArgumentException("status " + status + ": a reply has one from 200 to 599");
        }
        if (begun && status != this.status) {
            replaceStatusLine(StatusLine.of(this.status).length, StatusLine.of(status));
        }
        this.status = status;
        return this;
    }

    /// Adds a header field. Several of the same name are sent in this order.
    ///
    /// @throws IllegalArgumentException if the name is no token or one of the server's own, or the value has a character that
    ///     would end the line, or one above U+00FF
    /// @throws IllegalStateException if the head becomes larger than a buffer
    public Response header(String name, String value) {
        requireNotReplied();
        HeaderRules.checkName(name);
        if (name.equalsIgnoreCase("content-type")) {
            return contentType(value);
        }
        HeaderRules.checkValue(name, value);
        reserve(name.length() + value.length() + 4);
        begin();
        out.putLatin1(name);
        out.put((byte) ':');
        out.put((byte) ' ');
        out.putLatin1(value);
        out.put((byte) '\r');
        out.put((byte) '\n');
        return this;
    }

    /// Adds a header field with a number.
    public Response header(String name, long value) {
        return header(name, Long.toString(value));
    }

    /// Adds a header field with a date, rounded down to seconds (RFC 9110 section 5.6.7).
    public Response header(String name, Instant value) {
        return header(name, HttpDate.text(value.getEpochSecond()));
    }

    /// Sets a cookie.
    ///
    /// @throws IllegalArgumentException if browsers would not keep it; the message says why
    public Response cookie(Cookie cookie) {
        return header("Set-Cookie", cookie.field());
    }

    /// Sets the media type that [#text], [#json] or [#body] would otherwise choose.
    ///
    /// @throws IllegalArgumentException as [#header]
    public Response contentType(String contentType) {
        requireNotReplied();
        HeaderRules.checkValue("Content-Type", contentType);
        this.contentType = contentType;
        return this;
    }

    /// Ends the connection once this reply has been sent, and says so in it.
    public Response close() {
        requireNotReplied();
        last = true;
        return this;
    }

    /// True if at least the start of it has been sent, or is about to be, when an [HttpObserver] is told.
    public boolean isSent(Timeline times) {
        return replied && times.bytes() > interimBytes;
    }

    /// The status as it was set so far.
    public int status() {
        return status;
    }

    /// True once there is a reply: nothing can be added to it. False for one that was put off.
    public boolean isReplied() {
        return replied;
    }

    /// Takes status, headers and reply back, so that there can be another one. Nothing has been sent before the handler
    /// returns.
    public void reset() {
        requireOpen();
        takeBack();
    }

    /// [#reset] by the session, which is about to reply.
    void takeBack() {
        Buffer bytes = outbound.bytes();
        if (out == bytes) {
            bytes.truncate(mark);
        }
        int interim = interimBytes;
        clear();
        interimBytes = interim;
        mark = bytes.length();
        open = true;
    }

    // Replies.

    /// Replies with a text: `text/plain`, in UTF-8.
    public void text(String text) {
        text(text, ContentType.TEXT, ContentType.TEXT_UTF_8);
    }

    /// Replies with JSON that is text already.
    public void json(String json) {
        text(json, ContentType.JSON, ContentType.JSON);
    }

    /// Replies with JSON in UTF-8. As [#bytes].
    public void json(byte[] json) {
        measured(ContentType.JSON, null, json.length);
        payload(json);
    }

    /// Replies with bytes. The array must not change until they have been sent, which may be long after this call.
    public void bytes(String contentType, byte[] bytes) {
        HeaderRules.checkValue("Content-Type", contentType);
        measured(ContentType.BYTES, contentType, bytes.length);
        payload(bytes);
    }

    /// Replies with the request's own body, as it was received.
    public void body(Body body) {
        measured(ContentType.BYTES, null, body.length());
        if (hasNoBody() || body.length() == 0) {
            return;
        }
        if (!body.isInMemory()) {
            source = new MeasuredProducer(body.producer(), body.length());
        } else if (body.length() <= out.room()) {
            body.putTo(out);
        } else {
            source = body; // sent from where it has arrived
        }
    }

    /// Replies with a whole file, without copying it where the transport can. The file now belongs to this response, which
    /// closes it when it was sent or will not be, also if this call fails.
    public void file(String contentType, OpenFile file) {
        try {
            HeaderRules.checkValue("Content-Type", contentType);
            measured(ContentType.BYTES, contentType, file.bytes());
        } catch (RuntimeException failure) {
            file.close();
            throw failure;
        }
        if (hasNoBody() || file.bytes() == 0) {
            file.close();
        } else {
            source = file;
            sourcePosition = 0;
            sourceLength = file.bytes();
        }
    }

    /// Replies with a whole file that this handler has chosen: its media type by its name, unless [#contentType] says it, its
    /// length and Last-Modified. Links are followed. Opening it may block.
    ///
    /// A path that comes from the client is a matter for [StaticFiles].
    ///
    /// @throws NoSuchFileException if there is no such file, or it is a folder or something else that cannot be sent
    /// @throws IOException if the system refuses
    public void file(Path path) throws IOException {
        requireNotReplied();
        Path folder = path.toAbsolutePath().getParent();
        Path name = path.getFileName();
        if (folder == null || name == null) {
            throw new NoSuchFileException(path.toString());
        }
        OpenFile file;
        try (FileTree tree = connection.files(folder, Symlinks.ALWAYS)) {
            file = tree.open(name.toString());
        }
        if (file == null || file.isDirectory()) {
            if (file != null) {
                file.close();
            }
            throw new NoSuchFileException(path.toString());
        }
        try {
            header("Last-Modified", Instant.ofEpochSecond(Math.floorDiv(file.modifiedNanos(), NANOS_PER_SECOND)));
        } catch (RuntimeException noRoom) {
            file.close();
            throw noRoom;
        }
        file(contentType != null ? contentType : MediaTypes.of(name.toString()), file);
    }

    /// Replies with what a producer makes while it is sent. A call of the producer may block only if the handler may.
    ///
    /// @param length how many bytes that will be, or -1 if nobody knows: then it is sent chunked, or to an HTTP/1.0 client
    ///     until the connection closes. A producer that gives more or fewer bytes than `length`, or throws, ends the
    ///     connection, so that the client notices. Whatever happens, it is [closed][Producer#close] in the end.
    public void stream(String contentType, long length, Producer producer) {
        try {
            requireNotReplied();
            HeaderRules.checkValue("Content-Type", contentType);
        } catch (RuntimeException failure) {
            close(producer);
            throw failure;
        }
        source = producer;
        if (length >= 0) {
            measured(ContentType.BYTES, contentType, length);
            if (length > 0 && !hasNoBody()) {
                source = new MeasuredProducer(producer, length);
            } else {
                dropSource();
            }
            return;
        }
        boolean chunked = !head.isHttp10();
        last |= !chunked;
        unmeasured(contentType, chunked);
        if (hasNoBody()) {
            dropSource();
            return;
        }
        source = chunked ? new ChunkedProducer(producer) : producer;
        if (chunked && out == outbound.bytes() && mark != 0) {
            moveAside(); // where the chunks end must not depend on how many replies happen to be in front of this one
        }
    }

    /// Replies with what a stream gives while it is sent. Reading it may block, so the handler has to be one that may. It is
    /// closed in the end.
    ///
    /// @param length as with a producer
    public void stream(String contentType, long length, InputStream in) {
        stream(contentType, length, new StreamProducer(in));
    }

    /// Replies without a body.
    public void empty() {
        requireNotReplied();
        reserve(0);
        begin();
        if (!StatusLine.isBodiless(status)) {
            out.put(CONTENT_LENGTH);
            out.put((byte) '0');
            end();
        } else {
            endAfterLine();
        }
    }

    /// Replies with a status and the page that the server has for it: its name, unless there are other [ErrorPages].
    public void answer(int status) {
        status(status);
        page(http.pages().page(status));
    }

    /// Replies with a status and the page that the server has for it, with a sentence for the client.
    void answer(int status, String sentence) {
        status(status);
        page(sentence.isEmpty() ? http.pages().page(status) : http.pages().page(status, sentence));
    }

    private void page(PreparedPages.Page page) {
        measured(ContentType.BYTES, page.contentType(), page.body().length);
        payload(page.body());
    }

    /// Sends the client elsewhere: 303 to see the result of what it has sent, 302, 307 or 308 to ask again there.
    ///
    /// @param location an absolute address, or one relative to that of the request
    public void redirect(int status, String location) {
        status(status).header("Location", location).answer(status);
    }

    /// Puts the reply off: another thread will bring it. The handler then returns without a reply; the request stays valid until
    /// the reply is there.
    public Later later() {
        requireNotReplied();
        if (begun && out == outbound.bytes()) {
            moveAside(); // what is in front of this reply is sent meanwhile
        }
        var later = new Later(connection);
        this.later = later;
        return later;
    }

    /// Replies that the connection goes on in another protocol (101, RFC 9110 section 7.8), such as one that the client has
    /// [offered][Request#offersUpgrade]. What it sends behind this request is that protocol's. The new session does all the
    /// work as the first stage's, and no [Protocol#lateReply] is sent for it; of `protocol` nothing but [Protocol#open] is asked.
    ///
    /// @param name as the client has offered it; other fields, such as Sec-WebSocket-Accept, are set before
    /// @throws IllegalStateException if the client has not offered it. A handler that has left the request's body unread fails
    ///     when it returns: 500
    public void upgrade(String name, Protocol protocol) {
        requireNotReplied();
        HeaderRules.checkValue("Upgrade", name);
        if (!Upgrades.isOffered(head, connection.inbound(), name)) {
            throw new IllegalStateException("the client has not offered to go on with " + name
                    + "; whether it has is told by request.offersUpgrade");
        }
        reserve(name.length());
        if (begun) {
            replaceStatusLine(StatusLine.of(status).length, SWITCHING);
        } else {
            out.put(SWITCHING);
        }
        begun = true;
        status = SWITCHING_STATUS;
        out.put(UPGRADE);
        out.putLatin1(name);
        out.put(http.date());
        headBytes = out.length() - mark;
        successor = protocol;
        replied = true;
    }

    // For what was prepared beforehand.

    /// Adds header fields that were written before, Content-Type among them: whole lines.
    Response lines(byte[] lines) {
        requireNotReplied();
        reserve(lines.length);
        begin();
        out.put(lines);
        return this;
    }

    /// Replies with a part of an array, behind [#lines]. As [#bytes].
    void part(byte[] bytes, int position, int length) {
        length(length);
        if (hasNoBody() || length == 0) {
            return;
        }
        if (length <= out.room()) {
            out.put(bytes, position, length);
        } else {
            source = bytes;
            sourcePosition = position;
            sourceLength = length;
        }
    }

    /// Replies with a part of a file, behind [#lines]. As [#file].
    void part(OpenFile file, long position, long length) {
        try {
            length(length);
        } catch (RuntimeException failure) {
            file.close();
            throw failure;
        }
        if (hasNoBody() || length == 0) {
            file.close();
        } else {
            source = file;
            sourcePosition = position;
            sourceLength = length;
        }
    }

    private void length(long length) {
        requireNotReplied();
        reserve(0);
        begin();
        out.put(CONTENT_LENGTH);
        out.putDecimal(length);
        end();
    }

    // The head.

    private void text(String text, ContentType ascii, ContentType other) {
        int length = text.length();
        if (length <= SHORT_TEXT && isAscii(text)) {
            measured(ascii, null, length);
            if (!hasNoBody()) {
                if (length <= out.room()) {
                    out.putLatin1(text);
                } else {
                    payload(text.getBytes(StandardCharsets.ISO_8859_1));
                }
            }
            return;
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        measured(utf8.length == length ? ascii : other, null, utf8.length);
        payload(utf8);
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0x7F) {
                return false;
            }
        }
        return true;
    }

    /// Writes the head of a reply whose length is known.
    private void measured(ContentType type, @Nullable String otherType, long length) {
        requireNotReplied();
        if (begun || status != 200 || contentType != null || otherType != null) {
            measuredInPieces(type, otherType, length);
            return;
        }
        out.put(type.begin());
        out.putDecimal(length);
        end();
    }

    private void measuredInPieces(ContentType type, @Nullable String otherType, long length) {
        if (StatusLine.isBodiless(status)) {
            reserve(0);
            begin();
            endAfterLine();
            return;
        }
        putContentType(type, otherType);
        out.put(CONTENT_LENGTH);
        out.putDecimal(length);
        end();
    }

    private void unmeasured(String otherType, boolean chunked) {
        requireNotReplied();
        putContentType(ContentType.BYTES, otherType);
        if (StatusLine.isBodiless(status) || !chunked) {
            endAfterLine();
        } else {
            out.put(CHUNKED);
            end();
        }
    }

    private void putContentType(ContentType type, @Nullable String otherType) {
        String chosen = otherType != null ? otherType : contentType;
        reserve(chosen == null ? 0 : chosen.length());
        begin();
        if (chosen == null) {
            out.put(type.field());
        } else {
            out.put(CONTENT_TYPE);
            out.putLatin1(chosen);
            out.put((byte) '\r');
            out.put((byte) '\n');
        }
    }

    private void begin() {
        if (!begun) {
            begun = true;
            out.put(StatusLine.of(status));
        }
    }

    /// Ends a head whose last line has no CR LF yet.
    private void end() {
        byte[] date = http.date();
        if (!last && head.isPersistent() && !head.isHttp10() && !isLastOfDrain()) {
            out.put(date);
        } else {
            out.put(date, 0, date.length - 2);
            putConnection();
        }
        headBytes = out.length() - mark;
        replied = true;
    }

    private void endAfterLine() {
        out.truncate(out.length() - 2);
        end();
    }

    /// Whether the server ends and this is the last reply here: not while another request has arrived behind this one.
    private boolean isLastOfDrain() {
        return connection.isDraining()
                && (head.hasBody() || connection.inbound().length() <= head.end() || connection.isLastCall());
    }

    private void putConnection() {
        last |= !head.isPersistent() || isLastOfDrain();
        out.put(last ? CLOSE : KEEP_ALIVE);
    }

    private void payload(byte[] bytes) {
        if (hasNoBody() || bytes.length == 0) {
            return;
        }
        if (bytes.length <= out.room()) {
            out.put(bytes);
        } else {
            source = bytes;
            sourcePosition = 0;
            sourceLength = bytes.length;
        }
    }

    private boolean hasNoBody() {
        return head.method() == Method.HEAD || StatusLine.isBodiless(status);
    }

    private void replaceStatusLine(int old, byte[] line) {
        int rest = out.length() - mark - old;
        int grows = line.length - old;
        if (grows > 0) {
            reserve(grows);
            out.put(line, 0, grows);
        }
        out.move(mark + old, mark + line.length, rest);
        out.truncate(mark + line.length + rest);
        for (int i = 0; i < line.length; i++) {
            out.set(mark + i, line[i]);
        }
    }

    /// Makes sure of room for so many bytes and for what the server adds. Without such a call there is room for the latter.
    private void reserve(int bytes) {
        if (out.room() >= bytes + OWN_BYTES_MAX) {
            return;
        }
        if (out != outbound.bytes() || mark == 0
                || connection.limits().bufferBytes() - (out.length() - mark) < bytes + OWN_BYTES_MAX) {
            throw new IllegalStateException("the head of a reply does not fit into a buffer of "
                    + connection.limits().bufferBytes() + " bytes");
        }
        moveAside();
    }

    /// Goes on in a buffer of its own, because earlier replies take the room or have to be sent first.
    private void moveAside() {
        Buffer aside = http.buffer(connection.limits().bufferBytes());
        aside.put(out, mark, out.length() - mark);
        out.truncate(mark);
        out = aside;
        mark = 0;
    }

    private void requireNotReplied() {
        requireOpen();
        if (replied || later != null) {
            throw new IllegalStateException("there is a reply to this request already");
        }
    }

    /// Whoever keeps a response and uses it when its handler has returned would write into the reply to another request, and
    /// perhaps another client. This is no lock: it finds mistakes, and does not make a response safe for other threads.
    private void requireOpen() {
        if (!open) {
            throw new IllegalStateException("the request of this response is over, or has not come to its handler yet; "
                    + "who replies later asks for response.later()");
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    // For the session.

    /// Called before each pass of work.
    void beginPass() {
        open = true;
        if (!begun) {
            mark = out.length();
        }
    }

    boolean isBegun() {
        return begun;
    }

    /// Says that the server's late reply was the answer.
    void answeredLate() {
        replied = true;
        status = Http.LATE_STATUS;
        headBytes = http.lateReply().length; // it has no body
    }

    /// Says that so many bytes of an interim response have been put in front of this one.
    void interim(int bytes) {
        interimBytes += bytes;
    }

    /// How many of the bytes that were sent for this reply are no part of its body.
    int headBytes() {
        return headBytes + interimBytes;
    }

    /// True once the reply says that the connection closes.
    boolean isLast() {
        return last;
    }

    /// What the connection goes on with when this reply is complete; null for HTTP.
    @Nullable Protocol successor() {
        return successor;
    }

    /// True if the request has to stay where it is until the reply has left.
    boolean givesBack() {
        return givesBack;
    }

    @Nullable Later putOff() {
        return later;
    }

    /// The reply that was put off is written now.
    void resume() {
        later = null;
    }

    /// Gives outbound what it does not have yet.
    ///
    /// @return false if it has to be drained first: call again
    boolean place() {
        Buffer bytes = outbound.bytes();
        if (out != bytes) {
            if (!outbound.isDrained()) {
                return false;
            }
            bytes.put(out, 0, out.length());
            comeBack();
        }
        Object follows = source;
        if (follows != null) {
            source = null;
            follow(follows);
        }
        return true;
    }

    private void follow(Object follows) {
        switch (follows) {
            case Body body -> {
                body.follow(outbound);
                givesBack = true;
            }
            case byte[] array -> outbound.follow(array, (int) sourcePosition, (int) sourceLength);
            case OpenFile file -> outbound.follow(file, sourcePosition, sourceLength);
            case Producer producer -> outbound.follow(producer);
            default -> throw new IllegalStateException("cannot send " + follows.getClass());
        }
    }

    private void comeBack() {
        if (out != outbound.bytes()) {
            http.giveBack(out);
            out = outbound.bytes();
        }
    }

    /// Lets go of everything that belongs to one reply, for the next one.
    void clear() {
        comeBack();
        open = false;
        status = 200;
        begun = false;
        replied = false;
        last = false;
        headBytes = 0;
        interimBytes = 0;
        contentType = null;
        later = null;
        successor = null;
        givesBack = false;
        if (source != null) {
            dropSource();
        }
    }

    /// Closes what would have followed and will not.
    private void dropSource() {
        Object dropped = source;
        source = null;
        if (dropped instanceof OpenFile file) {
            file.close();
        } else if (dropped instanceof Producer producer) {
            close(producer);
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
}
