package dev.partita.transport.nio;

import dev.partita.connection.Buffer;
import dev.partita.connection.Close;
import dev.partita.connection.Endpoint;
import dev.partita.connection.OpenFile;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/// A socket channel that never blocks.
final class NioEndpoint extends Endpoint {
    /// Null between two conversations.
    @Nullable SocketChannel channel;
    /// Where the connection's poller watches it; null while none does.
    @Nullable SelectionKey key;
    /// Brings a selector of a waiting thread to let go of the closed channel; null while none has it. The JDK keeps the socket
    /// of a registered channel open until its selector selects again, and so holds back even a reset.
    @Nullable Runnable letGo;
    /// What the poller was asked for: an operation bit of [SelectionKey], or 0. Its thread's.
    int asked;
    /// False once a receive found nothing, until the selector says that there is something. Its thread's.
    boolean readable = true;
    /// False once the socket took no more, until the selector says that it does. Its thread's.
    boolean writable = true;

    void open(SocketChannel accepted) {
        channel = accepted;
        key = null;
        letGo = null;
        asked = 0;
        readable = true;
        writable = true;
    }

    @Override
    public int receive(Buffer into) {
        SocketChannel open = channel;
        if (open == null) {
            return BROKEN;
        }
        if (!readable) {
            return AGAIN;
        }
        try {
            int room = into.room();
            int received = open.read(into.writable());
            if (received > 0) {
                into.received(received);
                // What has left room in the buffer was all there is, but for the end of the stream, which is a readiness
                // of its own.
                readable = received == room || key == null;
                return received;
            }
            if (received == 0) {
                readable = key == null;
                return AGAIN;
            }
            return END;
        } catch (IOException reset) {
            return BROKEN;
        }
    }

    @Override
    public void doubt() {
        readable = true;
    }

    @Override
    public int send(Buffer from, boolean more) {
        SocketChannel open = channel;
        if (open == null) {
            return BROKEN;
        }
        try {
            int sent = open.write(from.readable());
            from.skip(sent);
            writable = sent > 0;
            return sent;
        } catch (IOException reset) {
            return BROKEN;
        }
    }

    @Override
    public long transfer(OpenFile file, long position, long bytesMax, Buffer scratch) {
        SocketChannel open = channel;
        if (open == null) {
            return BROKEN;
        }
        try {
            if (file instanceof NioFile ours) {
                long sent = ours.channel().transferTo(position, bytesMax, open);
                writable = sent > 0;
                return sent == 0 && ours.channel().size() <= position ? BROKEN : sent;
            }
            int read = file.read(position, scratch, (int) Math.min(bytesMax, scratch.room()));
            return read == 0 ? BROKEN : read;
        } catch (IOException reset) {
            return BROKEN;
        }
    }

    @Override
    public @Nullable SocketAddress peer() {
        SocketChannel open = channel;
        try {
            return open == null ? null : open.getRemoteAddress();
        } catch (IOException closed) {
            return null;
        }
    }

    @Override
    public void shutdownOutput() {
        SocketChannel open = channel;
        if (open != null) {
            try {
                open.shutdownOutput();
            } catch (IOException reset) {
                // There is no peer left to tell.
            }
        }
    }

    @Override
    public void close(Close how) {
        SocketChannel open = channel;
        channel = null;
        key = null;
        if (open == null) {
            return;
        }
        try {
            if (how == Close.ABORT && open.supportedOptions().contains(StandardSocketOptions.SO_LINGER)) {
                open.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
        } catch (IOException reset) {
            // Then it is reset already.
        }
        try {
            open.close();
        } catch (IOException reset) {
            // The descriptor is gone whatever close(2) says.
        }
        Runnable registered = letGo;
        letGo = null;
        if (registered != null) {
            registered.run();
        }
    }
}
