package dev.partita.linux.socket;

import dev.partita.linux.libc.Errno;
import dev.partita.linux.socket.MessageChannel.Received;

/// Connections that another process has accepted and passes on, one with each message.
///
/// A message without one is a bell: it is read only where another connection would be taken, and is sent back as it is. So
/// whoever passes connections to a server with a single place learns when that is free again, from a message behind the
/// connection.
final class PassedConnections {
    private final MessageChannel channel;

    PassedConnections(MessageChannel channel) {
        this.channel = channel;
    }

    /// The next connection.
    ///
    /// @return a descriptor that never blocks, or a negative error as of accept(2): EAGAIN if there is none, EINVAL if there
    ///     will be none any longer, EMFILE if one was lost because this process may not have another descriptor
    int next() {
        while (true) {
            Received received = channel.receive();
            if (received == null) {
                return -Errno.EAGAIN;
            }
            if (received.isEnd()) {
                return -Errno.EINVAL;
            }
            if (received.isTruncated()) {
                Descriptors.close(received.descriptors());
                return -Errno.EMFILE;
            }
            if (received.descriptor() >= 0) {
                return received.descriptor();
            }
            channel.send(received.bytes());
        }
    }
}
