package dev.partita.processes;

import dev.partita.connection.ConnectionTable;
import dev.partita.connection.Endpoint;
import dev.partita.limits.Counters;
import dev.partita.processes.lending.LayeredTransport;
import dev.partita.transport.Destination;
import dev.partita.transport.Listener;
import dev.partita.transport.Parking;
import dev.partita.transport.Poller;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.Transport;
import dev.partita.transport.Waiting;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A transport whose listeners came from another process, as far as they have; others it opens, and remembers, so that they can
/// be handed on. Servers are started with it by one thread at a time.
final class HandedTransport implements LayeredTransport {
    private final Transport below;
    private final Map<SocketAddress, Deque<Listener>> handed = new LinkedHashMap<>();
    private final Map<SocketAddress, List<Listener>> opened = new LinkedHashMap<>();
    private final Map<SocketAddress, Listener> listening = new LinkedHashMap<>();
    private @Nullable Opening whenOpen;
    private int unopened;

    /// What is to be done when everything listens that shall.
    interface Opening {
        void run() throws IOException;
    }

    HandedTransport(Transport below) {
        this.below = below;
    }

    /// Adds a listener for those who want to listen there.
    synchronized void hand(SocketAddress asked, Listener listener) {
        handed.computeIfAbsent(asked, any -> new ArrayDeque<>()).add(listener);
    }

    /// The last listener of each address, whoever has opened it.
    synchronized Map<SocketAddress, Listener> listening() {
        return new LinkedHashMap<>(listening);
    }

    /// Calls `action` when so many addresses listen: before anybody accepts, since a server's threads start last.
    void whenOpen(int addresses, Opening action) {
        unopened = addresses;
        whenOpen = action;
    }

    private void countDown() throws IOException {
        if (--unopened == 0 && whenOpen != null) {
            whenOpen.run();
        }
    }

    /// The listeners that it has opened itself, by the addresses that were asked for.
    Map<SocketAddress, List<Listener>> opened() {
        return opened;
    }

    /// Closes what was handed and nobody has wanted.
    synchronized void closeRest() {
        handed.values().forEach(rest -> rest.forEach(Listener::close));
        handed.clear();
    }

    @Override
    public synchronized Listener listen(SocketAddress address, int backlog, SocketOptions options, Sharing sharing)
            throws IOException {
        Deque<Listener> here = handed.get(address);
        Listener next = here == null ? null : here.poll();
        if (next == null) {
            next = below.listen(address, backlog, options, sharing);
            opened.computeIfAbsent(address, any -> new ArrayList<>()).add(next);
        }
        listening.put(address, next);
        countDown();
        return next;
    }

    @Override
    public synchronized List<Listener> listen(SocketAddress address, int backlog, SocketOptions options, int count)
            throws IOException {
        Deque<Listener> here = handed.remove(address);
        List<Listener> all;
        if (here != null && !here.isEmpty()) {
            all = List.copyOf(here);
        } else {
            all = below.listen(address, backlog, options, count);
            opened.computeIfAbsent(address, any -> new ArrayList<>()).addAll(all);
        }
        countDown();
        return all;
    }

    @Override
    public synchronized List<Listener> further(SocketAddress address) {
        Deque<Listener> rest = handed.remove(address);
        return rest == null ? List.of() : List.copyOf(rest);
    }

    // Everything else is as below.

    @Override
    public Transport below() {
        return below;
    }

    @Override
    public String name() {
        return below.name();
    }

    @Override
    public String description() {
        return below.description();
    }

    @Override
    public String unavailable() {
        return below.unavailable();
    }

    @Override
    public Endpoint endpoint() {
        return below.endpoint();
    }

    @Override
    public Destination destination(SocketAddress address, @Nullable SocketAddress source, SocketOptions options)
            throws IOException {
        return below.destination(address, source, options);
    }

    @Override
    public Poller poller(ConnectionTable table, Counters counters) throws IOException {
        return below.poller(table, counters);
    }

    @Override
    public long waitNanosMin() {
        return below.waitNanosMin();
    }

    @Override
    public Waiting blocking(ConnectionTable table) throws IOException {
        return below.blocking(table);
    }

    @Override
    public Parking parking(ConnectionTable table) throws IOException {
        return below.parking(table);
    }
}
