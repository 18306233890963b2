package dev.partita.http;

import dev.partita.connection.OpenFile;
import dev.partita.connection.Outbound;
import dev.partita.connection.Producer;
import dev.partita.limits.Failures;
import org.jspecify.annotations.Nullable;

/// What of a reply is not put into its buffer but follows it: the request's own body, a part of an array or of a file, or a
/// [Producer]. At most one at a time.
///
/// It owns files and producers from the handler's call on, until outbound takes them, and closes those that it never does.
final class Payload {
    private @Nullable Object source;
    private long position;
    private long length;

    /// The request's body, sent from where it has arrived.
    void set(Body body) {
        source = body;
    }

    void set(byte[] array, int position, int length) {
        source = array;
        this.position = position;
        this.length = length;
    }

    void set(OpenFile file, long position, long length) {
        source = file;
        this.position = position;
        this.length = length;
    }

    /// In the place of what is there, which it may contain.
    void set(Producer producer) {
        source = producer;
    }

    boolean isProducer() {
        return source instanceof Producer;
    }

    /// Gives it to outbound, if there is one.
    ///
    /// @return true if it is the request's body, which has to stay where it is until outbound is drained
    boolean follow(Outbound outbound) {
        Object follows = source;
        source = null;
        switch (follows) {
            case null -> {}
            case Body body -> {
                body.follow(outbound);
                return true;
            }
            case byte[] array -> outbound.follow(array, (int) position, (int) length);
            case OpenFile file -> outbound.follow(file, position, length);
            case Producer producer -> outbound.follow(producer);
            default -> throw new IllegalStateException("cannot send " + follows.getClass());
        }
        return false;
    }

    /// Closes it if it was not given to outbound.
    void drop() {
        Object dropped = source;
        source = null;
        if (dropped instanceof OpenFile file) {
            file.close();
        } else if (dropped instanceof Producer producer) {
            close(producer);
        }
    }

    /// Closes a producer. What it throws at its end changes nothing for anybody.
    static void close(Producer producer) {
        try {
            producer.close();
        } catch (Throwable failure) {
            Failures.log("a producer could not be closed", failure);
        }
    }
}
