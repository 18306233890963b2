package dev.partita.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A server that runs out of file descriptors: accept(2) fails, and the backlog stays ready for ever. In a process of its
/// own, since the limit is the whole process's.
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class StarvedAcceptTest {
    /// Enough for a JVM with its jars, a server, and a good part of the clients.
    private static final int DESCRIPTORS = 100;
    private static final int CLIENTS = 120;

    static Stream<Arguments> starved() {
        return Under.transports().stream()
                .flatMap(transport -> StarvedServer.MODELS.keySet().stream().sorted()
                        .map(model -> Arguments.of(model, transport.name())));
    }

    /// The counters of the other process.
    private record Numbers(long polls, long starved, long accepted, long full) {}

    @ParameterizedTest
    @MethodSource("starved")
    void withoutDescriptorsOldConnectionsGoOnAndNewOnesWait(String model, String transport) throws Exception {
        Process process = start(model, transport);
        try (BufferedReader out = process.inputReader(); var in = new PrintStream(process.getOutputStream(), true)) {
            int port = Integer.parseInt(out.readLine());
            warmUp(port);
            List<WireClient> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(WireClient.connect(port));
                clients.getLast().send("echo " + i + "\n");
            }
            Eventually.holds("accepting has paused", () -> numbers(in, out).starved > 0);
            Eventually.holds("somebody is served", () -> clients.stream().anyMatch(WireClient::isAnswered));
            WireClient old = clients.stream().filter(WireClient::isAnswered).findFirst().orElseThrow();
            assertThat(Dialects.LINE.reply(old)).containsOnlyDigits();

            // So many requests on an old connection, and nothing else to do: a loop that spins polls by the thousand.
            int requests = 300;
            Numbers before = numbers(in, out);
            for (int i = 0; i < requests; i++) {
                assertThat(Dialects.LINE.ask(old, "echo on")).isEqualTo("on");
            }
            Numbers after = numbers(in, out);
            assertThat(after.accepted).as("nobody has left, so hardly anybody comes").isLessThan(CLIENTS);
            assertThat(after.full).as("there is no lack of slots").isZero();
            // Ten attempts a second, and a few polls for each.
            assertThat(after.starved - before.starved).isLessThan(100);
            assertThat(after.polls - before.polls).isLessThan(2L * requests + 500);

            // Everybody is served in the end, in whatever order: who leaves makes room for the next.
            old.leave();
            clients.remove(old);
            while (!clients.isEmpty()) {
                Eventually.holds("one of the others is served",
                        () -> clients.stream().anyMatch(WireClient::isAnswered));
                for (WireClient client : clients.stream().filter(WireClient::isAnswered).toList()) {
                    assertThat(Dialects.LINE.reply(client)).containsOnlyDigits();
                    client.leave();
                    clients.remove(client);
                }
            }
            assertThat(numbers(in, out).accepted).isEqualTo(CLIENTS + 1);
            in.println(StarvedServer.END);
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    /// What a class needs its file for is loaded before there are no descriptors for files.
    private static void warmUp(int port) throws IOException {
        try (WireClient client = WireClient.connect(port)) {
            assertThat(Dialects.LINE.ask(client, "echo warm")).isEqualTo("warm");
        }
    }

    private static Numbers numbers(PrintStream in, BufferedReader out) {
        in.println();
        try {
            String[] numbers = String.valueOf(out.readLine()).split(" ", -1);
            return new Numbers(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]), Long.parseLong(numbers[2]),
                    Long.parseLong(numbers[3]));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Process start(String model, String transport) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -n " + DESCRIPTORS + "; exec \"$@\"", "sh"));
        command.addAll(ChildJvm.command(StarvedServer.class, model, transport));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }
}
