package dev.partita.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import dev.partita.server.Running;
import dev.partita.testing.simulation.Outcome;
import dev.partita.testing.simulation.Script;
import dev.partita.testing.simulation.Simulation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// The scripts of the simulation over real sockets: what comes back is what the simulated server says, under every model and
/// transport, whoever else resets, stalls or leaves meanwhile.
@ParameterizedClass(name = "{0}")
@MethodSource("dev.partita.testing.Under#all")
@Timeout(60)
class ScriptedClientsTest {
    private static final long SEED = Long.getLong("partita.seed", System.nanoTime());
    private static final int ROUNDS = Integer.getInteger("partita.rounds", 15);
    private static final int CLIENTS = 6;
    /// The simulation's: where the chunks of a reply end depends on it.
    private static final Limits LIMITS = Under.SMALL.with("bufferBytes", 2 << 10);
    private static final String DATE = "\r\nDate: ";

    private final Under under;

    ScriptedClientsTest(Under under) {
        this.under = under;
    }

    @Test
    void hearWhatTheyShould() throws Exception {
        var random = new Random(SEED);
        var grammar = new HttpGrammar(SEED);
        try (var log = new Log(); Running server = under.run(Telling.protocol(), LIMITS)) {
            for (int round = 0; round < ROUNDS; round++) {
                List<Client> clients = new ArrayList<>();
                for (int i = 0; i < CLIENTS; i++) {
                    clients.add(new Client(server, random,
                            Script.draw(random, new String(grammar.conversation(), ISO_8859_1))));
                }
                List<Client> acting = new ArrayList<>(clients);
                while (!acting.isEmpty()) {
                    Client next = acting.get(random.nextInt(acting.size()));
                    if (!next.act()) {
                        acting.remove(next);
                    }
                }
                for (Client client : clients) {
                    client.check(round);
                }
            }
            // One that was reset may still wait for its turn to be accepted.
            Eventually.holds("all have been accepted and are closed",
                    () -> server.count(Counter.ACCEPTED) == (long) ROUNDS * CLIENTS && server.connections() == 0);
            assertThat(log.without("asked to fail")).isEmpty();
        }
    }

    /// Performs a script.
    private static final class Client {
        private final Random random;
        private final Script script;
        private final WireClient socket;
        private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
        private int piece;
        private int said;
        private boolean cutOff;

        Client(Running server, Random random, Script script) throws IOException {
            this.random = random;
            this.script = script;
            socket = WireClient.connect(server.port(), script.window() < 10_000 ? 4_096 : 0);
        }

        /// Does the next thing.
        ///
        /// @return false if that was the last one
        boolean act() throws IOException {
            try {
                int there = socket.available();
                if (there > 0 && random.nextBoolean()) {
                    heard.writeBytes(socket.readExactly(Math.min(there, 1 + random.nextInt(script.window()))));
                    return true;
                }
                if (said < script.says().length()) {
                    int until = piece < script.cuts().size() ? script.cuts().get(piece++) : script.says().length();
                    socket.send(script.says().substring(said, until));
                    said = until;
                    return true;
                }
            } catch (SocketException gone) {
                cutOff = true; // the server has closed over what was still being said
                return false;
            }
            end();
            return false;
        }

        private void end() throws IOException {
            switch (script.ending()) {
                case HALF_CLOSE -> socket.halfClose();
                case RESET -> socket.reset();
                case SILENCE, STALL -> socket.leave();
            }
        }

        void check(int round) throws IOException {
            boolean whole = script.ending() == Script.Ending.HALF_CLOSE && !cutOff;
            if (whole) {
                heard.writeBytes(socket.readToAnyEnd());
            }
            socket.close();
            Outcome plain = Simulation.plain(Telling::protocol, script);
            String right = undated(plain.heard());
            String said = undated(heard.toString(ISO_8859_1));
            assertThat(said).as("seed " + SEED + ", round " + round + ", " + script)
                    .isEqualTo(whole ? right : right.substring(0, Math.min(right.length(), said.length())));
        }

        private static String undated(String heard) {
            var text = new StringBuilder(heard);
            for (int at = text.indexOf(DATE); at >= 0; at = text.indexOf(DATE, at + 1)) {
                for (int i = at + DATE.length(); i < Math.min(text.length(), at + DATE.length() + 29); i++) {
                    text.setCharAt(i, '#');
                }
            }
            return text.toString();
        }
    }
}
