package dev.partita.connection;

import dev.partita.limits.Counters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is spoken on the connections of a server. Knows no model, no transport and no thread.
public interface Protocol {
    /// Opens the session of a connection slot. Called for every slot by the thread that starts the server, or, if sessions
    /// [move][#sessionsMove], when there is something to do for the connection and no session is idle; and for a slot whose session
    /// could not be [reset][Session#reset].
    Session open(Connection connection);

    /// True if a session that is between two requests may go on with another connection ([Session#moveTo], [Session#memory]), so
    /// that connections which have nothing to say need none. Asked once, at start.
    default boolean sessionsMove() {
        return false;
    }

    /// The names of the stages that the work is split into, in no particular order; [Session#stage] is an index into it.
    /// Never empty. Models without stages run them straight through.
    default List<String> stages() {
        return List.of("work");
    }

    /// True if a connection over the limit is accepted to be told so, by [Session#refuse] with
    /// [dev.partita.limits.Refusal#CONNECTIONS_MAX], and closed; false if it waits in the kernel's backlog until there is a
    /// slot.
    default boolean refusesConnections() {
        return false;
    }

    /// The complete answer for a request whose work ran past its deadline, or nothing where the protocol has none. Sent
    /// as it is; the caller does not change it.
    default byte[] lateReply() {
        return new byte[0];
    }

    /// The same for a request whose worker, a process, is gone, and nobody knows how far its work has come.
    default byte[] lostReply() {
        return new byte[0];
    }

    /// True if its sessions want to know where the time of their requests goes ([Connection#replied]), whether or not the
    /// server is observed. Asked once, at start.
    default boolean wantsTimes() {
        return false;
    }

    /// What it counts itself, apart from its connections: part of what the server has counted. Asked once, at start.
    default List<Counters> counters() {
        return List.of();
    }

    /// What a server of it can ask itself before it serves; null if nothing. Asked by worker processes, in their start.
    default @Nullable Trial trial() {
        return null;
    }

    /// Called about once a second by a thread of the server that serves no requests, the first time before any: the place
    /// for what changes with the wall clock, such as HTTP's Date.
    ///
    /// @param epochSecond the wall clock in seconds since 1970
    default void tick(long epochSecond) {}
}
