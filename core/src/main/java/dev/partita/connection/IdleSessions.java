package dev.partita.connection;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The sessions of one loop that no connection needs just now: most connections of a server are between two requests, and what
/// a protocol keeps for a request is as much as everything else that is kept for a connection. The one given back last is taken
/// first, since it still is in the processor's cache.
///
/// Never more than were needed at the same time. Confined to the loop's thread.
public final class IdleSessions {
    private static final int ROOM_LEAST = 16;

    private @Nullable Session[] idle = new Session[ROOM_LEAST];
    private int count;

    public IdleSessions() {}

    /// @return null if there is none
    @Nullable Session take() {
        if (count == 0) {
            return null;
        }
        Session taken = Objects.requireNonNull(idle[--count]);
        idle[count] = null;
        return taken;
    }

    void give(Session session) {
        if (count == idle.length) {
            idle = Arrays.copyOf(idle, 2 * count);
        }
        idle[count++] = session;
    }
}
