package dev.partita.transport.nio;

import dev.partita.transport.Listener;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.SocketOptions.Outcome;
import dev.partita.transport.SocketOptions.Result;
import dev.partita.transport.SocketOptions.Setting;
import dev.partita.transport.Transport.Sharing;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/// A listening channel. The JDK sets most options on accepted sockets only, so they are tried on a socket of no use once,
/// for the outcome, and set on every accepted one.
final class NioListener implements Listener {
    private final ServerSocketChannel channel;
    private final SocketAddress address;
    private final List<Setting> perConnection;
    private final List<Outcome> outcomes;
    /// Device and inode of a unix socket's file.
    private final @Nullable Object fileKey;

    private NioListener(
            ServerSocketChannel channel, SocketAddress address, List<Setting> perConnection, List<Outcome> outcomes)
            throws IOException {
        fileKey = address instanceof UnixDomainSocketAddress unix ? fileKeyOf(unix) : null;
        this.channel = channel;
        this.address = address;
        this.perConnection = perConnection;
        this.outcomes = outcomes;
    }

    static NioListener open(SocketAddress address, int backlog, SocketOptions options, Sharing sharing)
            throws IOException {
        boolean unix = address instanceof UnixDomainSocketAddress;
        ServerSocketChannel channel =
                unix ? ServerSocketChannel.open(StandardProtocolFamily.UNIX) : ServerSocketChannel.open();
        try {
            List<Setting> perConnection = new ArrayList<>();
            List<Outcome> outcomes = new ArrayList<>();
            tryOut(options, unix, perConnection, outcomes);
            if (unix) {
                removeStale((UnixDomainSocketAddress) address);
            } else {
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                if (sharing == Sharing.REUSE_PORT) {
                    channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
                }
                for (Setting setting : perConnection) {
                    if (setting.name() == SocketOptions.Name.SO_RCVBUF) {
                        channel.setOption(StandardSocketOptions.SO_RCVBUF, (int) setting.number());
                    }
                }
            }
            channel.bind(address, backlog);
            channel.configureBlocking(false);
            return new NioListener(channel, channel.getLocalAddress(), perConnection, outcomes);
        } catch (BindException refused) {
            channel.close();
            throw new IOException("cannot listen on " + show(address) + ": " + refused.getMessage()
                    + remedy(refused.getMessage()), refused);
        } catch (IOException | RuntimeException failure) {
            channel.close();
            throw failure;
        }
    }

    @Override
    public SocketAddress address() {
        return address;
    }

    @Override
    public List<Outcome> outcomes() {
        return outcomes;
    }

    /// The file of a unix socket is removed by the first who closes, and while nobody else can have bound its path: later it may
    /// be another server's.
    @Override
    public synchronized void close() {
        try {
            if (channel.isOpen() && address instanceof UnixDomainSocketAddress unix
                    && Objects.equals(fileKey, fileKeyOf(unix))) {
                Files.deleteIfExists(unix.getPath());
            }
        } catch (IOException gone) {
            // The folder was removed, or is not writable any longer: the next start says so.
        }
        try {
            channel.close();
        } catch (IOException failure) {
            // It no longer listens, whatever close(2) says.
        }
    }

    ServerSocketChannel channel() {
        return channel;
    }

    @Nullable SocketChannel accept() throws IOException {
        if (!channel.isOpen()) {
            return null;
        }
        SocketChannel accepted = channel.accept();
        if (accepted != null) {
            accepted.configureBlocking(false);
            for (Setting setting : perConnection) {
                try {
                    apply(accepted, setting);
                } catch (IOException gone) {
                    // A peer that has left already; the first receive says so.
                }
            }
        }
        return accepted;
    }

    private static void tryOut(
            SocketOptions options, boolean unix, List<Setting> perConnection, List<Outcome> outcomes)
            throws IOException {
        try (SocketChannel probe =
                unix ? SocketChannel.open(StandardProtocolFamily.UNIX) : SocketChannel.open()) {
            for (Setting setting : options.settings()) {
                outcomes.add(tryOut(probe, setting));
                if (outcomes.getLast().result() == Result.APPLIED) {
                    perConnection.add(setting);
                }
            }
        }
    }

    private static Outcome tryOut(SocketChannel probe, Setting setting) {
        try {
            return apply(probe, setting)
                    ? new Outcome(setting, Result.APPLIED, "")
                    : new Outcome(setting, Result.NOT_AVAILABLE, "the JDK has no such option for this socket");
        } catch (IOException | IllegalArgumentException refused) {
            return new Outcome(setting, Result.REFUSED, String.valueOf(refused.getMessage()));
        }
    }

    /// Sets an option.
    ///
    /// @return false if a channel of this kind does not have it
    static boolean apply(NetworkChannel channel, Setting setting) throws IOException {
        boolean on = setting.number() != 0;
        int number = (int) setting.number();
        return switch (setting.name()) {
            case TCP_NODELAY -> apply(channel, StandardSocketOptions.TCP_NODELAY, on);
            case TCP_QUICKACK -> apply(channel, ExtendedSocketOptions.TCP_QUICKACK, on);
            case SO_KEEPALIVE -> apply(channel, StandardSocketOptions.SO_KEEPALIVE, on);
            case SO_LINGER -> apply(channel, StandardSocketOptions.SO_LINGER, number);
            case SO_RCVBUF -> apply(channel, StandardSocketOptions.SO_RCVBUF, number);
            case SO_SNDBUF -> apply(channel, StandardSocketOptions.SO_SNDBUF, number);
            case TCP_DEFER_ACCEPT, TCP_FASTOPEN, TCP_CONGESTION, TCP_USER_TIMEOUT, TCP_NOTSENT_LOWAT, SO_BUSY_POLL,
                    SO_INCOMING_CPU -> false;
        };
    }

    private static <T> boolean apply(NetworkChannel channel, SocketOption<T> option, T value) throws IOException {
        if (!channel.supportedOptions().contains(option)) {
            return false;
        }
        channel.setOption(option, value);
        return true;
    }

    /// A unix socket's file outlives a process that was killed. One that nobody answers on is removed; any other file is
    /// somebody's, and stays.
    private static void removeStale(UnixDomainSocketAddress address) throws IOException {
        if (!Files.exists(address.getPath(), LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!Files.readAttributes(address.getPath(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).isOther()) {
            throw new IOException("cannot listen on " + show(address)
                    + ": there is a file of that name, and it is not a socket; choose another path");
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.connect(address);
        } catch (IOException nobody) {
            Files.delete(address.getPath());
            return;
        }
        throw new IOException("cannot listen on " + show(address)
                + ": a running program listens there; choose another path, or end that program");
    }

    private static @Nullable Object fileKeyOf(UnixDomainSocketAddress address) throws IOException {
        return Files.readAttributes(address.getPath(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
    }

    private static String remedy(@Nullable String message) {
        String said = String.valueOf(message);
        if (said.contains("in use")) {
            return "; choose another with --port, or end the program that listens there";
        }
        if (said.contains("denied")) {
            return "; ports below 1024 need privileges: choose a higher one with --port";
        }
        return "";
    }

    private static String show(SocketAddress address) {
        return switch (address) {
            case InetSocketAddress inet -> inet.getHostString() + ":" + inet.getPort();
            case UnixDomainSocketAddress unix -> "unix:" + unix.getPath();
            default -> address.toString();
        };
    }
}
