package dev.partita.transport;

import dev.partita.connection.Connection;
import dev.partita.connection.Place;
import java.util.concurrent.locks.LockSupport;

/// The wire of a thread that serves one connection from its beginning to its end: every call waits until there is something
/// to go on with, so all of them return true.
public final class WaitingWire implements Wire, AutoCloseable {
    private final Waiting waiting;

    /// @param waiting how this thread waits for its socket
    public WaitingWire(Waiting waiting) {
        this.waiting = waiting;
    }

    @Override
    public boolean read(Connection connection) {
        while (!connection.receive()) {
            connection.rest();
            if (isOver(connection)) {
                return true;
            }
            waiting.readable(connection);
            connection.onWake();
        }
        return true;
    }

    @Override
    public boolean write(Connection connection) {
        while (!connection.send()) {
            if (isOver(connection)) {
                return true;
            }
            waiting.writable(connection);
        }
        return true;
    }

    @Override
    public boolean await(Connection connection) {
        if (!connection.await()) {
            while (!connection.isResumed() && !connection.isToEnd()) {
                if (connection.isLate() && connection.stopAwaiting()) {
                    connection.expire();
                    break;
                }
                LockSupport.park(this);
                Thread.interrupted(); // a flag that is left set would end every further park at once
                if (connection.isListening() && connection.stopAwaiting()) {
                    break; // the next wait begins with a look at the socket
                }
            }
            connection.place(Place.HOME);
        }
        return true;
    }

    /// True if there is nothing to wait for any longer.
    private static boolean isOver(Connection connection) {
        if (connection.isLate()) {
            connection.expire();
            return true;
        }
        return connection.isToEnd();
    }

    @Override
    public void close(Connection connection) {
        waiting.leave(connection);
        connection.close();
    }

    /// Ends the present wait of the thread that uses this wire, or its next one. From any thread.
    public void wake() {
        waiting.wake();
    }

    /// Frees what it waits with.
    @Override
    public void close() {
        waiting.close();
    }
}
