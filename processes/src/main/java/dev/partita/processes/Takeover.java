package dev.partita.processes;

import dev.partita.linux.socket.Descriptors;
import dev.partita.linux.socket.MessageChannel;
import dev.partita.linux.socket.MessageChannel.Received;
import dev.partita.linux.socket.MessageListener;
import dev.partita.linux.socket.Readiness;
import dev.partita.loop.Attendant;
import dev.partita.processes.Message.End;
import dev.partita.processes.Message.Inherit;
import dev.partita.processes.Message.Ready;
import dev.partita.processes.Message.TakeOver;
import dev.partita.processes.Message.Taken;
import dev.partita.server.Server;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/// How a new master takes over from the one that has started it, as the new one sees it: it gets the listening sockets, serves
/// with them beside the old one, says so, and takes the old one's place when it is told to. Until then the old one goes on, and if
/// anything fails, this process has only to end. If the old one is gone before that, so is this one, at once, and its workers with
/// it as with any master that is lost. Used by the thread that has called `run`; a second one hears the old master.
///
/// ```
///   the old master (Upgrading)                 this process
///                            <-- connects
///   Inherit, with sockets    -->               serves beside the old one
///                            <-- Ready
///   a moment later: TakeOver,
///   with stdout              -->               is found where the old one was
///                            <-- Taken
///   drains, and ends
/// ```
final class Takeover implements Runnable, AutoCloseable {
    /// The variable of the environment by which a process knows that it is to take over, and from whom.
    static final String VARIABLE = "PARTITA_UPGRADE";

    private static final long LOOK_NANOS = 1_000_000_000L;
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int LOST = 1;
    /// What the old master may be ahead: it waits for our answers.
    private static final int SAID_MAX = 64;

    private final MessageChannel channel;
    private final Path control;
    private final BlockingQueue<Received> said = new ArrayBlockingQueue<>(SAID_MAX);
    private volatile boolean over;
    private volatile boolean serving;
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
        var takeover = new Takeover(channel, Path.of(control));
        new Attendant("takeover", takeover).start();
        return takeover;
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
        return controlMeanwhile(control, ProcessHandle.current().pid());
    }

    /// Where the process of that number does: beside the old master, under a name that fits where that one's does.
    static Path controlMeanwhile(Path control, long pid) {
        Path name = control.getFileName();
        Path beside = control.resolveSibling(name + "." + pid);
        if (bytes(beside) <= MessageListener.PATH_BYTES_MAX) {
            return beside;
        }
        String number = Long.toString(pid, Character.MAX_RADIX);
        return control.resolveSibling(number.substring(Math.max(0, number.length() - bytes(name))));
    }

    private static int bytes(Path path) {
        return path.toString().getBytes(StandardCharsets.UTF_8).length;
    }

    /// From now on this process may have begun something that it is to end.
    void serves() {
        serving = true;
    }

    /// Says that everything serves, and takes the place of the old master.
    ///
    /// @param addresses where this process listens; the old one's others are closed
    /// @return false if the old one gives it up, and this one is to end what it has begun
    boolean complete(Supervisor supervisor, List<SocketAddress> addresses) throws IOException {
        channel.send(new Ready().bytes());
        Received received = next();
        int[] streams = received.descriptors();
        Message message = Message.of(received.bytes());
        if (message instanceof End) {
            return false;
        }
        if (!(message instanceof TakeOver) || streams.length != 2) {
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
        return true;
    }

    private Received next() throws IOException {
        try {
            Received received = said.take();
            if (received.isTruncated()) {
                Descriptors.close(received.descriptors());
                throw new IOException("there is no room for what the old master hands over: raise the limit on"
                        + " open files (ulimit -n)");
            }
            return received;
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the old master hands over", impatient);
        }
    }

    /// Hears the old master until it has said the last that there is to say: this process need not care any longer what becomes of it.
    @Override
    public void run() {
        boolean last = false;
        try (var readiness = new Readiness()) {
            while (!last) {
                Received received = channel.receive();
                if (received == null) {
                    readiness.await(LOOK_NANOS, channel.fd());
                } else if (received.isEnd()) {
                    break;
                } else {
                    Message message = message(received);
                    if (message instanceof End && !serving) {
                        break;
                    }
                    last = message instanceof TakeOver || message instanceof End;
                    said.put(received);
                }
            }
        } catch (InterruptedException impatient) {
            last = true; // nobody interrupts it
        } catch (IOException noDescriptor) {
            System.err.println("partita: the old master cannot be heard: " + noDescriptor.getMessage());
        }
        if (!last && !over) {
            orphaned();
        }
    }

    private static @Nullable Message message(Received received) {
        try {
            return Message.of(received.bytes());
        } catch (IOException strange) {
            return null; // who waits for it says so
        }
    }

    /// The old master has given the upgrade up, or is gone. Nobody waits for what this process has accepted beside it: what that
    /// one had is lost too, and the next start needs the addresses.
    private void orphaned() {
        removeFile(controlMeanwhile());
        Runtime.getRuntime().halt(LOST);
    }

    /// What a process leaves that was to take over, and is gone.
    static void removeFile(Path meanwhile) {
        try {
            Files.deleteIfExists(meanwhile);
        } catch (IOException kept) {
            // the next one of that name replaces it
        }
    }

    @Override
    public void close() {
        over = true;
        channel.close();
    }
}
