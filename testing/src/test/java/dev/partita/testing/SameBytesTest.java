package dev.partita.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.server.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The same bytes come out under every model and transport, however the bytes that go in are cut: the promise that makes a
/// model a matter of choice. What is said is drawn from a seed, which is printed and can be given again as
/// `-Dpartita.seed=N`;
/// `-Dpartita.conversations=N` says how many.
@Timeout(120)
class SameBytesTest {
    private static final int CONVERSATIONS = Integer.getInteger("partita.conversations", 200);

    @TempDir
    private static Path folder;

    private final Log log = new Log();

    @BeforeAll
    static void writeTheFile() throws IOException {
        Files.write(folder.resolve(LineProtocol.FILE), Pattern.bytes(100_000));
    }

    @AfterEach
    void nothingElseWasLogged() {
        log.close();
        assertThat(log.without("asked to fail", "NumberFormatException")).isEmpty();
    }

    static Stream<Dialect> dialects() {
        return Dialects.all().stream();
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void theSameBytesComeOutUnderEveryModelAndTransport(Dialect dialect) throws Exception {
        long seed = Long.getLong("partita.seed", System.nanoTime());
        System.out.println("seed of the conversations in " + dialect + ": " + seed);
        List<byte[]> conversations = new ArrayList<>();
        List<int[]> cuts = new ArrayList<>();
        var traffic = new Traffic(seed);
        for (int i = 0; i < CONVERSATIONS; i++) {
            conversations.add(traffic.conversation(dialect));
            cuts.add(traffic.cuts(conversations.getLast().length));
        }
        List<String> expected = List.of();
        Under reference = Under.all().getFirst();
        for (Under under : Under.all()) {
            try (Running server = under.run(dialect.protocol(new Backstage(), folder), Under.SMALL)) {
                List<String> whole = new ArrayList<>();
                for (int i = 0; i < CONVERSATIONS; i++) {
                    int number = i;
                    whole.add(answer(server, conversations.get(i)));
                    String inPieces = answer(server, conversations.get(i), cuts.get(i));
                    same(inPieces, whole.get(i), () -> "in pieces cut at " + Arrays.toString(cuts.get(number))
                            + " and whole, under " + under + ", " + seed(number, seed, conversations));
                }
                if (expected.isEmpty()) {
                    expected = whole;
                    System.out.println(dialect + ": " + summary(whole));
                }
                for (int i = 0; i < CONVERSATIONS; i++) {
                    int number = i;
                    same(whole.get(i), expected.get(i), () -> "under " + under + " and under " + reference + ", "
                            + seed(number, seed, conversations));
                }
            }
        }
    }

    private static void same(String said, String expected, Supplier<String> where) {
        if (!said.equals(expected)) {
            int at = Arrays.mismatch(said.toCharArray(), expected.toCharArray());
            int from = Math.max(0, at - 300);
            throw new AssertionError("the replies differ from byte " + at + " on, " + where.get() + "\n  one:   "
                    + show(said.substring(from)) + "\n  other: " + show(expected.substring(from)));
        }
    }

    /// How often each status was answered, or how many bytes where there is no such thing.
    private static String summary(List<String> answers) {
        Map<String, Integer> statuses = new TreeMap<>();
        answers.forEach(answer -> java.util.regex.Pattern.compile("HTTP/1\\.1 ([0-9]{3}) ")
                .matcher(answer)
                .results()
                .forEach(status -> statuses.merge(status.group(1), 1, Integer::sum)));
        return answers.size() + " conversations, " + answers.stream().mapToLong(String::length).sum()
                + " bytes of replies "
                + (statuses.isEmpty() ? "" : statuses);
    }

    private static String seed(int number, long seed, List<byte[]> conversations) {
        return "in conversation " + number + " of seed " + seed + ": "
                + show(new String(conversations.get(number), ISO_8859_1));
    }

    private static String answer(Running server, byte[] conversation, int... cuts) throws IOException {
        try (WireClient client = WireClient.connect(server)) {
            client.sendInPieces(conversation, cuts).halfClose();
            return new String(client.readToAnyEnd(), ISO_8859_1)
                    .replaceAll("\r\nDate: [A-Z][a-z]{2}, [^\r\n]{20,25}\r\n", "\r\nDate: now\r\n");
        }
    }

    private static String show(String text) {
        String line = text.replace("\r", "\\r").replace("\n", "\\n");
        return line.length() > 1_000 ? line.substring(0, 1_000) + "..." : line;
    }
}
