package dev.partita.server;

import dev.partita.connection.Protocol;
import dev.partita.connection.RequestObserver;
import dev.partita.limits.Limits;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.Transport;
import dev.partita.transport.Transports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What is to be served and where. Together with a [ServerModel] it runs:
///
///     try (Running server = Server.of(protocol).listen(8080).run(new Symped(4))) {
///         server.await();
///     }
///
/// Immutable: each method returns another server, and one may be run several times, under several models.
public final class Server {
    private final Protocol protocol;
    private final List<SocketAddress> addresses;
    private final @Nullable Transport transport;
    private final Limits limits;
    private final SocketOptions options;
    private final boolean pinned;
    private final @Nullable RequestObserver observer;
    private final @Nullable Path control;
    private final @Nullable String user;
    private final @Nullable Consumer<Running> whenServing;

    private Server(
            Protocol protocol,
            List<SocketAddress> addresses,
            @Nullable Transport transport,
            Limits limits,
            SocketOptions options,
            boolean pinned,
            @Nullable RequestObserver observer,
            @Nullable Path control,
            @Nullable String user,
            @Nullable Consumer<Running> whenServing) {
        this.protocol = protocol;
        this.addresses = List.copyOf(addresses);
        this.transport = transport;
        this.limits = limits;
        this.options = options;
        this.pinned = pinned;
        this.observer = observer;
        this.control = control;
        this.user = user;
        this.whenServing = whenServing;
    }

    /// A server that speaks `protocol`, with the best transport of this machine and the default limits and options.
    public static Server of(Protocol protocol) {
        return new Server(protocol, List.of(), null, Limits.defaults(), SocketOptions.defaults(), false, null, null,
                null,
                null);
    }

    /// Listens on a port of the loopback address, and so for programs of this machine only; for others say which address,
    /// such as `listen(new InetSocketAddress(8080))` for all of them.
    ///
    /// @param port 0 for any that is free; [Running#port] tells which
    public Server listen(int port) {
        return listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    /// Listens on an address, also when there are others already: an [InetSocketAddress] or a
    /// [java.net.UnixDomainSocketAddress].
    public Server listen(SocketAddress address) {
        List<SocketAddress> more = new ArrayList<>(addresses);
        more.add(address);
        return new Server(protocol, more, transport, limits, options, pinned, observer, control, user, whenServing);
    }

    /// Uses this transport; see [Transports].
    public Server transport(Transport transport) {
        return new Server(protocol, addresses, transport, limits, options, pinned, observer, control, user,
                whenServing);
    }

    /// Uses these bounds.
    public Server limits(Limits limits) {
        return new Server(protocol, addresses, transport, limits, options, pinned, observer, control, user,
                whenServing);
    }

    /// Tries these socket options on every listener.
    public Server socketOptions(SocketOptions options) {
        return new Server(protocol, addresses, transport, limits, options, pinned, observer, control, user,
                whenServing);
    }

    /// Ties loop number i to processor i, modulo the number of processors, where the transport can.
    public Server pinned(boolean pinned) {
        return new Server(protocol, addresses, transport, limits, options, pinned, observer, control, user,
                whenServing);
    }

    /// Tells `observer` of every request when it is over, and where its time went; after those that are told already. Without
    /// one no time is taken.
    public Server observing(RequestObserver observer) {
        RequestObserver before = this.observer;
        return new Server(protocol, addresses, transport, limits, options, pinned,
                before == null ? observer : before.and(observer), control, user, whenServing);
    }

    /// Lets other programs of this user ask about the server and [reload][Running#reload] it, by a unix socket at that path.
    /// Without this, a server of several processes has one in a folder of its own, and one of threads has none.
    ///
    /// @param path the empty path for the socket that is named by the port
    public Server control(Path path) {
        return new Server(protocol, addresses, transport, limits, options, pinned, observer, path, user, whenServing);
    }

    /// Becomes that user once every address is bound and before anybody is served, with all threads, for good. The process has
    /// to be root then, or that user already. With several processes those that serve do; the master, which serves nobody, stays
    /// who it is, so that it can bind other addresses when it is reloaded. Needs Linux and one of its transports.
    public Server user(String name) {
        return new Server(protocol, addresses, transport, limits, options, pinned, observer, control, name,
                whenServing);
    }

    /// Calls `action` with what runs, in each process that serves, before [#run] returns; in a worker of another process, where
    /// [#run] never returns, this is the only one who sees it.
    public Server whenServing(Consumer<Running> action) {
        return new Server(protocol, addresses, transport, limits, options, pinned, observer, control, user, action);
    }

    /// Listens nowhere yet, otherwise the same.
    public Server nowhere() {
        return new Server(protocol, List.of(), transport, limits, options, pinned, observer, control, user,
                whenServing);
    }

    /// Starts this server under a model. Where that is divided into processes, or the server has a control socket, the program
    /// is started again for each of them, and there this method never returns.
    ///
    /// @throws IOException if an address cannot be bound or the system refuses what is needed; nothing is left behind then
    /// @throws IllegalStateException if it was not told where to listen
    public Running run(ServerModel model) throws IOException {
        if (addresses.isEmpty()) {
            throw new IllegalStateException("the server has no address: call listen(port) before run(model)");
        }
        boolean needed = Processes.isNeeded(this, model);
        Processes processes = needed || Processes.isManaged() ? Processes.find() : null;
        if (processes != null) {
            return processes.run(this, model);
        }
        if (needed) {
            throw new IOException("a server of several processes, with a control socket, or for another user needs the"
                    + " module dev.partita.processes");
        }
        return start(model);
    }

    /// Starts this server on threads of this process, whatever the model is divided into, and tells [#whenServing]'s action.
    public Running start(ServerModel model) throws IOException {
        Running running = model.start(this);
        if (whenServing != null) {
            whenServing.accept(running);
        }
        return running;
    }

    /// What it speaks.
    public Protocol protocol() {
        return protocol;
    }

    /// Where it listens.
    public List<SocketAddress> addresses() {
        return addresses;
    }

    /// How it talks to the kernel.
    public Transport transport() {
        return transport != null ? transport : Transports.best();
    }

    /// Its bounds.
    public Limits limits() {
        return limits;
    }

    /// The socket options it tries.
    public SocketOptions options() {
        return options;
    }

    /// Whether its loops are tied to processors.
    public boolean isPinned() {
        return pinned;
    }

    /// Where other programs reach it; null if nowhere, the empty path for a place that goes by its port.
    public @Nullable Path control() {
        return control;
    }

    /// The user that those who serve become; null if they stay who they are.
    public @Nullable String user() {
        return user;
    }

    /// Who is told of every request; null if nobody.
    public @Nullable RequestObserver observer() {
        return observer;
    }
}
