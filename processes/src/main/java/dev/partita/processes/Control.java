package dev.partita.processes;

import dev.partita.linux.socket.MessageChannel;
import dev.partita.linux.socket.MessageChannel.Received;
import dev.partita.linux.socket.Readiness;
import dev.partita.processes.Message.Answer;
import dev.partita.processes.Message.Ask;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;

/// What other programs of the same user ask of a master, through its control socket.
public final class Control {
    private static final long LOOK_NANOS = 1_000_000_000L;
    /// What a status may take; a reload and an upgrade take as long as the program does to start.
    private static final long STATUS_NANOS = 5_000_000_000L;

    /// What a master has answered.
    ///
    /// @param exitCode 0 if it could do what was asked
    /// @param text for people, one or more lines
    public record Reply(int exitCode, String text) {}

    private Control() {}

    /// The control socket of a server on that port, where it has no other path.
    public static Path path(int port) throws IOException {
        return ControlPath.find(List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
    }

    /// Asks what runs: a table of its processes.
    ///
    /// @throws IOException if nobody answers at that path, or not within five seconds
    public static Reply status(Path path) throws IOException {
        return ask(path, Clients.STATUS);
    }

    /// Asks for a new generation, and waits until it has taken over, or has failed.
    ///
    /// @throws IOException if nobody answers at that path
    public static Reply reload(Path path) throws IOException {
        return ask(path, Clients.RELOAD);
    }

    /// Asks for a new process that takes over from the one that answers, and waits until it has, or has failed.
    ///
    /// @throws IOException if nobody answers at that path
    public static Reply upgrade(Path path) throws IOException {
        return ask(path, Clients.UPGRADE);
    }

    private static Reply ask(Path path, String what) throws IOException {
        try (var channel = connect(path);
                var readiness = new Readiness()) {
            long asked = System.nanoTime();
            channel.send(new Ask(what).bytes());
            while (true) {
                if (what.equals(Clients.STATUS) && System.nanoTime() - asked > STATUS_NANOS) {
                    throw new IOException("the master at " + path + " does not answer");
                }
                Received received = channel.receive();
                if (received == null) {
                    readiness.await(LOOK_NANOS, channel.fd());
                } else if (received.isEnd()) {
                    throw new IOException("the master at " + path + " has ended without an answer");
                } else if (Message.of(received.bytes()) instanceof Answer(int exitCode, String text)) {
                    return new Reply(exitCode, text);
                }
            }
        }
    }

    private static MessageChannel connect(Path path) throws IOException {
        try {
            return MessageChannel.connect(path);
        } catch (IOException nobody) {
            throw new IOException(
                    nobody.getMessage() + "; a server of threads has a control socket from its first reload on: kill"
                            + " -HUP its process, which reloads it, or start it with --control PATH and name the same here",
                    nobody);
        }
    }
}
