package dev.partita.processes;

import dev.partita.linux.User;
import dev.partita.server.Division;
import dev.partita.server.Division.Reach;
import dev.partita.server.Processes;
import dev.partita.server.Running;
import dev.partita.server.Server;
import dev.partita.server.ServerModel;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/// What stands behind the door in [Server#run]: a process that a master has started joins it; one that is to take over from a
/// master does; any other is a master itself.
public final class MasterOrWorker implements Processes {
    /// What a process was started with, and for, is its first server's.
    private static final AtomicBoolean STARTED = new AtomicBoolean();

    /// For the service loader.
    public MasterOrWorker() {}

    @Override
    public Running run(Server server, ServerModel model) throws IOException {
        boolean first = STARTED.compareAndSet(false, true);
        if (!Processes.isNeeded(server, model) && (!first || !Requirements.areMet(server))) {
            return server.start(model);
        }
        Requirements.check(server, model);
        if (server.user() != null) {
            User _ = User.named(server.user());
        }
        Division division = Objects.requireNonNullElseGet(
                model.division(), () -> new Division(model, 1, Reach.ALL));
        if (!first) {
            return Master.start(server, model, division, Map.of(), new Activation(Map.of()), null);
        }
        String master = System.getenv(VARIABLE);
        Membership membership = master == null ? null : Membership.apply(master);
        if (membership != null) {
            membership.serve(Activation.inherited(server), division);
        }
        Takeover takeover = Takeover.begin();
        return takeover != null
                ? takeOver(server, model, division, takeover)
                : start(server, model, division, Activation.take(server));
    }

    private static Running start(Server server, ServerModel model, Division division, Activation activation)
            throws IOException {
        Server there = activation.applyTo(server);
        return Master.start(there, model, division, activation.sockets().isEmpty()
                ? Map.of()
                : Activation.environment(there.addresses()), activation, null);
    }

    private static Running takeOver(Server server, ServerModel model, Division division, Takeover takeover)
            throws IOException {
        try (takeover) {
            return Master.start(
                    Activation.inherited(server), model, division, Map.of(), new Activation(Map.of()), takeover);
        }
    }
}
