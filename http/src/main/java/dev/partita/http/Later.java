package dev.partita.http;

import dev.partita.connection.Connection;
import dev.partita.limits.Failures;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A reply that another thread will bring, from [Response#later]. No thread of the server waits for it.
///
/// May be kept and completed by any thread, once; it does not block. The request does not wait for ever: it is over when its
/// time is up ([dev.partita.limits.Limits#workMillisMax], 503), when its handler fails after all, and when its connection ends.
/// A client that has gone is noticed no earlier than that. To complete it then changes nothing.
public final class Later {
    private static final VarHandle REPLY;
    /// Stands where a reply can no longer be set.
    private static final Reply OVER = response -> {};

    static {
        try {
            REPLY = MethodHandles.lookup().findVarHandle(Later.class, "reply", Reply.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final Connection connection;
    private final long ticket;
    /// Null until there is one; [#OVER] from when it is written, or the request is over. Set once by whoever completes it, and
    /// taken by the thread that owns the connection.
    private volatile @Nullable Reply reply;

    Later(Connection connection) {
        this.connection = connection;
        ticket = connection.ticket();
    }

    /// Completes the request: `reply` will be [written][Reply#write] by a thread of the server's, or [dropped][Reply#dropped] if
    /// the request is over before.
    ///
    /// @return false if it was completed before, or the request is over: then nothing has changed, and `reply` is not called
    public boolean complete(Reply reply) {
        if (!REPLY.compareAndSet(this, null, Objects.requireNonNull(reply))) {
            return false;
        }
        connection.resume(ticket);
        return true;
    }

    /// Completes the request with a failure: 500, as if the handler had thrown it.
    ///
    /// @return as [#complete]
    public boolean fail(Throwable failure) {
        return complete(response -> {
            if (failure instanceof Exception exception) {
                throw exception;
            }
            throw new IllegalStateException("a reply failed", failure);
        });
    }

    /// True once nobody waits for a reply any longer: it was completed, or the request is over. Whoever keeps many can let go of
    /// such a one, and whoever works on the reply can stop. From any thread; it stays so.
    public boolean isOver() {
        return reply != null;
    }

    // For the session; by the thread that owns the connection.

    /// Takes the reply, to be written now.
    ///
    /// @return null if there is none
    @Nullable Reply take() {
        Reply set = reply;
        if (set != null) {
            reply = OVER;
        }
        return set;
    }

    /// The request is over, or gets another reply.
    void end() {
        Reply set = (Reply) REPLY.getAndSet(this, OVER);
        if (set != null) {
            drop(set);
        }
    }

    private static void drop(Reply reply) {
        try {
            reply.dropped();
        } catch (Throwable failure) {
            Failures.log("a reply could not be dropped", failure);
        }
    }
}
