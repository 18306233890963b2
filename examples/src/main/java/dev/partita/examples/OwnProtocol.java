package dev.partita.examples;

import dev.partita.connection.Buffer;
import dev.partita.connection.Close;
import dev.partita.connection.Connection;
import dev.partita.connection.Protocol;
import dev.partita.connection.Session;
import dev.partita.connection.Step;
import dev.partita.limits.Phase;
import dev.partita.model.Amped;
import dev.partita.server.Running;
import dev.partita.server.Server;

/// A protocol of one's own in a screenful: whatever line comes in goes out again. It runs under every model; try
/// `nc localhost 7007`.
public final class OwnProtocol implements Protocol {
    @Override
    public Session open(Connection connection) {
        return new Echo(connection);
    }

    private record Echo(Connection connection) implements Session {
        @Override
        public Step next() {
            Buffer in = connection.inbound();
            Buffer out = connection.outbound().bytes();
            int line = in.indexOf((byte) '\n', 0) + 1;
            if (line > 0 && (!out.isAttached() || out.room() >= line)) {
                return Step.WORK; // several lines at once are answered at once
            }
            if (!connection.outbound().isDrained()) {
                return Step.WRITE;
            }
            if (line > 0 || in.length() > connection.limits().bufferBytes()) {
                connection.closing(Close.LINGER); // a line that no reply has room for
                return Step.CLOSE;
            }
            return Step.READ;
        }

        @Override
        public void work() {
            Buffer in = connection.inbound();
            int line = in.indexOf((byte) '\n', 0) + 1;
            connection.outbound().bytes().put(in, 0, line);
            in.skip(line);
        }

        @Override
        public Phase phase() {
            return connection.inbound().isEmpty() ? Phase.IDLE : Phase.BODY;
        }

        @Override
        public boolean reset() {
            return true; // it keeps nothing
        }
    }

    /// Serves on port 7007 until the program is ended.
    public static void main(String[] args) throws Exception {
        try (Running server = Server.of(new OwnProtocol()).listen(7007).run(new Amped(2))) {
            server.await();
        }
    }
}
