package dev.partita.http;

import dev.partita.connection.Connection;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A reply that another thread will bring, from [Response#later]. No thread of the server waits for it.
///
/// May be kept and completed by any thread, once; it does not block. If the connection has ended meanwhile, the reply is
/// dropped.
public final class Later {
    private static final VarHandle REPLY;

    static {
        try {
            REPLY = MethodHandles.lookup().findVarHandle(Later.class, "reply", Reply.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final Connection connection;
    private final long ticket;
    private volatile @Nullable Reply reply;

    Later(Connection connection) {
        this.connection = connection;
        ticket = connection.ticket();
    }

    /// Completes the request: `reply` will be called by a thread of the server's.
    ///
    /// @return false if it was completed before: then nothing has changed
    public boolean complete(Reply reply) {
        if (!REPLY.compareAndSet(this, null, Objects.requireNonNull(reply))) {
            return false;
        }
        connection.resume(ticket);
        return true;
    }

    /// Completes the request with a failure: 500, as if the handler had thrown it.
    ///
    /// @return false if it was completed before: then nothing has changed
    public boolean fail(Throwable failure) {
        return complete(response -> {
            if (failure instanceof Exception exception) {
                throw exception;
            }
            throw new IllegalStateException("a reply failed", failure);
        });
    }

    /// The reply once there is one.
    @Nullable Reply reply() {
        return reply;
    }
}
