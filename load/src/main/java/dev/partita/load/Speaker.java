package dev.partita.load;

import dev.partita.connection.Buffer;
import dev.partita.connection.Outbound;

/// The client's half of one connection. Belongs to one thread; never blocks, and allocates nothing once warm.
public interface Speaker {
    /// The room that [#say] always has in outbound's bytes.
    int ROOM_BYTES = 1 << 10;

    /// Puts one request. Outbound is not sealed, and its bytes have room for [#ROOM_BYTES]; what does not fit there
    /// [follows][Outbound#follow(byte\[\], int, int)].
    void say(int kind, Outbound out);

    /// Looks for the end of the reply to a request of that kind, the oldest that has none, and takes away what belongs to
    /// it; also when it is not complete, so that a reply may be larger than any buffer.
    ///
    /// @param in what has arrived, starting where the last look has ended
    /// @param ended true if the peer will say no more than that
    Heard hear(int kind, Buffer in, boolean ended);

    /// True if the connection takes no further request after the reply that was heard last.
    boolean isOver();

    /// A new connection begins.
    void reset();
}
