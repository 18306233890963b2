package dev.partita.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.testing.simulation.Outcome;
import dev.partita.testing.simulation.Script;
import dev.partita.testing.simulation.Shape;
import dev.partita.testing.simulation.Simulation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Accidents by the ten thousand, each decided by a seed: the first one is printed, and a failure says which one to give
/// again.
@Timeout(600)
class SimulationTest {
    private static final long FIRST = Long.getLong("partita.simulation.seed", System.nanoTime() / 1_000);
    private static final int SEEDS = Integer.getInteger("partita.simulation.seeds", 2_400);
    private static final int PLAIN_MAX = 2_000;
    private static final List<String> CONVERSATIONS = conversations();

    private final Log log = new Log();
    private final Map<Script, Outcome> plain = new HashMap<>();

    @AfterEach
    void nothingWasLogged() {
        log.close();
        assertThat(log.without()).isEmpty();
    }

    private static List<String> conversations() {
        var grammar = new HttpGrammar(1);
        List<String> all = new ArrayList<>();
        while (all.size() < 100) {
            String conversation = new String(grammar.conversation(), ISO_8859_1);
            if (!conversation.contains("fails")) { // what is logged costs more than what it tests
                all.add(conversation);
            }
        }
        String large = "POST /now/large HTTP/1.1\r\nHost: a\r\n";
        all.add(large + "Content-Length: 70000\r\n\r\n" + "b".repeat(70_000));
        all.add(large + "Transfer-Encoding: chunked\r\n\r\n" + ("3e8\r\n" + "c".repeat(1_000) + "\r\n").repeat(70)
                + "0\r\n\r\nGET /now/ HTTP/1.1\r\nHost: a\r\n\r\n");
        return all;
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void whateverHappensTheAnswersAreRightAndNothingIsLost(Shape shape) {
        System.out.println(shape + ": " + SEEDS + " seeds from " + FIRST + " on");
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            List<Script> scripts = List.of();
            try {
                var random = new Random(seed);
                scripts = scripts(random);
                List<Outcome> outcomes = Simulation.play(Telling::protocol, shape, scripts, random);
                for (int i = 0; i < scripts.size(); i++) {
                    outcomes.get(i).check(scripts.get(i), plain(scripts.get(i)));
                }
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError(failure.getMessage() + "\n  " + shape + ", scripts " + scripts
                        + "\n  again: mvn -pl testing -am test -Dtest=SimulationTest -Dsurefire.failIfNoSpecifiedTests=false "
                        + "-Dpartita.simulation.seeds=1 -Dpartita.simulation.seed=" + seed, failure);
            }
        }
    }

    private static List<Script> scripts(Random random) {
        List<Script> scripts = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            scripts.add(Script.draw(random, CONVERSATIONS.get(random.nextInt(CONVERSATIONS.size()))));
        }
        return scripts;
    }

    private Outcome plain(Script script) {
        if (plain.size() > PLAIN_MAX) {
            plain.clear();
        }
        return plain.computeIfAbsent(script.plain(), any -> Simulation.plain(Telling::protocol, script));
    }
}
