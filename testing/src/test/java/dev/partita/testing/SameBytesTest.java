package dev.partita.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.Protocol;
import dev.partita.model.Sped;
import dev.partita.server.Running;
import dev.partita.transport.Transports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The same bytes come out under every model and transport, however the bytes that go in are cut: the promise that makes a
/// model a matter of choice. And for HTTP they are the right ones: see [HttpOracle]. The reference is asked twice, whole and in
/// pieces; the others take turns with one or the other.
///
/// What is said is drawn from a seed, which is printed and can be given again as `-Dpartita.seed=N`; `-Dpartita.conversations=N`
/// says how many conversations in each manner of speaking.
@Timeout(300)
class SameBytesTest {
    private static final long SEED = Long.getLong("partita.seed", System.nanoTime());
    /// Whether every server is asked everything whole and in pieces, instead of in turn.
    private static final boolean BOTH_WAYS = Boolean.getBoolean("partita.both");

    private static final String DATE = "\r\nDate: ";
    private static final int DATE_LENGTH = "Sun, 06 Nov 1994 08:49:37 GMT".length();

    /// A manner of speaking: what is said to which server.
    ///
    /// @param protocol makes the protocol of one server
    /// @param conversations what is said, each by one client
    /// @param cuts where each is cut into pieces
    /// @param oracle looks at a conversation and what came back to it, and throws if that is wrong
    record Talk(String name, Supplier<Protocol> protocol, List<byte[]> conversations, List<int[]> cuts,
            BiConsumer<byte[], byte[]> oracle) {
        @Override
        public String toString() {
            return name;
        }
    }

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

    static Stream<Talk> talks() {
        return Stream.of(commands(Dialects.HTTP), commands(Dialects.LINE), grammar());
    }

    /// Everything that [LineProtocol] can do, with a few known mistakes.
    private static Talk commands(Dialect dialect) {
        var traffic = new Traffic(SEED);
        List<byte[]> conversations = new ArrayList<>();
        List<int[]> cuts = new ArrayList<>();
        for (int i = Integer.getInteger("partita.conversations", 200); i > 0; i--) {
            conversations.add(traffic.conversation(dialect));
            cuts.add(traffic.cuts(conversations.getLast().length));
        }
        return new Talk("commands in " + dialect, () -> dialect.protocol(new Backstage(), folder), conversations, cuts,
                (said, heard) -> {
                    // What is right is said in ContractTest.
                });
    }

    /// More than 10,000 requests, right and wrong.
    private static Talk grammar() {
        var grammar = new HttpGrammar(SEED);
        List<byte[]> conversations = new ArrayList<>();
        List<int[]> cuts = new ArrayList<>();
        for (int i = Integer.getInteger("partita.conversations", 1_400); i > 0; i--) {
            conversations.add(grammar.conversation());
            cuts.add(grammar.cuts(conversations.getLast().length));
        }
        return new Talk(grammar.requests() + " requests of HTTP's grammar, right and wrong", Telling::protocol,
                conversations,
                cuts, SameBytesTest::asTheOracleSays);
    }

    private static void asTheOracleSays(byte[] said, byte[] heard) {
        List<HttpOracle.Answer> expected = HttpOracle.answers(new String(said, ISO_8859_1));
        List<HttpOracle.Answer> answers = HttpOracle.parse(heard, expected);
        for (int i = 0; i < Math.max(answers.size(), expected.size()); i++) {
            String answer = i < answers.size() ? answers.get(i).toString() : "nothing";
            String right = i < expected.size() ? expected.get(i).toString() : "nothing";
            same(answer, right, i + 1 + ". answer, and what it should be");
        }
    }

    @ParameterizedTest
    @MethodSource("talks")
    void theSameBytesComeOutUnderEveryModelAndTransport(Talk talk) throws Exception {
        System.out.println(talk + ": seed " + SEED);
        List<byte[]> heard = new ArrayList<>();
        Under reference = new Under(new Sped(), Transports.named("nio"));
        List<Under> all = new ArrayList<>(List.of(reference));
        Under.all().stream().filter(under -> !under.toString().equals(reference.toString())).forEach(all::add);
        all.addAll(AmpedOverSlots.all());
        int turn = 0;
        for (Under under : all) {
            turn++;
            try (Running server = under.run(talk.protocol.get(), Under.SMALL)) {
                for (int i = 0; i < talk.conversations.size(); i++) {
                    byte[] said = talk.conversations.get(i);
                    int[] cuts = talk.cuts.get(i);
                    try {
                        if (under.equals(reference)) {
                            heard.add(answer(server, said));
                            talk.oracle.accept(said, heard.getLast());
                        }
                        boolean inPieces = (i + turn) % 2 == 0;
                        if (under.equals(reference) || inPieces || BOTH_WAYS) {
                            same(text(answer(server, said, cuts)), text(heard.get(i)),
                                    "in pieces cut at " + Arrays.toString(cuts) + ", and whole under " + reference);
                        }
                        if (!under.equals(reference) && (!inPieces || BOTH_WAYS)) {
                            same(text(answer(server, said)), text(heard.get(i)), "and under " + reference);
                        }
                    } catch (IOException | AssertionError | RuntimeException failure) {
                        throw new AssertionError(
                                "under " + under + ", conversation " + i + " of -Dpartita.seed=" + SEED + ": "
                                        + failure.getMessage() + "\n  said:  " + show(text(said)),
                                failure);
                    }
                }
                if (under.equals(reference)) {
                    System.out.println(talk + ": " + summary(heard));
                }
            }
        }
    }

    private static void same(String said, String expected, String where) {
        if (!said.equals(expected)) {
            int at = Arrays.mismatch(said.toCharArray(), expected.toCharArray());
            int from = Math.max(0, at - 300);
            throw new AssertionError(where + ": the replies differ from byte " + at + " on\n  one:   "
                    + show(said.substring(from)) + "\n  other: " + show(expected.substring(from)));
        }
    }

    /// How often each status was answered, or how many bytes where there is no such thing.
    private static String summary(List<byte[]> answers) {
        Map<String, Integer> statuses = new TreeMap<>();
        answers.forEach(answer -> java.util.regex.Pattern.compile("HTTP/1\\.1 ([0-9]{3}) ")
                .matcher(text(answer))
                .results()
                .forEach(status -> statuses.merge(status.group(1), 1, Integer::sum)));
        return answers.size() + " conversations, " + answers.stream().mapToLong(answer -> answer.length).sum()
                + " bytes of replies " + (statuses.isEmpty() ? "" : statuses);
    }

    private static byte[] answer(Running server, byte[] conversation, int... cuts) throws IOException {
        try (WireClient client = WireClient.connect(server)) {
            client.sendInPieces(conversation, cuts).halfClose();
            byte[] heard = client.readToAnyEnd();
            String text = text(heard);
            for (int at = text.indexOf(DATE); at >= 0; at = text.indexOf(DATE, at + 1)) {
                Arrays.fill(heard, at + DATE.length(), Math.min(heard.length, at + DATE.length() + DATE_LENGTH),
                        (byte) '#');
            }
            return heard;
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, ISO_8859_1);
    }

    private static String show(String text) {
        String line = text.replace("\r", "\\r").replace("\n", "\\n");
        return line.length() > 1_000 ? line.substring(0, 1_000) + "..." : line;
    }
}
