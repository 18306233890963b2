package dev.partita.http;

import dev.partita.connection.Buffer;
import dev.partita.connection.Connection;
import dev.partita.http.syntax.HttpDate;
import dev.partita.http.syntax.Octets;
import dev.partita.http.syntax.Percent;
import dev.partita.proxy.TrustedPeers;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One request, for as long as its handler runs. It is the connection's own and used again for the next one: keep nothing but
/// the strings and arrays that it gave you.
///
/// It is read where it arrived. Only methods that return a string, a list or an array allocate.
public final class Request {
    private Connection connection;
    private Buffer in;
    private final RequestHead head;
    private final @Nullable TrustedPeers trusted;
    /// The path of the route that was chosen, if it has parameters or a wildcard.
    private @Nullable PathPattern route;
    private @Nullable Body body;
    private @Nullable String stage;
    private @Nullable Object attachment;
    /// The remote address as text; of the whole connection, null until somebody asks.
    private byte @Nullable [] remoteText;

    Request(Connection connection, RequestHead head, @Nullable TrustedPeers trusted) {
        this.trusted = trusted;
        this.connection = connection;
        this.in = connection.inbound();
        this.head = head;
    }

    void moveTo(Connection other) {
        connection = other;
        in = other.inbound();
        remoteText = null;
        if (body != null) {
            body.moveTo(other);
        }
    }

    /// The method.
    public Method method() {
        return Objects.requireNonNull(head.method());
    }

    /// The request target as it was sent, usually path and query.
    public String target() {
        return latin1(head.targetStart(), head.targetEnd());
    }

    /// The path as it was sent, percent-encoded; never empty.
    public String path() {
        return head.pathStart() == head.pathEnd() ? "/" : latin1(head.pathStart(), head.pathEnd());
    }

    /// True if [#path] is this. Does not allocate.
    public boolean pathEquals(String path) {
        int length = head.pathEnd() - head.pathStart();
        return length == 0 ? path.equals("/") : Octets.equals(in, head.pathStart(), length, path);
    }

    /// True if [#path] begins with this. Does not allocate.
    public boolean pathStartsWith(String prefix) {
        int length = head.pathEnd() - head.pathStart();
        return length == 0
                ? "/".startsWith(prefix)
                : length >= prefix.length() && Octets.equals(in, head.pathStart(), prefix.length(), prefix);
    }

    /// The segment of the path that stands where the route has this parameter, decoded: `a b` of `/users/a%20b` for `id` on
    /// a route to `/users/{id}`.
    ///
    /// @throws IllegalArgumentException if the route has no such parameter
    /// @throws StatusException (400) if an escape in it is wrong
    public String pathParameter(String name) {
        int start = startOfParameter(name);
        int end = PathPattern.endOf(in, start, head.pathEnd());
        var octets = new byte[end - start];
        in.copy(start, octets, 0, octets.length);
        String decoded = Percent.decode(octets, 0, octets.length, false);
        if (decoded == null) {
            throw new StatusException(400, "the path has a % without two hexadecimal digits behind it");
        }
        return decoded;
    }

    /// The same segment as a number. Does not allocate.
    ///
    /// @return -1 if it is anything but one to 18 decimal digits
    /// @throws IllegalArgumentException if the route has no such parameter
    public long pathNumber(String name) {
        int start = startOfParameter(name);
        return Query.number(in, start, PathPattern.endOf(in, start, head.pathEnd()));
    }

    private int startOfParameter(String name) {
        PathPattern chosen = route;
        if (chosen == null) {
            throw new IllegalArgumentException("this route has no parameters, so none is called \"" + name + "\"");
        }
        return PathPattern.startOf(chosen.parameter(name), in, head.pathStart(), head.pathEnd());
    }

    /// The part of the path that a wildcard stands for, percent-encoded: behind `/files/` for a route to `/files/*`. Without
    /// such a route, the path without its first slash.
    public String rest() {
        return latin1(restStart(), head.pathEnd());
    }

    /// What stands behind the first question mark, as it was sent; empty if there is none.
    public String query() {
        return latin1(queryStart(), head.targetEnd());
    }

    /// The first query parameter of this name, decoded; empty if it has no value.
    ///
    /// @return null if there is none
    /// @throws StatusException (400) if an escape in its value is wrong
    public @Nullable String parameter(String name) {
        return Query.value(in, queryStart(), head.targetEnd(), name);
    }

    /// All query parameters of this name, decoded, in the order in which they were sent.
    ///
    /// @throws StatusException (400) if an escape in a value is wrong
    public List<String> parameters(String name) {
        return Query.values(in, queryStart(), head.targetEnd(), name);
    }

    /// All query parameters, decoded, in the order in which their names came first.
    ///
    /// @throws StatusException (400) if an escape is wrong
    public Map<String, List<String>> parameters() {
        return Query.all(in, queryStart(), head.targetEnd());
    }

    /// The first query parameter of this name as a number. Does not allocate.
    ///
    /// @return `absent` if there is none, -1 if it is anything but one to 18 decimal digits
    public long number(String name, long absent) {
        return Query.number(in, queryStart(), head.targetEnd(), name, absent);
    }

    /// The first value of a header field, whatever the case of its name.
    ///
    /// @return null if there is none
    public @Nullable String header(String name) {
        long found = find(name);
        return found == Fields.NONE ? null : latin1(Fields.start(found), Fields.stop(found));
    }

    /// All values of a header field, in the order in which they were sent.
    public List<String> headers(String name) {
        var values = new ArrayList<String>();
        String lower = name.toLowerCase(Locale.ROOT);
        long found = find(name);
        while (found != Fields.NONE) {
            values.add(latin1(Fields.start(found), Fields.stop(found)));
            found = Fields.find(in, Fields.nextLine(in, Fields.stop(found)), head.end(), lower);
        }
        return values;
    }

    /// True if the first value of a header field is this, whatever the case of either. Does not allocate if `name` and `value`
    /// are in lower case.
    public boolean headerEquals(String name, String value) {
        long found = find(name);
        return found != Fields.NONE && Octets.equalsIgnoreCase(in, Fields.start(found),
                Fields.stop(found) - Fields.start(found), value.toLowerCase(Locale.ROOT));
    }

    /// The first value of a header field as a number. Does not allocate if `name` is in lower case.
    ///
    /// @return `absent` if there is none, -1 if it is anything but one to 18 decimal digits
    public long headerNumber(String name, long absent) {
        long found = find(name);
        return found == Fields.NONE ? absent : Query.number(in, Fields.start(found), Fields.stop(found));
    }

    /// The first value of a header field as a date, in any of the three forms of RFC 9110 section 5.6.7.
    ///
    /// @return null if there is none, or it is no date: the RFC has both treated alike
    public @Nullable Instant headerDate(String name) {
        String value = header(name);
        long second = value == null ? HttpDate.NONE : HttpDate.parse(value);
        return second == HttpDate.NONE ? null : Instant.ofEpochSecond(second);
    }

    /// The media type of the body in lower case, without its parameters: `text/html` for `Text/HTML; charset=utf-8`.
    ///
    /// @return null if the client does not say
    public @Nullable String mediaType() {
        String value = header("content-type");
        if (value == null) {
            return null;
        }
        int semicolon = value.indexOf(';');
        return (semicolon < 0 ? value : value.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
    }

    /// The value of the first cookie of this name, as it was sent: quotes around it are a part of it.
    ///
    /// @return null if there is none
    public @Nullable String cookie(String name) {
        return Cookies.value(headers("cookie"), name);
    }

    /// All cookies by name, in the order in which they were sent; of several with one name the first.
    public Map<String, String> cookies() {
        return Cookies.all(headers("cookie"));
    }

    /// Whom the client wanted to speak to, with the port if it said one: the authority of an absolute target, else Host.
    ///
    /// @return null only for HTTP/1.0
    public @Nullable String host() {
        if (!head.isAbsolute()) {
            return header("host");
        }
        String beforePath = latin1(head.targetStart(), head.pathStart());
        return beforePath.substring(beforePath.indexOf("//") + 2);
    }

    /// The request line as it was sent, each byte a character up to U+00FF; of one that was refused, as far as it has come.
    public String line() {
        return latin1(0, lineEnd());
    }

    /// Who sent this request: an [java.net.InetSocketAddress], or a [java.net.UnixDomainSocketAddress] with the empty path if
    /// the client has no name. Behind a trusted proxy ([Http#trusting]) that is whom it names, with port 0 if it names none.
    ///
    /// @return null if the client was gone before anybody asked, or if X-Forwarded-For and Forwarded name different ones
    public @Nullable SocketAddress remoteAddress() {
        SocketAddress peer = connection.peer();
        return trusted == null || head.end() == 0 || !trusted.contains(peer)
                ? peer
                : Forwarding.client(this, peer, trusted);
    }

    /// True if the client is ready to go on with this protocol instead of HTTP: see [Response#upgrade].
    ///
    /// @param protocol its name, and its version if it has one: `websocket`, `chat/2`; in whatever case
    public boolean offersUpgrade(String protocol) {
        return Upgrades.isOffered(head, in, protocol);
    }

    /// True if the client speaks HTTP/1.0, to which nothing can be sent chunked.
    public boolean isHttp10() {
        return head.isHttp10();
    }

    /// The body, which is complete; of length 0 if there is none.
    public Body body() {
        Body present = body;
        if (present == null) {
            present = new Body(connection, head);
            body = present;
        }
        return present;
    }

    /// The form that the body is, read anew by every call: keep it in a variable. Its fields are read into memory, its files
    /// stay where they are. Blocks if the body is large.
    ///
    /// @throws StatusException (400) if the body is no form, (413) if it has too many fields or too large ones, (415) if it
    ///     says that it is something else
    /// @throws IOException if the body cannot be read
    public Form form() throws IOException {
        return Form.of(this);
    }

    /// Keeps something for the rest of this request, such as what one stage found out for the next.
    public void attach(@Nullable Object attachment) {
        this.attachment = attachment;
    }

    /// What was attached last.
    public @Nullable Object attachment() {
        return attachment;
    }

    // For the session, routes and stages.

    /// True if all of it has arrived, its body included.
    boolean isWhole() {
        return !head.hasBody() || body().receiver().isComplete();
    }

    /// True if it is whole and its handler has wanted all of it.
    boolean isTaken() {
        return !head.hasBody() || body().receiver().isTaken();
    }

    /// Where it ends in inbound, as far as it has arrived.
    int end() {
        return head.hasBody() ? body().receiver().end() : head.end();
    }

    /// The stage that it has come to; null before the first and after the last.
    @Nullable String stage() {
        return stage;
    }

    void stage(@Nullable String stage) {
        this.stage = stage;
    }

    /// Where [#rest] begins.
    int restStart() {
        int wildcard = route == null ? 0 : Math.max(0, route.wildcard());
        return PathPattern.startOf(wildcard, in, head.pathStart(), head.pathEnd());
    }

    /// Says which route was chosen, if it has parameters or a wildcard.
    void routed(PathPattern path) {
        route = path;
    }

    RequestHead head() {
        return head;
    }

    Buffer in() {
        return in;
    }

    Connection connection() {
        return connection;
    }

    /// Lets go of everything that belongs to one request, for the next one.
    void clear() {
        route = null;
        stage = null;
        attachment = null;
        Body used = body;
        if (used != null) {
            used.receiver().clear();
        }
    }

    /// Lets go of the body too.
    void close() {
        clear();
        body = null;
        remoteText = null;
    }

    /// Where the first field of this name is, in lower case; [Fields#NONE] also if the head is not complete.
    long field(String lower) {
        return head.end() == 0 ? Fields.NONE : Fields.find(in, head.fieldsStart(), head.end(), lower);
    }

    /// [#remoteAddress] as text without a port. Allocates for the first request of a connection only, but for every one behind
    /// a proxy that may speak for many.
    byte[] remoteText() {
        byte[] text = remoteText;
        if (text == null || trusted != null) {
            text = PeerText.of(remoteAddress()).getBytes(StandardCharsets.ISO_8859_1);
            remoteText = text;
        }
        return text;
    }

    /// Where the request line ends, or what there is of it.
    int lineEnd() {
        if (head.end() != 0) {
            return head.lineEnd();
        }
        int end = Octets.indexOfControl(in, 0);
        while (end < in.length() && in.at(end) != '\r' && in.at(end) != '\n') {
            end = Octets.indexOfControl(in, end + 1);
        }
        return end;
    }

    private int queryStart() {
        return Math.min(head.pathEnd() + 1, head.targetEnd());
    }

    private long find(String name) {
        return Fields.find(in, head.fieldsStart(), head.end(), name.toLowerCase(Locale.ROOT));
    }

    private String latin1(int start, int stop) {
        return Octets.latin1(in, start, stop - start);
    }
}
