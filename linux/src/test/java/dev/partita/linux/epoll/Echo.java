package dev.partita.linux.epoll;

import dev.partita.connection.Connection;
import dev.partita.connection.OpenFile;
import dev.partita.connection.Protocol;
import dev.partita.connection.Session;
import dev.partita.connection.Step;
import org.jspecify.annotations.Nullable;

/// The trivial protocol of these tests: what comes in goes out again. Or, when a file was given, every pass of work sends
/// that.
final class Echo implements Protocol {
    /// What the next pass of work sends instead of an echo.
    volatile @Nullable OpenFile file;
    /// How much of the file.
    volatile long fileBytes;

    @Override
    public Session open(Connection connection) {
        return new Session() {
            @Override
            public Step next() {
                if (!connection.outbound().isDrained()) {
                    return Step.WRITE;
                }
                return connection.inbound().isEmpty() ? Step.READ : Step.WORK;
            }

            @Override
            public void work() {
                var inbound = connection.inbound();
                OpenFile toSend = file;
                if (toSend != null) {
                    file = null;
                    inbound.clear();
                    connection.outbound().follow(toSend, 0, fileBytes);
                    return;
                }
                int length = Math.min(inbound.length(), connection.outbound().bytes().room());
                connection.outbound().bytes().put(inbound, 0, length);
                inbound.skip(length);
            }

            @Override
            public boolean reset() {
                return true;
            }
        };
    }
}
