package dev.partita.processes;

import dev.partita.linux.socket.Descriptors;
import dev.partita.linux.socket.MessageChannel;
import dev.partita.linux.socket.MessageChannel.Received;
import dev.partita.processes.Message.Answer;
import dev.partita.processes.Message.End;
import dev.partita.processes.Message.Inherit;
import dev.partita.processes.Message.Ready;
import dev.partita.processes.Message.TakeOver;
import dev.partita.processes.Message.Taken;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// How a new master takes over from this one: it is started, gets the listening sockets, and when all of it serves this one has
/// only to drain and to leave. What this one has to do is in [Takeover], with the other half. The supervisor's, under its lock.
final class Upgrading {
    /// What the new master may take until it serves, without its workers; a launcher may have to build it first.
    private static final long PATIENCE_NANOS = 120_000_000_000L;
    /// The same for each worker: they start one after the other, for the others serve.
    private static final long WORKER_PATIENCE_NANOS = 5_000_000_000L;
    private static final int SIGKILL = 9;
    private static final int STDOUT = 1;
    private static final int STDERR = 2;

    private final SameProgram program;
    private Path control;
    private final Sockets sockets;
    private final Runnable whenEnded;
    private @Nullable Reload waiting;
    private @Nullable WorkerProcess next;
    private final Overlap overlap;
    /// The new master serves beside this one.
    private boolean ready;
    private boolean told;
    private boolean taken;

    /// @param whenEnded is told of the end of the new master, by some other thread
    /// @param requests how many this server has served
    Upgrading(SameProgram program, Path control, Sockets sockets, Runnable whenEnded, LongSupplier requests) {
        this.program = program;
        this.control = control;
        this.sockets = sockets;
        this.whenEnded = whenEnded;
        overlap = new Overlap(requests);
    }

    /// A new master that is started from now on finds this one there.
    void moveControlTo(Path path) {
        control = path;
    }

    /// Asks for an upgrade, or for the outcome of the one that is under way.
    Reload ask() {
        Reload asked = waiting == null ? new Reload() : waiting;
        waiting = asked;
        return asked;
    }

    /// Whether a new master is about to take over, or was asked for.
    boolean isUnderWay() {
        return waiting != null;
    }

    /// Whether one has taken over.
    boolean isDone() {
        return taken;
    }

    /// Starts the new master if one was asked for, and hears it.
    ///
    /// @param generation the one that serves
    /// @param mayBegin false while a new generation comes up
    /// @return whether it has taken over just now
    boolean progress(Generation generation, boolean mayBegin, long now) {
        WorkerProcess master = next;
        if (waiting == null || taken || master == null && !mayBegin) {
            return false;
        }
        if (master == null) {
            try {
                next = new WorkerProcess(program.startMaster(control));
                var _ = next.process.onExit().thenRun(whenEnded);
            } catch (IOException refused) {
                fail("it could not be started: " + refused.getMessage());
            }
            return false;
        }
        hear(master);
        if (taken) {
            return true;
        }
        if (ready && !told && next != null && overlap.isOver(now)) {
            told = true;
            if (!master.tell(new TakeOver(), STDOUT, STDERR)) {
                fail("it did not take this one's place");
            }
        }
        long patience = PATIENCE_NANOS + generation.workers.size() * WORKER_PATIENCE_NANOS;
        if (next != null && !master.process.isAlive()) {
            fail("it " + master.end() + master.tail());
        } else if (next != null && now - master.startedAt > patience) {
            fail("it does not serve after " + patience / 1_000_000_000L + " s" + master.tail());
        }
        return false;
    }

    /// What it writes until it has our standard output, and what is left of that then.
    boolean pump() {
        WorkerProcess master = next;
        return master != null && master.pump();
    }

    /// Whether the process of that number is the new master.
    boolean isStarted(int pid) {
        WorkerProcess master = next;
        return master != null && !taken && master.pid() == pid && master.channel == null;
    }

    /// The new master has connected.
    void joined(MessageChannel channel, Generation generation) {
        WorkerProcess master = next;
        if (master != null) {
            master.channel = channel;
            if (!inherit(master, generation)) {
                fail("it did not take the sockets");
            }
        }
    }

    private boolean inherit(WorkerProcess master, Generation generation) {
        List<Message.Handed> handed = new ArrayList<>();
        List<Integer> descriptors = new ArrayList<>();
        sockets.handAll(handed, descriptors);
        boolean sent = true;
        int from = 0;
        do {
            int to = Math.min(handed.size(), from + MessageChannel.DESCRIPTORS_MAX);
            sent &= master.tell(
                    new Inherit(generation.number, handed.subList(from, to), to == handed.size()),
                    descriptors.subList(from, to).stream().mapToInt(Integer::intValue).toArray());
            from = to;
        } while (from < handed.size());
        return sent;
    }

    /// The new master's channel, to wait for; null once it has taken over, and has nothing more to say.
    @Nullable MessageChannel channel() {
        return next == null ? null : next.channel;
    }

    private void hear(WorkerProcess master) {
        MessageChannel channel = master.channel;
        while (channel != null && next != null) {
            Received received = channel.receive();
            if (received == null) {
                return;
            }
            Descriptors.close(received.descriptors());
            if (received.isEnd()) {
                channel.close();
                master.channel = null;
                return;
            }
            try {
                switch (Message.of(received.bytes())) {
                    case Ready _ -> ready = true;
                    case Taken _ -> {
                        taken = true;
                        channel.close(); // it would be readable for as long as this process drains
                        master.channel = null;
                        return;
                    }
                    default -> fail("it said what no new master says");
                }
            } catch (IOException other) {
                fail(String.valueOf(other.getMessage()));
            }
        }
    }

    /// The number of the process that has taken over.
    long pid() {
        return next == null ? -1 : next.pid();
    }

    /// It is over.
    void end(Answer outcome) {
        Reload over = waiting;
        if (over != null) {
            waiting = null;
            over.end(outcome);
        }
    }

    /// The server ends: so does the new master, if it has not taken over. It may serve already, and ends what it has begun.
    void stop(String why) {
        WorkerProcess master = next;
        if (!taken && !told && master != null && master.tell(new End(End.How.DRAIN))) {
            forget(master);
            over(why);
        } else {
            fail(why);
        }
    }

    /// Gives it up, if it has not taken over.
    void fail(String why) {
        if (taken) {
            return;
        }
        WorkerProcess failed = next;
        if (failed != null) {
            failed.kill("it failed");
            var _ = Descriptors.signal(-failed.pid(), SIGKILL); // whom it has started meanwhile, such as a build
            forget(failed);
        }
        over(why);
    }

    private void forget(WorkerProcess master) {
        next = null;
        ready = false;
        told = false;
        overlap.reset();
        master.close();
        Path meanwhile = Takeover.controlMeanwhile(control, master.pid());
        if (!meanwhile.equals(control)) {
            var _ = master.process.onExit().thenRun(() -> Takeover.removeFile(meanwhile));
        }
    }

    private void over(String why) {
        if (waiting != null) {
            Journal.log(Level.DEBUG, "an upgrade has failed");
            end(new Answer(1, "the new process did not come up, this one goes on: " + why));
        }
    }
}
