package dev.partita.connection;

import dev.partita.limits.Counter;
import dev.partita.limits.Counters;
import dev.partita.limits.Counts;
import dev.partita.limits.Limits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// All the connections that a server can have, made before the first one is needed: the bound on them, and the one list of
/// the free ones, which every accepting thread takes from.
public final class ConnectionTable implements AutoCloseable {
    /// Connections over the limit that are told so at the same time; more of them wait in the backlog.
    private static final int REFUSED_AT_A_TIME_MAX = 16;

    private final Protocol protocol;
    private final Limits limits;
    private final FileAccess files;
    private final Counters counters = Counters.shared();
    private final boolean observed;
    private final boolean sessionsMove;
    private final @Nullable RequestObserver observer;
    private final Connection[] slots;
    private final FreeList free;
    /// How many connections are being served; kept only where others are refused. Not how many slots are taken: whoever accepts
    /// takes one before it knows whether anybody is there, and those that are refused have one for a moment.
    private final AtomicInteger admitted = new AtomicInteger();
    private final boolean refuses;
    private final ConcurrentMap<Folder, FileTree> folders = new ConcurrentHashMap<>();
    private volatile boolean draining;
    private volatile @Nullable Close idle;
    private volatile boolean aborting;
    private volatile boolean wanted;
    private volatile long now = System.nanoTime();
    private volatile Runnable whenWanted = () -> {};
    private volatile List<Counters> counted = List.of();

    /// What a shared folder is known by.
    private record Folder(Path root, Symlinks symlinks) {}

    /// @param endpoints makes one endpoint for every slot
    public ConnectionTable(Protocol protocol, Limits limits, FileAccess files, Supplier<? extends Endpoint> endpoints) {
        this(protocol, limits, files, endpoints, null);
    }

    /// @param endpoints makes one endpoint for every slot
    /// @param observer is told of every request; null if nobody wants to know
    public ConnectionTable(
            Protocol protocol,
            Limits limits,
            FileAccess files,
            Supplier<? extends Endpoint> endpoints,
            @Nullable RequestObserver observer) {
        this.protocol = protocol;
        this.limits = limits;
        this.files = files;
        this.observer = observer;
        observed = observer != null || protocol.wantsTimes();
        sessionsMove = protocol.sessionsMove() && !observed;
        refuses = protocol.refusesConnections();
        slots = new Connection[limits.connectionsMax() + (refuses ? REFUSED_AT_A_TIME_MAX : 0)];
        free = new FreeList(slots.length, true);
        for (int slot = 0; slot < slots.length; slot++) {
            slots[slot] = new Connection(this, slot, endpoints.get());
        }
    }

    /// Takes a free slot for a connection that is about to be accepted: [Connection#begin] uses it, [#cancel] gives it
    /// back. From any thread.
    ///
    /// @return null if every slot is taken; as soon as one is free again, the action of [#whenRoom] runs
    public @Nullable Connection reserve() {
        int slot = free.pop();
        if (slot == FreeList.NONE) {
            wanted = true;
            slot = free.pop(); // one that was given back before the flag could be seen
        }
        if (slot == FreeList.NONE) {
            return null;
        }
        return slots[slot];
    }

    /// True if a slot is free; a moment old.
    public boolean hasRoom() {
        return !free.isEmpty();
    }

    /// How many slots are free; a moment old.
    public int free() {
        return free.size();
    }

    /// Gives a reserved slot back.
    public void cancel(Connection connection) {
        release(connection);
    }

    /// Sets what is done, by the thread that gives a slot back, when somebody had wanted one in vain.
    public void whenRoom(Runnable action) {
        whenWanted = action;
    }

    /// How many slots there are.
    public int size() {
        return slots.length;
    }

    /// The connection of a slot, in use or not.
    public Connection at(int slot) {
        return slots[slot];
    }

    /// The bounds of this server.
    public Limits limits() {
        return limits;
    }

    /// Where is counted what no loop counts.
    public Counters counters() {
        return counters;
    }

    /// Says where the events of these connections are counted. Before the first of them.
    public void countedBy(List<Counters> counters) {
        counted = List.copyOf(counters);
    }

    /// The sum of a counter over all connections, a moment old. From any thread.
    public long total(Counter counter) {
        long sum = 0;
        for (Counters each : counted) {
            sum += each.get(counter);
        }
        return sum;
    }

    /// All sums, as of one moment. From any thread.
    public Counts totals() {
        return new Counts(counted);
    }

    /// True if somebody observes the requests, so that times are taken.
    public boolean isObserved() {
        return observed;
    }

    /// True if a session that is between two requests may go on with another connection: not while somebody observes the
    /// requests, since what a session then remembers of its client is more than a number.
    boolean sessionsMove() {
        return sessionsMove;
    }

    /// The clock of all deadlines, in nanoseconds: [System#nanoTime] as it was at the last [#tick], so that asking costs
    /// nothing, and a test can let time pass.
    public long now() {
        return now;
    }

    /// Sets the clock; several times a second, by one thread.
    public void tick(long nanoTime) {
        now = nanoTime;
    }

    /// True while somebody has wanted a slot and got none.
    public boolean isCrowded() {
        return wanted;
    }

    /// True once the server is about to end.
    public boolean isDraining() {
        return draining;
    }

    /// Says that the server is about to end: every reply announces that its connection closes. A connection between two
    /// requests stays open for one more.
    public void drain() {
        draining = true;
    }

    /// How connections between two requests end, once they are no longer left open for one more; null until then.
    public @Nullable Close idle() {
        return idle;
    }

    /// Says that connections between two requests end: a drain has waited long enough for another request.
    ///
    /// @param how [Close#LINGER] for a peer that may be sending one just now: it sees our end before its own is closed
    public void closeIdle(Close how) {
        draining = true;
        idle = how;
    }

    /// True once nobody is waited for any longer.
    public boolean isAborting() {
        return aborting;
    }

    /// Says that every connection ends at once, whatever it is in the middle of.
    public void abort() {
        closeIdle(Close.NORMAL);
        aborting = true;
    }

    Protocol protocol() {
        return protocol;
    }

    @Nullable RequestObserver observer() {
        return observer;
    }

    FileAccess files() {
        return files;
    }

    /// The one open folder for `root`, which ends with this table.
    FileTree sharedFiles(Path root, Symlinks symlinks) throws IOException {
        var folder = new Folder(root, symlinks);
        FileTree known = folders.get(folder);
        if (known != null) {
            return known;
        }
        FileTree opened = files.tree(root, symlinks);
        FileTree other = folders.putIfAbsent(folder, opened);
        if (other == null) {
            return opened;
        }
        opened.close();
        return other;
    }

    /// Ends the connections that were accepted for a home which had ended by then, as an abort lets it. No thread of the server's
    /// runs any longer.
    public void endUnseen() {
        for (Connection connection : slots) {
            connection.endUnseen();
        }
    }

    /// Frees what the connections shared. No connection is open any longer.
    @Override
    public void close() {
        folders.values().forEach(FileTree::close);
        folders.clear();
    }

    /// Counts a connection that begins, unless there are as many as there may be.
    ///
    /// @return false if there are: it has to be told so
    boolean admit() {
        if (!refuses) {
            return true; // there is no slot for one too many
        }
        int seen;
        do {
            seen = admitted.get();
            if (seen >= limits.connectionsMax()) {
                return false;
            }
        } while (!admitted.compareAndSet(seen, seen + 1));
        return true;
    }

    /// One that was admitted is over.
    void dismiss() {
        if (refuses) {
            admitted.decrementAndGet();
        }
    }

    void release(Connection connection) {
        free.push(connection.slot());
        if (wanted) {
            wanted = false;
            whenWanted.run();
        }
    }
}
