package dev.partita.http;

import dev.partita.connection.Buffer;
import dev.partita.connection.Close;
import dev.partita.connection.Connection;
import dev.partita.limits.Counter;

/// Whether the connection goes on after the present request (RFC 9112 section 9.3), and if not, how it is closed: what the
/// client has asked for, how many requests it has made, and what the server had to decide.
///
/// A close that the client does not expect lingers: it may be sending already, and a reset would take the answer from it.
final class Persistence {
    private Connection connection;
    private final RequestHead head;
    private final Request request;
    /// How many requests this connection has made.
    private int requests;
    /// Nobody knows where the present request ends.
    private boolean lost;
    private Close close = Close.NORMAL;

    Persistence(Connection connection, RequestHead head, Request request) {
        this.connection = connection;
        this.head = head;
        this.request = request;
    }

    void moveTo(Connection other) {
        connection = other;
        clear();
    }

    /// One more request has come; the last one that may is answered as such.
    void count() {
        if (++requests >= connection.limits().requestsPerConnectionMax()) {
            endAfterThisRequest();
            connection.counters().increment(Counter.REQUESTS_PER_CONNECTION);
        }
    }

    int requests() {
        return requests;
    }

    /// Goes on counting from here.
    void requests(int requests) {
        this.requests = requests;
    }

    /// Says in the reply, whose head is not complete, that the connection closes, though the client did not ask for it.
    void endAfterThisRequest() {
        head.endConnection();
        close = Close.LINGER;
    }

    /// Nobody knows where the present request ends: it is the last one, and what stands in inbound stays there.
    void lose() {
        lost = true;
        close = Close.LINGER;
    }

    boolean isLost() {
        return lost;
    }

    /// The reply has said that the connection closes.
    ///
    /// @param whole all of the request has been read
    void ends(boolean whole) {
        if (!whole || head.isPersistent()) {
            close = Close.LINGER;
        }
    }

    /// True unless the client or the server wants the connection to close after this request.
    boolean goesOn() {
        return head.isPersistent() && !isLastOfDrain();
    }

    /// True if it goes on and the client takes that for granted: in HTTP/1.0 it has to be told.
    boolean isUnderstood() {
        return goesOn() && !head.isHttp10();
    }

    /// Whether the server ends and this is the last reply here: not while another request has arrived behind this one, its body
    /// included. While a part of that body is still to come, nothing has.
    private boolean isLastOfDrain() {
        return connection.isDraining()
                && (connection.inbound().length() <= request.end() || !request.isWhole() || connection.isLastCall());
    }

    /// Says how the connection is to be closed, now that everything was answered. What the client has sent behind its last
    /// request is not; closing over it would reset the connection.
    void close(Buffer unanswered) {
        connection.closing(unanswered.isEmpty() ? close : Close.LINGER);
    }

    /// Forgets everything, for the next connection.
    void clear() {
        requests = 0;
        lost = false;
        close = Close.NORMAL;
    }
}
