package dev.partita.processes;

import dev.partita.processes.lending.DistantWorker;
import dev.partita.processes.lending.ProcessCrew;
import dev.partita.processes.lending.SlotTransport;
import dev.partita.server.Division;
import dev.partita.server.Running;
import dev.partita.server.Server;
import dev.partita.server.ServerModel;
import java.io.IOException;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// A [Front] for a [Rehearsal], which has one worker, and that in this process: what lies between the two is what it will be, so
/// that a master's loop, which is alone with all connections, is compiled when it takes over. For one thread, once.
final class SmallFront implements AutoCloseable {
    private final ServerModel model;
    private final Division.Front part;
    private @Nullable ProcessCrew crew;
    private @Nullable DistantWorker distant;
    private @Nullable Running worker;

    /// @param model what a worker runs
    /// @param part what its master does
    SmallFront(ServerModel model, Division.Front part) {
        this.model = model;
        this.part = part;
    }

    /// @return the front
    Running start(Server small) throws IOException {
        var crew = new ProcessCrew(small);
        this.crew = crew;
        DistantWorker distant = crew.prepare();
        this.distant = distant;
        SlotTransport slots = SlotTransport.beside(small.transport(), distant);
        Server relay = crew.relay(small);
        Server works = small.nowhere().transport(slots).limits(slots.limits(small.limits()));
        for (SocketAddress each : small.addresses()) {
            relay = relay.listen(each);
            works = works.listen(each);
        }
        worker = model.start(works);
        crew.add(distant);
        return part.start(relay, crew);
    }

    /// Ends the worker, behind the front.
    @Override
    public void close() {
        if (worker != null) {
            worker.close();
        }
        if (crew != null && distant != null) {
            crew.lose(distant);
            crew.end();
        }
    }
}
