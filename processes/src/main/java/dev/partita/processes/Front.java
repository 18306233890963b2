package dev.partita.processes;

import dev.partita.limits.Counts;
import dev.partita.processes.Message.End;
import dev.partita.processes.lending.ProcessCrew;
import dev.partita.server.Division;
import dev.partita.server.Running;
import dev.partita.server.Running.Level;
import dev.partita.server.Server;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a master has that keeps the connections itself and lends the work: a server without a handler, and the crew of processes
/// that it lends to.
final class Front {
    private final ProcessCrew crew;
    /// Null before there is anybody to lend to.
    private volatile @Nullable Running relay;

    /// @param server what is served
    Front(Server server) {
        crew = new ProcessCrew(server);
    }

    /// Who is lent work; for the supervisor, who says who belongs to it.
    ProcessCrew crew() {
        return crew;
    }

    /// Begins to accept.
    ///
    /// @param part how the model does it
    void open(Division.Front part, Server server, Sockets sockets) throws IOException {
        var transport = new HandedTransport(server.transport());
        Server carries = crew.relay(server).transport(transport);
        sockets.duplicateTo(transport);
        for (SocketAddress each : sockets.addresses()) {
            carries = carries.listen(each);
        }
        relay = part.start(carries, crew);
    }

    boolean isAccepting() {
        Running here = relay;
        return here != null && here.isAccepting();
    }

    /// What this process and its workers have counted together.
    Counts counts(Counts workers) {
        Running here = relay;
        return here == null ? workers : ProcessCrew.together(here.counts(), workers);
    }

    List<Level> loops() {
        Running here = relay;
        return here == null ? List.of() : here.loops();
    }

    List<Level> queues() {
        return crew.levels();
    }

    /// Ends the connections while there are workers, and then these; but nothing that is lent ends before the workers do where nobody
    /// waits any longer.
    void end(Supervisor workers, End.How how) {
        Running here = relay;
        if (here == null) {
            workers.end(how);
            return;
        }
        if (how != End.How.ABORT) {
            workers.endsSoon();
        }
        boolean clean = switch (how) {
            case DRAIN -> here.drain();
            case CLOSE -> {
                here.close();
                yield here.connections() == 0;
            }
            case ABORT -> false;
        };
        workers.end(clean ? how : End.How.ABORT);
        here.abort();
        crew.end();
    }
}
