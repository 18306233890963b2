package dev.partita.processes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.Connection;
import dev.partita.connection.Protocol;
import dev.partita.connection.Session;
import dev.partita.connection.Step;
import dev.partita.connection.Trial;
import dev.partita.model.Sped;
import dev.partita.server.Division;
import dev.partita.server.Division.Reach;
import dev.partita.server.Running;
import dev.partita.server.Server;
import dev.partita.server.ServerModel;
import dev.partita.server.Tasks;
import dev.partita.transport.Transports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// What a process tries before it serves, where others try too.
@Timeout(20)
@EnabledOnOs(OS.LINUX)
class RehearsalTest {
    private static final String LISTENS = "0A";

    /// Returns what it gets, and closes.
    private static final Protocol ECHO = new Protocol() {
        @Override
        public Session open(Connection connection) {
            return new Session() {
                private boolean answered;

                @Override
                public Step next() {
                    if (!connection.outbound().isDrained()) {
                        return Step.WRITE;
                    }
                    return answered ? Step.CLOSE : connection.inbound().isEmpty() ? Step.READ : Step.WORK;
                }

                @Override
                public void work() {
                    var inbound = connection.inbound();
                    connection.outbound().bytes().put(inbound, 0, inbound.length());
                    inbound.clear();
                    answered = true;
                }
            };
        }

        @Override
        public Trial trial() {
            return new Trial(this, "x", "x"::equals);
        }
    };

    private final List<Socket> strangers = new ArrayList<>();

    @AfterEach
    void strangersLeave() throws IOException {
        for (Socket each : strangers) {
            each.close();
        }
    }

    @Test
    void whoElseConnectsIsNotTakenForItsOwnClient() throws Exception {
        Server server = Server.of(ECHO).listen(0).transport(Transports.named("epoll"));
        try (Rehearsal rehearsal = Rehearsal.begin(server, new Division(new Sought(), 1, Reach.OWN))) {
            assertThat(strangers).isNotEmpty();
            assertThat(rehearsal.once()).isEmpty();
            assertThat(rehearsal.often(() -> true)).isEmpty();
        }
    }

    /// A server that strangers come to before its own client does.
    private final class Sought implements ServerModel {
        @Override
        public Running start(Server server) throws IOException {
            connectToAll();
            return new Sped().start(server);
        }

        @Override
        public Tasks tasks() {
            return new Sped().tasks();
        }
    }

    /// To every port of this process that somebody can connect to.
    private void connectToAll() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            Set<String> own = open.map(RehearsalTest::target).collect(Collectors.toSet());
            for (String table : List.of("tcp", "tcp6")) {
                for (String line : Files.readAllLines(Path.of("/proc/self/net", table))) {
                    String[] columns = line.strip().split(" +", -1);
                    if (columns[3].equals(LISTENS) && own.contains("socket:[" + columns[9] + "]")) {
                        int port = Integer.parseInt(columns[1].substring(columns[1].indexOf(':') + 1), 16);
                        strangers.add(new Socket(InetAddress.getLoopbackAddress(), port));
                    }
                }
            }
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closed) {
            return "";
        }
    }
}
