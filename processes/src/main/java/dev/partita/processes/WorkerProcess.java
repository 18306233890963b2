package dev.partita.processes;

import dev.partita.limits.Counter;
import dev.partita.limits.Counts;
import dev.partita.linux.socket.MessageChannel;
import dev.partita.processes.lending.DistantWorker;
import dev.partita.processes.lending.ProcessCrew;
import dev.partita.server.WorkerEnd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A worker as its master sees it. The supervisor's thread only.
final class WorkerProcess {
    enum State {
        /// Started, and not heard of.
        STARTING,
        /// Ready for a place.
        SPARE,
        /// Has a place, and takes its sockets.
        PLACED, SERVING, DRAINING
    }

    /// Exit code of a JVM that ran out of memory under -XX:+ExitOnOutOfMemoryError (`vmExit`'s callers in HotSpot's debug.cpp).
    private static final int OUT_OF_MEMORY = 3;
    /// A process that a signal has ended has 128 and its number.
    private static final int SIGNALLED = 128;
    private static final int SIGKILL = 9;
    private static final int TAIL_CHUNKS = 64;
    private static final String NOT_NEEDED = "it was not needed any longer";

    final Process process;
    final long startedAt = System.nanoTime();
    final Output out;
    final Output err;
    State state = State.STARTING;
    @Nullable MessageChannel channel;
    Counts counts = new Counts();
    boolean accepting;
    private boolean warm;
    long heardAt = startedAt;
    long placedAt;
    long servingSince;
    /// When it is killed if it has not ended by then.
    long endBy = Long.MAX_VALUE;
    private @Nullable WorkerEnd killed;
    private String killedBecause = "";

    // Where the master lends.
    private @Nullable ProcessCrew crew;
    private @Nullable DistantWorker distant;
    private boolean joined;

    // Where the master passes connections.
    @Nullable MessageChannel passing;
    /// The worker's end of that: what was passed to a worker that died before it looked is taken back here.
    @Nullable MessageChannel passed;
    private long passedCount;
    boolean busy;
    long idleSince = startedAt;

    WorkerProcess(Process process) {
        this.process = process;
        out = new Output(process.getInputStream(), Outlet.OUT);
        err = new Output(process.getErrorStream(), Outlet.ERR);
    }

    static WorkerProcess start(SameProgram program, Path control, Runnable whenEnded) throws IOException {
        var worker = new WorkerProcess(program.start(control));
        var _ = worker.process.onExit().thenRun(whenEnded);
        return worker;
    }

    long pid() {
        return process.pid();
    }

    /// Whether its code is compiled, as far as there was time for that before it was needed.
    boolean isWarm() {
        return warm;
    }

    /// Whether it starts, or tries itself.
    boolean isComingUp() {
        return state == State.STARTING || state == State.SPARE && !warm;
    }

    void becomesWarm() {
        warm = true;
    }

    boolean isPlaced() {
        return state == State.PLACED || state == State.SERVING;
    }

    /// Whether it has a handler for that signal, as the kernel says: `proc_pid_status(5)`.
    boolean handles(int signal) {
        String caught = "SigCgt:";
        try {
            for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid()), "status"))) {
                if (line.startsWith(caught)) {
                    return (Long.parseUnsignedLong(line.substring(caught.length()).strip(), 16) >>> signal - 1
                            & 1) != 0;
                }
            }
        } catch (IOException | NumberFormatException gone) {
            // it has ended
        }
        return false;
    }

    /// The connections it has, with those that it has not looked at.
    long load() {
        return passedCount - counts.get(Counter.CLOSED);
    }

    /// Tells it something.
    ///
    /// @return false if it does not listen
    boolean tell(Message message, int... descriptors) {
        MessageChannel to = channel;
        return to != null && to.send(message.bytes(), descriptors);
    }

    /// Lets it end.
    ///
    /// @param by when it is killed otherwise
    void end(Message.End.How how, long by) {
        endBy = by;
        DistantWorker lent = distant;
        ProcessCrew of = crew;
        if (state != State.STARTING && lent != null && of != null) {
            MessageChannel to = channel;
            of.retire(lent, () -> { // nothing is lent to it behind the word that it ends
                if (to == null || !to.send(new Message.End(how).bytes())) {
                    process.destroyForcibly();
                }
            });
        } else if (state == State.STARTING || !tell(new Message.End(how))) {
            kill(NOT_NEEDED);
        }
        state = State.DRAINING;
    }

    /// Gets its work by memory that it shares with the master.
    void lend(ProcessCrew crew, DistantWorker distant) {
        this.crew = crew;
        this.distant = distant;
    }

    /// From now on it gets work, if it is to be lent any.
    void join() {
        DistantWorker lent = distant;
        ProcessCrew of = crew;
        if (!joined && lent != null && of != null) {
            joined = true;
            of.add(lent);
        }
    }

    /// Its state for others, who take "serving" for a promise: one that is to be lent work is no more than placed until the master's
    /// loop knows it.
    State seenState() {
        DistantWorker lent = distant;
        return state == State.SERVING && lent != null && !lent.hasBegun() ? State.PLACED : state;
    }

    /// What it has written that cannot be; empty if nothing.
    String lie() {
        DistantWorker lent = distant;
        return lent == null ? "" : lent.lie();
    }

    /// Passes it a connection, a copy of it.
    boolean pass(byte[] word, int descriptor) {
        MessageChannel to = passing;
        if (to == null || !to.send(word, descriptor)) {
            return false;
        }
        passedCount++;
        return true;
    }

    boolean pump() {
        return pump(false);
    }

    private boolean pump(boolean last) {
        boolean said = out.pump(last);
        return err.pump(last) || said;
    }

    /// Its last words.
    String tail() {
        for (int left = TAIL_CHUNKS; left > 0 && pump(true); left--) {
            // until there is nothing more, or somebody whom it has started writes on and on
        }
        String both = (out.tail() + "\n" + err.tail()).strip();
        return both.isEmpty() ? "" : ":\n" + both.indent(4).stripTrailing();
    }

    /// Kills it for something that has nothing to do with its life signs.
    void kill(String because) {
        kill(WorkerEnd.DISTRUSTED, because);
    }

    void kill(WorkerEnd why, String because) {
        if (killed == null) {
            killed = why;
            killedBecause = because;
        }
        process.destroyForcibly();
    }

    /// Whether it has ended of itself, and so the next one probably would.
    boolean endedItself() {
        return killed == null && process.exitValue() < SIGNALLED;
    }

    /// Whether it has ended with nothing left to do, or was not needed.
    boolean endedWell() {
        return killed == null ? process.exitValue() == 0 : killedBecause.equals(NOT_NEEDED);
    }

    /// What it has ended by.
    WorkerEnd why() {
        if (killed != null) {
            return killed;
        }
        int code = process.exitValue();
        return code == OUT_OF_MEMORY
                ? WorkerEnd.OUT_OF_MEMORY
                : code > SIGNALLED ? WorkerEnd.SIGNAL : WorkerEnd.EXIT;
    }

    /// The same in words.
    String end() {
        if (killed != null) {
            return killedBecause;
        }
        int code = process.exitValue();
        return switch (code) {
            case OUT_OF_MEMORY -> "out of memory";
            case SIGNALLED + SIGKILL -> "killed by signal 9";
            default -> code > SIGNALLED ? "ended by signal " + (code - SIGNALLED) : "ended with " + code;
        };
    }

    void close() {
        for (MessageChannel each : new MessageChannel[]{channel, passing, passed}) {
            if (each != null) {
                each.close();
            }
        }
        channel = null;
        passing = null;
        passed = null;
        DistantWorker lent = distant;
        ProcessCrew of = crew;
        if (lent != null && of != null) {
            distant = null;
            of.lose(lent);
        }
    }
}
