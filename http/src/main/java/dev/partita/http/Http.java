package dev.partita.http;

import dev.partita.connection.Buffer;
import dev.partita.connection.Connection;
import dev.partita.connection.Protocol;
import dev.partita.connection.Session;
import dev.partita.connection.Trial;
import dev.partita.http.syntax.HttpDate;
import dev.partita.limits.Counters;
import dev.partita.proxy.TrustedPeers;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/// HTTP/1.1 with one handler for everything: the protocol to give to a server.
///
///     Server.of(Http.serving((request, response) -> response.text("Hello, World!")))
///
/// Safe for any number of servers and threads at a time.
public final class Http implements Protocol {
    /// Without a body: what it answers may be a HEAD.
    private static final byte[] LATE = String.join("\r\n",
            "HTTP/1.1 503 Service Unavailable",
            "Content-Length: 0",
            "Retry-After: 1",
            "Connection: close",
            "",
            "").getBytes(StandardCharsets.ISO_8859_1);
    /// Without Retry-After: what the request was to do may have been done.
    private static final byte[] LOST = String.join("\r\n",
            "HTTP/1.1 502 Bad Gateway",
            "Content-Length: 0",
            "Connection: close",
            "",
            "").getBytes(StandardCharsets.ISO_8859_1);

    private static final String TRY = String.join("\r\n",
            "GET / HTTP/1.1",
            "Host: localhost",
            "User-Agent: partita",
            "Connection: close",
            "",
            "");
    private static final String SERVER_ERROR = "HTTP/1.1 5";

    static final int LATE_STATUS = 503;
    private static final PreparedPages PLAIN = new PreparedPages(ErrorPages::plain);
    /// It goes into every head, whose room is bounded.
    private static final int SERVER_NAME_LENGTH_MAX = 64;
    /// How many buffers for replies that wait are kept for the next ones: half a megabyte at most.
    private static final int SPARES_MAX = 64;

    private final Handler handler;
    private final List<String> stages;
    private final PreparedPages pages;
    private final @Nullable HttpObserver observer;
    private final @Nullable TrustedPeers trusted;
    /// The Server field, from the CR LF of the line before on; empty if none is sent.
    private final String server;
    private final boolean acceptsBareLf;
    /// The end of most heads, from the CR LF of the line before on: perhaps Server, then Date and the empty line.
    private volatile byte[] date;
    private final Queue<Buffer> spares = new ArrayBlockingQueue<>(SPARES_MAX);

    private Http(Handler handler, PreparedPages pages, @Nullable HttpObserver observer,
            @Nullable TrustedPeers trusted, String server, boolean acceptsBareLf) {
        this.handler = handler;
        this.pages = pages;
        this.observer = observer;
        this.trusted = trusted;
        this.server = server;
        this.acceptsBareLf = acceptsBareLf;
        stages = List.copyOf(handler.stages());
        date = dateLines(server, System.currentTimeMillis() / 1_000);
    }

    /// HTTP in which `handler` answers every request; [Routes] is one that chooses among others.
    public static Http serving(Handler handler) {
        return new Http(handler, PLAIN, null, null, "", false);
    }

    /// The same with other words when the server answers with an error by itself.
    ///
    /// @throws IllegalArgumentException if a page is too large, or its type cannot be in a header
    public Http errorPages(ErrorPages pages) {
        return new Http(handler, new PreparedPages(pages), observer, trusted, server, acceptsBareLf);
    }

    /// Tells `observer` of every request when it is over, after those that are told already. Without one nothing is observed.
    public Http observing(HttpObserver observer) {
        HttpObserver before = this.observer;
        return new Http(handler, pages, before == null ? observer : before.and(observer), trusted, server,
                acceptsBareLf);
    }

    /// Believes these proxies when they say in `X-Forwarded-For` or `Forwarded` (RFC 7239) on whose behalf a request is sent:
    /// [Request#remoteAddress]. Without them both fields are ignored. For the PROXY protocol see
    /// [dev.partita.proxy.ProxyProtocol].
    public Http trusting(TrustedPeers trusted) {
        return new Http(handler, pages, observer, trusted, server, acceptsBareLf);
    }

    /// Says in a Server field of every reply what answers (RFC 9110 section 10.2.4), such as `partita` or `shop/1.7`. Without
    /// this there is no such field: it helps those most who look for old versions.
    ///
    /// @throws IllegalArgumentException if it is empty, longer than 64 characters, or has others than printable ASCII
    public Http serverName(String name) {
        if (name.isBlank() || name.length() > SERVER_NAME_LENGTH_MAX
                || !name.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw new IllegalArgumentException("server name \"" + name + "\": valid are 1 to " + SERVER_NAME_LENGTH_MAX
                    + " characters of printable ASCII, for example shop/1.7");
        }
        return new Http(handler, pages, observer, trusted, "\r\nServer: " + name, acceptsBareLf);
    }

    /// Takes a LF for the end of a line also without a CR in front of it, in the head of a request (RFC 9112 section 2.2): for
    /// clients that write it so. Without this the answer is 400, since who stands in front of this server may see another
    /// message there. Framing of chunked bodies and a CR alone stay as strict as they are.
    public Http acceptingBareLf() {
        return new Http(handler, pages, observer, trusted, server, true);
    }

    boolean acceptsBareLf() {
        return acceptsBareLf;
    }

    @Nullable TrustedPeers trusted() {
        return trusted;
    }

    @Override
    public boolean wantsTimes() {
        return observer != null;
    }

    @Override
    public List<Counters> counters() {
        return observer == null ? List.of() : observer.counters();
    }

    @Nullable HttpObserver observer() {
        return observer;
    }

    @Override
    public Session open(Connection connection) {
        return new HttpSession(this, connection);
    }

    @Override
    public boolean sessionsMove() {
        return true;
    }

    @Override
    public List<String> stages() {
        return stages;
    }

    /// 503 without a Date, without a body (which an answer to HEAD must not have), and the connection closes.
    @Override
    public byte[] lateReply() {
        return LATE;
    }

    /// 502, otherwise as the late reply.
    @Override
    public byte[] lostReply() {
        return LOST;
    }

    /// `GET /`, which may be answered with anything but a server error (RFC 9110 section 15.6). No observer is told.
    @Override
    public Trial trial() {
        return new Trial(
                new Http(handler, pages, null, trusted, server, acceptsBareLf),
                TRY,
                answer -> !answer.isEmpty() && !answer.startsWith(SERVER_ERROR));
    }

    @Override
    public void tick(long epochSecond) {
        date = dateLines(server, epochSecond);
        if (observer != null) {
            observer.tick(epochSecond);
        }
    }

    Handler handler() {
        return handler;
    }

    byte[] date() {
        return date;
    }

    PreparedPages pages() {
        return pages;
    }

    /// The index of a handler's first stage.
    int firstStageOf(Handler handler) {
        return stages.size() == 1 ? 0 : firstOf(handler);
    }

    private int firstOf(Handler handler) {
        return switch (handler) {
            case Stages staged -> stage(staged.stages().getFirst());
            case Filtered filtered -> firstOf(filtered.handler());
            case NeverBlocking declared -> firstOf(declared.handler());
            default -> 0;
        };
    }

    /// The index of a stage.
    int stage(String name) {
        return Math.max(0, stages.indexOf(name));
    }

    /// A buffer for a reply that has to wait, outside the pool, which the thread that works need not own. From any thread.
    Buffer buffer(int bytes) {
        Buffer spare = spares.poll();
        return spare != null && spare.capacity() == bytes ? spare : Buffer.over(Arena.ofAuto().allocate(bytes));
    }

    /// Takes such a buffer back, with whatever is in it. From any thread.
    void giveBack(Buffer buffer) {
        buffer.clear();
        spares.offer(buffer); // one more than are kept is the collector's
    }

    private static byte[] dateLines(String server, long epochSecond) {
        return (server + "\r\nDate: " + HttpDate.text(epochSecond) + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }
}
