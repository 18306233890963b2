package dev.partita.testing;

import dev.partita.model.Amped;
import dev.partita.model.Mp;
import dev.partita.model.Seda;
import dev.partita.model.Sped;
import dev.partita.model.Symped;
import dev.partita.model.VirtualThreads;
import dev.partita.server.ServerModel;
import java.util.List;

/// Every server model in each of its variants, with few threads: what a contract has to hold under.
public final class Models {
    private Models() {}

    /// All of them. A model that is added here gets the whole suite.
    public static List<ServerModel> all() {
        return List.of(
                new Mp(256),
                new Sped(),
                new Seda(2, 2),
                new Amped(2),
                new Amped(2, true),
                new Symped(2, Symped.Accept.HAND_OVER),
                new Symped(2, Symped.Accept.REUSE_PORT),
                new Symped(2, Symped.Accept.SHARED),
                new VirtualThreads(2));
    }
}
