package dev.partita.http;

import dev.partita.connection.Buffer;
import dev.partita.connection.Connection;
import dev.partita.connection.FileTree;
import dev.partita.connection.OpenFile;
import dev.partita.connection.Producer;
import dev.partita.connection.Protocol;
import dev.partita.connection.Symlinks;
import dev.partita.connection.Timeline;
import dev.partita.http.syntax.HttpDate;
import dev.partita.http.syntax.MediaTypes;
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
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    /// A text up to here is put as it is; a longer one is worth an array.
    private static final int SHORT_TEXT = 256;

    private Connection connection;
    private final Http http;
    private final RequestHead request;
    private final ResponseHead head;
    /// What follows the bytes; made for the first reply that needs one, since many connections never do.
    private @Nullable Payload payload;
    private @Nullable Later later;
    private @Nullable Protocol successor;
    /// How many bytes were sent ahead of the head (100 Continue).
    private int interimBytes;
    /// A handler may use this: a pass of its work has begun, and the request is not over.
    private boolean open;
    private boolean replied;
    /// Outbound sends the request's body from where it has arrived.
    private boolean givesBack;
    /// A producer reads the request's body from its file.
    private boolean readsSpool;

    Response(Connection connection, Http http, RequestHead request, Persistence persistence) {
        this.connection = connection;
        this.http = http;
        this.request = request;
        head = new ResponseHead(connection, http, persistence);
    }

    void moveTo(Connection other) {
        connection = other;
        head.moveTo(other);
    }

    // Status and headers.

    /// Sets the status, 200 unless said otherwise; 200 to 599.
    public Response status(int status) {
        requireNotReplied();
        if (!StatusLine.isFinal(status)) {
            throw new IllegalArgumentException("status " + status + ": a reply has one from 200 to 599");
        }
        head.status(status);
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
        head.field(name, value);
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
        head.contentType(contentType);
        return this;
    }

    /// Ends the connection once this reply has been sent, and says so in it.
    public Response closeConnection() {
        requireNotReplied();
        head.close();
        return this;
    }

    /// True if at least the start of it has been sent, or is about to be, when an [HttpObserver] is told.
    public boolean isSent(Timeline times) {
        return replied && times.bytes() > interimBytes;
    }

    /// The status as it was set so far.
    public int status() {
        return head.status();
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
        int interim = interimBytes;
        head.takeBack();
        clear();
        interimBytes = interim;
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

    /// Replies with the request's own body, as it was received. What of it is in a file is read by passes of work that may block,
    /// whatever the handler may do.
    public void body(Body body) {
        measured(ContentType.BYTES, null, body.length());
        if (hasNoBody() || body.length() == 0) {
            return;
        }
        if (!body.isInMemory()) {
            payload().set(new MeasuredProducer(body.producer(), body.length()));
            readsSpool = true;
        } else if (body.length() <= head.out().room()) {
            body.putTo(head.out());
        } else {
            payload().set(body);
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
            payload().set(file, 0, file.bytes());
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
        String chosen = head.contentType();
        file(chosen != null ? chosen : MediaTypes.of(name.toString()), file);
    }

    /// Replies with what a producer makes while it is sent. A call of the producer may block only if the handler may: then it
    /// is made by a pass of work that may block, also if the reply was put off ([#later]).
    ///
    /// @param length how many bytes that will be, or -1 if nobody knows: then it is sent chunked, or to an HTTP/1.0 client
    ///     until the connection closes. A producer that gives more or fewer bytes than `length`, or throws, ends the
    ///     connection, so that the client notices. Whatever happens, it is [closed][Producer#close] in the end.
    public void stream(String contentType, long length, Producer producer) {
        try {
            requireNotReplied();
            HeaderRules.checkValue("Content-Type", contentType);
        } catch (RuntimeException failure) {
            Payload.close(producer);
            throw failure;
        }
        Payload follows = payload();
        follows.set(producer);
        if (length >= 0) {
            measured(ContentType.BYTES, contentType, length);
            if (length > 0 && !hasNoBody()) {
                follows.set(new MeasuredProducer(producer, length));
            } else {
                follows.drop();
            }
            return;
        }
        boolean chunked = !request.isHttp10();
        if (!chunked) {
            head.close();
        }
        head.endUnmeasured(contentType, chunked);
        replied = true;
        if (hasNoBody()) {
            follows.drop();
            return;
        }
        if (chunked) {
            follows.set(new ChunkedProducer(producer));
            if (head.isBehindOthers()) {
                head.moveAside(); // where the chunks end must not depend on how many replies happen to be in front of this one
            }
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
        head.endEmpty();
        replied = true;
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

    /// Puts the reply off: another thread will bring it. The handler then returns without a reply. Request and response are not
    /// for that thread: take from the request what it needs before returning. They are valid again in [Reply#write].
    public Later later() {
        requireNotReplied();
        if (head.isBegun()) {
            head.moveAside(); // what is in front of this reply is sent meanwhile
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
        if (!Upgrades.isOffered(request, connection.inbound(), name)) {
            throw new IllegalStateException("the client has not offered to go on with " + name
                    + "; whether it has is told by request.offersUpgrade");
        }
        head.endSwitching(name);
        successor = protocol;
        replied = true;
    }

    // For what was prepared beforehand.

    /// Adds header fields that were written before, Content-Type among them: whole lines.
    Response lines(byte[] lines) {
        requireNotReplied();
        head.lines(lines);
        return this;
    }

    /// Replies with a part of an array, behind [#lines]. As [#bytes].
    void part(byte[] bytes, int position, int length) {
        prepared(length);
        if (!hasNoBody()) {
            payload(bytes, position, length);
        }
    }

    /// Replies with a part of a file, behind [#lines]. As [#file].
    void part(OpenFile file, long position, long length) {
        try {
            prepared(length);
        } catch (RuntimeException failure) {
            file.close();
            throw failure;
        }
        if (hasNoBody() || length == 0) {
            file.close();
        } else {
            payload().set(file, position, length);
        }
    }

    private void prepared(long length) {
        requireNotReplied();
        head.endPrepared(length);
        replied = true;
    }

    // The body.

    private void text(String text, ContentType ascii, ContentType other) {
        int length = text.length();
        if (length <= SHORT_TEXT && isAscii(text)) {
            measured(ascii, null, length);
            if (!hasNoBody()) {
                Buffer out = head.out();
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

    private void measured(ContentType type, @Nullable String otherType, long length) {
        requireNotReplied();
        head.endMeasured(type, otherType, length);
        replied = true;
    }

    private void payload(byte[] bytes) {
        if (!hasNoBody()) {
            payload(bytes, 0, bytes.length);
        }
    }

    private void payload(byte[] bytes, int position, int length) {
        Buffer out = head.out();
        if (length <= out.room()) {
            out.put(bytes, position, length);
        } else {
            payload().set(bytes, position, length);
        }
    }

    private Payload payload() {
        Payload present = payload;
        if (present == null) {
            present = new Payload();
            payload = present;
        }
        return present;
    }

    private boolean hasNoBody() {
        return request.method() == Method.HEAD || StatusLine.isBodiless(head.status());
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

    // For the session.

    /// Called before each pass of work.
    void beginPass() {
        open = true;
        head.beginPass();
    }

    boolean isBegun() {
        return head.isBegun();
    }

    /// Says that the server's late reply was the answer.
    void answeredLate() {
        replied = true;
        head.replacedBy(Http.LATE_STATUS, http.lateReply().length); // it has no body
    }

    /// Says that so many bytes of an interim response have been put in front of this one.
    void interim(int bytes) {
        interimBytes += bytes;
    }

    /// How many of the bytes that were sent for this reply are no part of its body.
    int headBytes() {
        return head.length() + interimBytes;
    }

    /// True once the reply says that the connection closes.
    boolean isLast() {
        return head.isLast();
    }

    /// What the connection goes on with when this reply is complete; null for HTTP.
    @Nullable Protocol successor() {
        return successor;
    }

    /// True if the request has to stay where it is until the reply has left.
    boolean givesBack() {
        return givesBack;
    }

    /// True if a producer makes what follows the head, and outbound does not have it yet.
    boolean hasProducer() {
        Payload follows = payload;
        return follows != null && follows.isProducer();
    }

    /// True if a producer reads the request's body from its file, which may block whatever the handler may do.
    boolean readsSpool() {
        return readsSpool;
    }

    /// Leaves outbound to what is in front of this reply, until [#place].
    void moveAside() {
        head.moveAside();
    }

    @Nullable Later putOff() {
        return later;
    }

    /// Takes the reply that was put off, to be written now.
    ///
    /// @return null if there is none yet
    @Nullable Reply resume() {
        Later present = later;
        Reply reply = present == null ? null : present.take();
        if (reply != null) {
            later = null;
        }
        return reply;
    }

    /// Nobody waits any longer for a reply that was put off, if one was.
    void endLater() {
        Later present = later;
        if (present != null) {
            later = null;
            present.end();
        }
    }

    /// Gives outbound what it does not have yet.
    ///
    /// @return false if it has to be drained first: call again
    boolean place() {
        if (!head.place()) {
            return false;
        }
        Payload follows = payload;
        if (follows != null) {
            givesBack = follows.follow(connection.outbound());
        }
        return true;
    }

    /// Lets go of everything that belongs to one reply, for the next one.
    void clear() {
        head.clear();
        open = false;
        replied = false;
        interimBytes = 0;
        endLater();
        successor = null;
        givesBack = false;
        readsSpool = false;
        if (payload != null) {
            payload.drop();
        }
    }
}
