package dev.partita.processes;

import dev.partita.linux.socket.Descriptors;
import dev.partita.linux.socket.MessageChannel;
import dev.partita.linux.socket.MessageChannel.Received;
import dev.partita.linux.socket.Readiness;
import dev.partita.processes.Message.Inherit;
import dev.partita.processes.Message.Ready;
import dev.partita.processes.Message.TakeOver;
import dev.partita.processes.Message.Taken;
import dev.partita.server.Server;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a new master takes over from the one that has started it, as the new one sees it: it gets the listening sockets, serves
/// with them beside the old one, says so, and takes the old one's place when it is told to. Until then the old one goes on, and if
/// anything fails, this process has only to end. Used by the thread that has called `run`.
///
/// ```
///   the old master (Upgrading)                 this process
///                            <-- connects
///   Inherit, with sockets    -->               serves beside the old one
///                            <-- Ready
///   TakeOver, with stdout    -->               is found where the old one was
///                            <-- Taken
///   drains, and ends
/// ```
final class Takeover implements AutoCloseable {
    /// The variable of the environment by which a process knows that it is to take over, and from whom.
    static final String VARIABLE = "PARTITA_UPGRADE";

    private static final long LOOK_NANOS = 1_000_000_000L;
    private static final int STDOUT = 1;
    private static final int STDERR = 2;

    private final MessageChannel channel;
    private final Path control;
    private int generation;

    private Takeover(MessageChannel channel, Path control) {
        this.channel = channel;
        this.control = control;
    }

    /// Connects to the old master.
    ///
    /// @return null if nobody has started this process to take over
    /// @throws IOException if that one is gone
    static @Nullable Takeover begin() throws IOException {
        String control = System.getenv(VARIABLE);
        if (control == null) {
            return null;
        }
        MessageChannel channel = MessageChannel.connect(Path.of(control));
        long parent = ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(-1L);
        if (channel.peer().pid() != parent) {
            channel.close();
            return null; // a program that was started by the one that took over
        }
        return new Takeover(channel, Path.of(control));
    }

    /// Takes the listening sockets.
    void inherit(Sockets sockets, Server server) throws IOException {
        boolean last = false;
        while (!last) {
            Received received = next();
            if (!(Message.of(received.bytes()) instanceof Inherit inherit)) {
                throw new IOException("the old master has said what it should not have");
            }
            sockets.inherit(inherit.sockets(), server.options(), received.descriptors());
            generation = inherit.generation();
            last = inherit.last();
        }
    }

    /// The number of the first generation of this process.
    int generation() {
        return generation + 1;
    }

    /// Where this process listens until it takes over.
    Path controlMeanwhile() {
        return control.resolveSibling(control.getFileName() + "." + ProcessHandle.current().pid());
    }

    /// Says that everything serves, and takes the place of the old master.
    ///
    /// @param addresses where this process listens; the old one's others are closed
    void complete(Supervisor supervisor, List<SocketAddress> addresses) throws IOException {
        OwnSession.serve();
        channel.send(new Ready().bytes());
        Received received = next();
        int[] streams = received.descriptors();
        if (!(Message.of(received.bytes()) instanceof TakeOver) || streams.length != 2) {
            throw new IOException("the old master has said what it should not have");
        }
        supervisor.takePlace(control, addresses);
        System.out.flush();
        System.err.flush();
        Descriptors.replace(STDOUT, streams[0]);
        Descriptors.replace(STDERR, streams[1]);
        Descriptors.close(streams);
        Descriptors.leaveTerminal(); // whose process ends
        channel.send(new Taken().bytes());
    }

    private Received next() throws IOException {
        try (var readiness = new Readiness()) {
            while (true) {
                Received received = channel.receive();
                if (received == null) {
                    readiness.await(LOOK_NANOS, channel.fd());
                } else if (received.isEnd()) {
                    throw new IOException("the old master has given the upgrade up, or is gone");
                } else if (received.isTruncated()) {
                    Descriptors.close(received.descriptors());
                    throw new IOException("there is no room for what the old master hands over: raise the limit on"
                            + " open files (ulimit -n)");
                } else {
                    return received;
                }
            }
        }
    }

    @Override
    public void close() {
        channel.close();
    }
}
