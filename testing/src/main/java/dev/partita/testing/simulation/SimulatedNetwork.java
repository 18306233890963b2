package dev.partita.testing.simulation;

import dev.partita.connection.Connection;
import dev.partita.connection.ConnectionTable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/// The clients, the clock, and everything else that happens without the server's loop: one thing at a time, in an order that
/// the seed decides.
final class SimulatedNetwork {
    private static final int THINGS_MAX = 2_000_000;

    private final Random random;
    private final boolean kind;
    private final ConnectionTable table;
    private final List<Peer> peers = new ArrayList<>();
    private final Deque<Peer> backlog = new ArrayDeque<>();
    /// What other threads would do: work that was lent, replies that were put off.
    private final List<Runnable> elsewhere = new ArrayList<>();
    private long now = 1_000_000_000L;
    private int things;

    /// @param kind true for a network without accidents: everything arrives whole, and in order
    SimulatedNetwork(ConnectionTable table, Random random, boolean kind) {
        this.table = table;
        this.random = random;
        this.kind = kind;
        table.tick(now);
    }

    long now() {
        return now;
    }

    boolean isKind() {
        return kind;
    }

    /// Lets a client connect; it waits in the backlog until it is accepted.
    Peer connect(Script script) {
        var peer = new Peer(this, random, script);
        peers.add(peer);
        backlog.add(peer);
        return peer;
    }

    /// Accepts those who wait, as long as there are slots.
    void accept(Consumer<Connection> accepted) {
        while (!backlog.isEmpty() && (kind || random.nextInt(3) != 0)) {
            Connection connection = table.reserve();
            if (connection == null) {
                return;
            }
            Peer first = backlog.remove();
            first.accepted();
            ((Peer.Socket) connection.endpoint()).peer = first;
            accepted.accept(connection);
        }
    }

    /// Ends the server as it is.
    void end() {
        table.abort();
    }

    /// Something that another thread will do, some time.
    void elsewhere(Runnable doing) {
        elsewhere.add(doing);
    }

    boolean chance(int oneIn) {
        return !kind && random.nextInt(oneIn) == 0;
    }

    int pick(int bound) {
        return kind ? 0 : random.nextInt(bound);
    }

    boolean hasNobody() {
        return backlog.isEmpty() && peers.stream().allMatch(Peer::isClosed);
    }

    boolean hasBacklog() {
        return !backlog.isEmpty();
    }

    /// Lets one thing happen that does not have to wait for time to pass.
    ///
    /// @return false if there is none
    boolean happen() {
        if (++things > THINGS_MAX) {
            throw new AssertionError("no end after " + THINGS_MAX + " things that happened");
        }
        List<Peer> due = new ArrayList<>(peers.size());
        for (Peer peer : peers) {
            if (peer.nextAt() <= now) {
                due.add(peer);
            }
        }
        int which = due.size() + elsewhere.size();
        if (which == 0) {
            return false;
        }
        which = pick(which);
        if (which < due.size()) {
            due.get(which).act();
        } else {
            elsewhere.remove(which - due.size()).run();
        }
        return true;
    }

    /// Lets time pass, to the next thing that a client does or to `until`, whichever is first.
    void pass(long until) {
        if (++things > THINGS_MAX) {
            throw new AssertionError("no end after " + THINGS_MAX + " things that happened");
        }
        long next = until;
        boolean quiet = true;
        for (Peer peer : peers) {
            quiet &= peer.nextAt() == Long.MAX_VALUE;
            next = Math.min(next, peer.nextAt());
        }
        if (quiet) {
            peers.forEach(Peer::quiet);
        }
        now = Math.max(now, next);
        table.tick(now);
    }
}
