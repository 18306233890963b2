package dev.partita.processes;

import dev.partita.server.Division;
import dev.partita.server.Division.Reach;
import dev.partita.server.Processes;
import dev.partita.server.Running;
import dev.partita.server.Server;
import dev.partita.server.ServerModel;
import java.io.IOException;
import java.util.Objects;

/// What stands behind the door in [Server#run]: a process that a master has started joins it; any other is a master itself.
public final class MasterOrWorker implements Processes {
    /// For the service loader.
    public MasterOrWorker() {}

    @Override
    public Running run(Server server, ServerModel model) throws IOException {
        Requirements.check(server, model);
        Division division = Objects.requireNonNullElseGet(
                model.division(), () -> new Division(model, 1, Reach.ALL));
        String master = System.getenv(VARIABLE);
        if (master != null) {
            Membership membership = Membership.apply(master);
            if (membership != null) {
                membership.serve(server, division);
            }
        }
        return Master.start(server, model, division);
    }
}
