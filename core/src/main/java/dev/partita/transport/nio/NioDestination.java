package dev.partita.transport.nio;

import dev.partita.transport.Connecting;
import dev.partita.transport.Destination;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.SocketOptions.Setting;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/// An address for socket channels. The JDK tells errors apart by the type of their exception.
///
/// @param source null leaves it to the system
record NioDestination(SocketAddress address, @Nullable SocketAddress source, SocketOptions options)
        implements
            Destination {

    /// Opens a channel that never blocks, with its options and its source address.
    SocketChannel open() throws IOException {
        SocketChannel channel = address instanceof UnixDomainSocketAddress
                ? SocketChannel.open(java.net.StandardProtocolFamily.UNIX)
                : SocketChannel.open();
        try {
            channel.configureBlocking(false);
            for (Setting setting : options.settings()) {
                NioListener.apply(channel, setting);
            }
            if (source != null) {
                channel.bind(source);
            }
            return channel;
        } catch (IOException failure) {
            channel.close();
            throw failure;
        }
    }

    /// What an error of opening or connecting means.
    static Connecting meaning(IOException failure) {
        return switch (failure) {
            case BindException taken -> Connecting.NO_PORT; // EADDRINUSE, EADDRNOTAVAIL
            case ConnectException refused -> Connecting.REFUSED;
            case SocketException other when isStarved(other) -> Connecting.NO_DESCRIPTOR;
            default -> Connecting.UNREACHABLE;
        };
    }

    private static boolean isStarved(SocketException failure) {
        String message = String.valueOf(failure.getMessage());
        return message.contains("Too many open files") || message.contains("buffer space")
                || message.contains("memory");
    }
}
