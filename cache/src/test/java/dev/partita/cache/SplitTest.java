package dev.partita.cache;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.limits.Limits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Where the bytes are cut makes no difference to what comes back.
class SplitTest {
    private static final String DAMAGE = "\r\n 0129-+xkqvtOMCEINTbgsmda\0\u0080\u00ff";
    /// Small, so that lines, values and replies of the corpus outgrow it.
    private static final Limits SMALL = Limits.defaults().with(Map.of("bufferBytes", 1024L, "bufferBytesMax", 4096L,
            "headBytesMax", 1024L, "requestLineBytesMax", 1024L));

    static List<String> corpus() {
        return List.of(
                "set a 1 0 5\r\nab\r\nc\r\nget a\r\ngets a b a\r\n",
                "set a 0 0 3 noreply\r\nabc\r\nadd a 0 0 1\r\nx\r\ncas a 0 0 1 1\r\ny\r\nget a\r\n",
                "set n 0 0 1\r\n7\r\nincr n 8\r\ndecr n 7 noreply\r\ntouch n 5\r\ngat 5 n x\r\ndelete n\r\ndelete n\r\n",
                "set big 0 0 6000\r\n" + "0123456789".repeat(600)
                        + "\r\nget big big\r\nappend big 0 0 1\r\nx\r\nmg big s\r\n",
                "ms k 2 T100 F3 c Oq\r\nxy\r\nmg k v t f k Oabc\r\nms k 3 MA\r\nabc\r\nmg k v q\r\nma n N5 v\r\nmd k q\r\nmn\r\n",
                "ms YWJj 2 b\r\nxy\r\nmg YWJj b k v\r\nget abc\r\n",
                "set a 0 0 3\r\nabcdef\r\nget a\r\nset a 0 0 -5\r\nget\r\n\r\nfoo bar\r\nincr a 1\r\n",
                "set a 0 0 3000000\r\n" + "x".repeat(3_000) + "\r\nget a\r\n",
                "get " + "key ".repeat(1_200) + "\r\nget a\r\n",
                "get a " + "k".repeat(3_000) + " b\r\nget a\r\n",
                "x".repeat(2_100) + "\r\nget a\r\n",
                "\u0080binary\r\n",
                "set a 0 0 1\nx\r\nget a\nflush_all\nget a\nversion\nquit\nget a\n");
    }

    private static String whole(byte[] input) {
        try (var talk = new Talk(new Talk.Server(Settings.defaults()), SMALL)) {
            return talk.ask(input);
        }
    }

    private static String inPieces(List<byte[]> pieces) {
        try (var talk = new Talk(new Talk.Server(Settings.defaults()), SMALL)) {
            talk.window = 700;
            var heard = new StringBuilder();
            pieces.forEach(piece -> heard.append(talk.ask(piece)));
            return heard.toString();
        }
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void everySplitPointGivesTheSameAnswer(String input) {
        byte[] bytes = input.getBytes(ISO_8859_1);
        String expected = whole(bytes);
        int step = Math.max(1, bytes.length / 500);
        for (int at = 1; at < bytes.length; at += at < 100 || at > bytes.length - 100 ? 1 : step) {
            assertThat(inPieces(List.of(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, at, bytes.length))))
                    .as("split at " + at).isEqualTo(expected);
        }
        List<byte[]> single = new ArrayList<>();
        for (byte each : bytes) {
            single.add(new byte[]{each});
        }
        assertThat(inPieces(single)).as("byte by byte").isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void damagedInputIsAnsweredTheSameHoweverItIsCut(long seed) {
        var random = new Random(seed);
        List<String> corpus = corpus();
        for (int i = 0; i < 1_000; i++) {
            byte[] bytes = corpus.get(random.nextInt(corpus.size())).getBytes(ISO_8859_1);
            for (int damage = 1 + random.nextInt(3); damage > 0; damage--) {
                bytes[random.nextInt(Math.min(bytes.length, 100))] =
                        (byte) DAMAGE.charAt(random.nextInt(DAMAGE.length()));
            }
            String expected = whole(bytes);
            List<byte[]> pieces = new ArrayList<>();
            for (int at = 0; at < bytes.length;) {
                int end = Math.min(bytes.length, at + 1 + random.nextInt(200));
                pieces.add(Arrays.copyOfRange(bytes, at, end));
                at = end;
            }
            assertThat(inPieces(pieces))
                    .as("seed " + seed + ", number " + i + ": "
                            + new String(bytes, 0, Math.min(200, bytes.length), ISO_8859_1))
                    .isEqualTo(expected);
        }
    }
}
