package dev.partita.examples;

import dev.partita.connection.Connection;
import dev.partita.loop.EventLoop;
import dev.partita.server.Running;
import dev.partita.server.Server;
import dev.partita.server.ServerModel;
import dev.partita.server.Tasks;
import dev.partita.server.Wiring;
import java.io.IOException;

/// A server model of one's own: an event loop that does what never blocks itself, and starts a virtual thread for each piece
/// of work that may.
public record OwnModel() implements ServerModel {
    @Override
    public Running start(Server server) throws IOException {
        try (var wiring = new Wiring(server, this)) {
            EventLoop loop = wiring.lendingLoop("loop", self -> connection -> advance(self, connection));
            wiring.listen(loop, loop);
            return wiring.start();
        }
    }

    private static boolean advance(EventLoop loop, Connection c) {
        return switch (c.next()) {
            case READ -> loop.wire().read(c);
            case WORK -> {
                c.work();
                yield true;
            }
            case BLOCKING -> loop.lend(c, OwnModel::startThread);
            case WRITE -> loop.wire().write(c);
            case WAIT -> loop.wire().await(c);
            case CLOSE -> {
                loop.wire().close(c);
                yield false;
            }
        };
    }

    private static boolean startThread(Connection c) {
        Thread.startVirtualThread(() -> {
            c.work();
            c.goHome();
        });
        return true; // false would say: no room, refuse it
    }

    @Override
    public Tasks tasks() {
        return new Tasks("the loop", "the loop", "the loop, or a virtual thread for what may block");
    }

    /// Serves the line echo of [OwnProtocol] on port 7007 until the program is ended.
    public static void main(String[] args) throws Exception {
        try (Running server = Server.of(new OwnProtocol()).listen(7007).run(new OwnModel())) {
            server.await();
        }
    }
}
