package dev.partita.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.cache.Memcached;
import dev.partita.cache.Settings;
import dev.partita.server.Running;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The same commands are answered with the same bytes under every model and transport, however they are cut. What is said is
/// drawn from a seed, which is printed and can be given again as `-Dpartita.seed=N`.
@Timeout(120)
class CacheSameBytesTest {
    private static final int CONVERSATIONS = 60;
    private static final int COMMANDS = 40;

    @Test
    void theSameBytesComeOutUnderEveryModelAndTransport() throws Exception {
        long seed = Long.getLong("partita.seed", System.nanoTime());
        System.out.println("seed of the conversations with a cache: " + seed);
        var random = new Random(seed);
        List<byte[]> conversations = new ArrayList<>();
        for (int i = 0; i < CONVERSATIONS; i++) {
            conversations.add(conversation(random));
        }
        List<String> expected = List.of();
        for (Under under : Under.all()) {
            List<String> whole = answers(under, conversations, null);
            List<String> cut = answers(under, conversations, new Random(seed));
            expected = expected.isEmpty() ? whole : expected;
            for (int i = 0; i < CONVERSATIONS; i++) {
                String where = "under " + under + ", conversation " + i + " of seed " + seed + ": "
                        + new String(conversations.get(i), ISO_8859_1);
                assertThat(whole.get(i)).as(where).isEqualTo(expected.get(i));
                assertThat(cut.get(i)).as("cut, " + where).isEqualTo(expected.get(i));
            }
        }
    }

    /// One conversation after the other, on a new server, so that even the ids are the same.
    private static List<String> answers(Under under, List<byte[]> conversations, @Nullable Random cuts)
            throws Exception {
        List<String> answers = new ArrayList<>();
        try (Running server = under.run(new Memcached(Settings.defaults()), Under.SMALL)) {
            for (byte[] said : conversations) {
                try (WireClient client = WireClient.connect(server)) {
                    if (cuts == null) {
                        client.send(said);
                    } else {
                        client.sendInPieces(said, cuts.ints(5, 0, said.length).sorted().toArray());
                    }
                    client.halfClose();
                    answers.add(new String(client.readToEnd(), ISO_8859_1));
                }
            }
        }
        return answers;
    }

    private static byte[] conversation(Random random) {
        var text = new StringBuilder();
        for (int i = 0; i < COMMANDS; i++) {
            text.append(command(random));
        }
        return text.toString().getBytes(ISO_8859_1);
    }

    private static String command(Random random) {
        String key = "key" + random.nextInt(12);
        String other = "key" + random.nextInt(12);
        String quiet = random.nextInt(4) == 0 ? " noreply" : "";
        String meta = random.nextInt(4) == 0 ? " q" : "";
        int length = random.nextInt(20) == 0 ? random.nextInt(200_000) : random.nextInt(30);
        String value = ("" + random.nextInt(1_000)).repeat(1 + length).substring(0, length);
        String data = length + quiet + "\r\n" + value + "\r\n";
        return switch (random.nextInt(22)) {
            case 0, 1, 2 -> "set " + key + " " + random.nextInt(99) + " 0 " + data;
            case 3 -> "add " + key + " 0 0 " + data;
            case 4 -> "replace " + key + " 0 0 " + data;
            case 5 -> "append " + key + " 0 0 " + data;
            case 6 -> "prepend " + key + " 0 0 " + data;
            case 7 -> "cas " + key + " 0 0 " + length + " " + random.nextInt(500) + quiet + "\r\n" + value + "\r\n";
            case 8, 9 -> "get " + key + " " + other + "\r\n";
            case 10 -> "gets " + key + " " + other + " " + key + "\r\n";
            case 11 -> "incr " + key + " " + random.nextInt(1_000) + quiet + "\r\n";
            case 12 -> "decr " + key + " " + random.nextInt(1_000) + quiet + "\r\n";
            case 13 -> "delete " + key + quiet + "\r\n";
            case 14 -> "touch " + key + " " + (random.nextInt(3) - 1) * 1_000 + quiet + "\r\n";
            case 15 -> "mg " + key + " v k c f s Oid" + random.nextInt(99) + meta + "\r\n";
            case 16 -> "ms " + key + " " + length + " c k" + (random.nextBoolean() ? " MA" : "") + meta + "\r\n" + value
                    + "\r\n";
            case 17 -> "md " + key + (random.nextBoolean() ? " I" : "") + meta + "\r\n";
            case 18 -> "ma " + key + " v c N0 J7" + meta + "\r\n";
            case 19 -> "mg " + key + " v N100 c" + meta + "\r\n";
            case 20 -> "set " + key + " 0 0 " + (length + random.nextInt(3) - 1) + "\r\n" + value + "\r\n";
            default -> switch (random.nextInt(6)) {
                case 0 -> "flush_all\r\n";
                case 1 -> "nonsense " + key + "\r\n";
                case 2 -> "get " + "k".repeat(251) + "\r\n";
                case 3 -> "set " + key + " x 0 " + data;
                case 4 -> "mn\r\n";
                default -> "version\r\n";
            };
        };
    }
}
