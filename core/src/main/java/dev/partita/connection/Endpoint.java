package dev.partita.connection;

import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// The socket behind a connection, as its transport sees it: the only calls that move bytes. Made once for every slot and
/// used again for each of its connections.
///
/// No call here waits or throws: a result says what happened. A call is made by the thread that owns the connection.
public abstract class Endpoint {
    /// Result of a transfer: nothing can be moved now.
    public static final int AGAIN = 0;
    /// Result of a receive: the peer has said everything it will ever say.
    public static final int END = -1;
    /// Result of a transfer: reset, or a system call failed. Nothing more can be moved.
    public static final int BROKEN = -2;

    /// For a transport.
    protected Endpoint() {}

    /// Receives once into the room of `into`, which is not full.
    ///
    /// @return the number of bytes that arrived and now end `into`, or [#AGAIN], [#END], [#BROKEN]
    public abstract int receive(Buffer into);

    /// Forgets what is known of the socket without having asked the system: the next receive asks.
    public void doubt() {}

    /// Sends once from the start of `from`, which is not empty, and takes away what was sent.
    ///
    /// @param more true if further bytes follow at once, so that a half-filled segment may wait for them
    /// @return the number of bytes that were taken, in the order of all sends and at the latest at the loop's next poll given
    ///     to the system; or [#AGAIN], [#BROKEN]
    public abstract int send(Buffer from, boolean more);

    /// Sends once from a file, without copying where the transport can.
    ///
    /// @param scratch empty room that a transport without such a call may read the file into and send from; what it could not
    ///     send, or has not tried to, stays there
    /// @return the number of bytes taken from the file, those in `scratch` included, or [#AGAIN]; [#BROKEN] also if the file ended early
    public abstract long transfer(OpenFile file, long position, long bytesMax, Buffer scratch);

    /// Asks the system who is at the other end of the present conversation. Allocates; see [Connection#peer].
    ///
    /// @return null if the connection is gone, or the transport cannot say
    public @Nullable SocketAddress peer() {
        return null;
    }

    /// Hands to the system now what [#send] has taken, where the transport collects that: before work that may block, and
    /// before a close that is no abort.
    ///
    /// @return false if the system does not take all of it yet; the rest follows by itself
    public boolean flush() {
        return true;
    }

    /// Says that no more will be sent (`shutdown(2)`); what was sent still arrives.
    public abstract void shutdownOutput();

    /// Ends the connection; harmless when there is none. What [#flush] has not given to the system is lost.
    public abstract void close(Close how);
}
