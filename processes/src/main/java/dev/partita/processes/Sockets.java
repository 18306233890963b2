package dev.partita.processes;

import dev.partita.linux.socket.ListeningSocket;
import dev.partita.linux.socket.MessageChannel;
import dev.partita.processes.Message.Handed;
import dev.partita.server.Division.Reach;
import dev.partita.transport.Listener;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.Transport;
import dev.partita.transport.Transport.Sharing;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The listening sockets of a master, which are open for as long as somebody may want to connect: workers and generations come
/// and go with copies of them, and what waits in a backlog meanwhile is never reset.
final class Sockets {
    /// By the addresses that were asked for, with port 0 where any was meant.
    private final Map<SocketAddress, List<ListeningSocket>> open = new LinkedHashMap<>();
    /// What was opened for the plan of the last generation.
    private final List<ListeningSocket> added = new ArrayList<>();
    /// For who accepts in this process.
    private final List<ListeningSocket> duplicates = new ArrayList<>();
    private final Transport transport;
    private final HandedTransport aside;

    Sockets(Transport transport) {
        this.transport = transport;
        aside = new HandedTransport(transport);
    }

    /// For what the program runs beside the server: what listens by this is handed on with the rest.
    HandedTransport aside() {
        return aside;
    }

    /// Opens the addresses that a plan asks for and that are not open yet.
    ///
    /// @throws IOException if that fails; what was open before still is, and nothing else
    void open(Plan plan) throws IOException {
        added.clear();
        try {
            for (SocketAddress each : plan.addresses()) {
                if (!open.containsKey(each)) {
                    List<ListeningSocket> opened = open(each, plan);
                    open.put(each, opened);
                    added.addAll(opened);
                }
            }
        } catch (IOException | RuntimeException failure) {
            giveUp();
            throw failure;
        }
    }

    /// Closes what was opened for the last plan, whose generation does not serve.
    void giveUp() {
        open.values().forEach(all -> all.removeAll(added));
        open.values().removeIf(List::isEmpty);
        added.forEach(Listener::close);
        added.clear();
    }

    private List<ListeningSocket> open(SocketAddress address, Plan plan) throws IOException {
        SocketOptions options = plan.socketOptions();
        boolean several = plan.reach() == Reach.OWN && !(address instanceof UnixDomainSocketAddress);
        List<Listener> opened = several
                ? transport.listen(address, plan.backlog(), options, plan.count())
                : List.of(transport.listen(address, plan.backlog(), options, Sharing.SINGLE));
        return new ArrayList<>(opened.stream().map(ListeningSocket.class::cast).toList());
    }

    /// Opens further sockets for a generation of more workers than the one before: not before these accept, for the kernel gives
    /// connections to a new socket at once. Where the sockets were not opened to be several, some workers share.
    void spread(Plan plan) {
        if (plan.reach() != Reach.OWN) {
            return;
        }
        for (SocketAddress each : plan.addresses()) {
            if (each instanceof UnixDomainSocketAddress) {
                continue; // has one socket
            }
            List<ListeningSocket> here = open.getOrDefault(each, List.of());
            try {
                while (!here.isEmpty() && here.size() < plan.count()) {
                    ListeningSocket further = ListeningSocket.open(here.getFirst().address(), plan.backlog(),
                            plan.socketOptions(), Sharing.REUSE_PORT);
                    here.add(further);
                    added.add(further);
                }
            } catch (IOException alone) {
                // shared then
            }
        }
    }

    /// Takes over those that this process was started with.
    void adopt(Activation activation) {
        open.putAll(activation.sockets());
    }

    /// Takes those of the master before this one.
    void inherit(List<Handed> handed, SocketOptions options, int... descriptors) throws IOException {
        for (int i = 0; i < descriptors.length; i++) {
            SocketAddress asked = handed.get(i).asked();
            ListeningSocket socket = ListeningSocket.adopt(descriptors[i], asked, options, true);
            if (handed.get(i).kind() == Handed.Kind.ASIDE) {
                aside.hand(asked, socket);
            } else {
                open.computeIfAbsent(asked, any -> new ArrayList<>()).add(socket);
            }
        }
    }

    /// Adds all, for the master after this one.
    void handAll(List<Handed> handed, List<Integer> descriptors) {
        open.forEach((address, sockets) -> sockets.forEach(each -> {
            handed.add(new Handed(address, Handed.Kind.LISTENING));
            descriptors.add(each.fd());
        }));
        besides().forEach((address, socket) -> {
            handed.add(new Handed(address, Handed.Kind.ASIDE));
            descriptors.add(socket.fd());
        });
    }

    private Map<SocketAddress, ListeningSocket> besides() {
        Map<SocketAddress, ListeningSocket> open = new LinkedHashMap<>();
        aside.listening().forEach((address, each) -> {
            if (each instanceof ListeningSocket socket && socket.isOpen()) {
                open.put(address, socket);
            }
        });
        return open;
    }

    /// Lends those that are open to a server that runs in this process.
    void lend(HandedTransport transport) throws IOException {
        for (Map.Entry<SocketAddress, List<ListeningSocket>> each : open.entrySet()) {
            for (ListeningSocket socket : each.getValue()) {
                transport.hand(each.getKey(), socket.share());
            }
        }
    }

    /// Takes over the files of unix sockets, which the master before this one has left.
    void own() {
        all().forEach(ListeningSocket::own);
    }

    /// The master after this one has them.
    void leave() {
        all().forEach(ListeningSocket::leave);
        duplicates.forEach(ListeningSocket::leave);
        besides().values().forEach(ListeningSocket::leave);
    }

    /// Takes over those of a server that runs in this process.
    void adopt(Map<SocketAddress, List<Listener>> listeners) throws IOException {
        for (Map.Entry<SocketAddress, List<Listener>> each : listeners.entrySet()) {
            List<ListeningSocket> copies = new ArrayList<>();
            for (Listener listener : each.getValue()) {
                copies.add(((ListeningSocket) listener).duplicate());
            }
            open.put(each.getKey(), copies);
        }
    }

    /// Closes what nobody asks for any longer.
    void keep(List<SocketAddress> asked) {
        for (SocketAddress each : List.copyOf(open.keySet())) {
            if (!asked.contains(each)) {
                close(each);
            }
        }
    }

    private void close(SocketAddress address) {
        List<ListeningSocket> closed = open.remove(address);
        if (closed != null) {
            closed.forEach(Listener::close);
        }
    }

    void close() {
        open.values().forEach(all -> all.forEach(Listener::close));
        open.clear();
    }

    boolean isEmpty() {
        return open.isEmpty();
    }

    List<ListeningSocket> all() {
        return open.values().stream().flatMap(List::stream).toList();
    }

    /// Those that were asked for.
    Set<SocketAddress> addresses() {
        return open.keySet();
    }

    /// Those of the addresses that a plan asks for.
    List<ListeningSocket> of(Plan plan) {
        return plan.addresses().stream().flatMap(each -> open.getOrDefault(each, List.of()).stream()).toList();
    }

    /// Those of the addresses that a plan does not ask for.
    List<ListeningSocket> without(Plan plan) {
        return open.entrySet().stream().filter(each -> !plan.addresses().contains(each.getKey()))
                .flatMap(each -> each.getValue().stream()).toList();
    }

    /// Hands a copy of each to who accepts in this process.
    void duplicateTo(HandedTransport transport) throws IOException {
        for (Map.Entry<SocketAddress, List<ListeningSocket>> each : open.entrySet()) {
            for (ListeningSocket socket : each.getValue()) {
                ListeningSocket copy = socket.duplicate();
                duplicates.add(copy);
                transport.hand(each.getKey(), copy);
            }
        }
    }

    /// Adds what the worker at `place` listens on.
    ///
    /// @throws IOException if these are too many
    void hand(Plan plan, int place, List<Handed> handed, List<Integer> descriptors) throws IOException {
        for (SocketAddress address : plan.addresses()) {
            List<ListeningSocket> here = open.getOrDefault(address, List.of());
            boolean own = plan.reach() == Reach.ALL || plan.reach() == Reach.OWN && here.size() >= plan.count();
            for (int i = 0; i < here.size(); i++) {
                boolean its = switch (plan.reach()) {
                    case ALL -> true;
                    case OWN -> !own || i % plan.count() == place;
                    case SHARED -> true;
                    case PASSED, PASSED_ALONE, LENT -> false;
                };
                if (its) {
                    handed.add(new Handed(address, own ? Handed.Kind.LISTENING : Handed.Kind.SHARED));
                    descriptors.add(here.get(i).fd());
                }
            }
        }
        if (descriptors.size() > MessageChannel.DESCRIPTORS_MAX) {
            throw new IOException("a new generation can get at most " + MessageChannel.DESCRIPTORS_MAX
                    + " listening sockets, and this server has " + descriptors.size()
                    + ": start it with fewer --workers, or with --accept shared");
        }
    }
}
