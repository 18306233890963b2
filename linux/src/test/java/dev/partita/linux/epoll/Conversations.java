package dev.partita.linux.epoll;

import dev.partita.connection.Connection;
import dev.partita.connection.Inbox;
import dev.partita.transport.WaitingWire;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;

/// The threads of connections that are served in lock step, and how they are unparked.
final class Conversations implements Inbox {
    private final AtomicReferenceArray<Thread> threads;

    Conversations(int connectionsMax) {
        threads = new AtomicReferenceArray<>(connectionsMax);
    }

    @Override
    public boolean enqueue(Connection connection) {
        LockSupport.unpark(threads.get(connection.slot()));
        return true;
    }

    /// Starts the thread of a connection.
    Thread start(Thread.Builder builder, Connection connection, Runnable conversation) {
        Thread thread = builder.unstarted(conversation);
        threads.set(connection.slot(), thread);
        thread.start();
        return thread;
    }

    /// A whole conversation, as the models MP and VT hold it.
    static void hold(WaitingWire wire, Connection c) {
        boolean goesOn = true;
        while (goesOn) {
            goesOn = switch (c.next()) {
                case WORK, BLOCKING -> {
                    c.work();
                    yield true;
                }
                case READ -> wire.read(c);
                case WRITE -> wire.write(c);
                case WAIT -> wire.await(c);
                case CLOSE -> {
                    wire.close(c);
                    yield false;
                }
            };
        }
    }
}
