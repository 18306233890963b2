package dev.partita.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.partita.connection.Buffer;
import dev.partita.load.MemcachedDialogue.Distribution;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemcachedDialogueTest {
    private static final int GET = 0;
    private static final int SET = 1;
    private static final String TWO =
            "VALUE key:1 0 5\r\nEND\r\n\r\nVALUE key:2 0 0\r\n\r\nEND\r\n";

    private static final MemcachedDialogue DIALOGUE = new MemcachedDialogue(0.9, 1_000, 10, 2, Distribution.ZIPF, 1);

    private static Speaker speaker() {
        return DIALOGUE.speaker(new Random(1));
    }

    private static void put(Buffer in, String text) {
        in.put(text.getBytes(ISO_8859_1));
    }

    @Test
    void findsTheEndOfAReplyWhereverItIsCut() {
        for (int at = 1; at < TWO.length(); at++) {
            try (Arena arena = Arena.ofConfined()) {
                Buffer in = Buffer.over(arena.allocate(1 << 10));
                Speaker speaker = speaker();
                put(in, TWO.substring(0, at));
                assertThat(speaker.hear(GET, in, false)).as("cut at " + at).isEqualTo(Heard.MORE);
                put(in, TWO.substring(at) + "STORED\r\n");
                assertThat(speaker.hear(GET, in, false)).as("cut at " + at).isEqualTo(Heard.WELL);
                assertThat(speaker.hear(SET, in, false)).isEqualTo(Heard.WELL);
                assertThat(in.isEmpty()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0, SERVER_ERROR busy, SERVER_ERROR", "1, SERVER_ERROR out of memory, SERVER_ERROR",
        "0, ERROR, CLIENT_ERROR",
        "1, CLIENT_ERROR bad data chunk, CLIENT_ERROR", "0, HTTP/1.1 200 OK, BAD", "1, NOT_STORED, BAD",
        "0, VALUE a 0 x, BAD"})
    void tellsOneErrorFromTheOther(int kind, String line, Heard expected) {
        try (Arena arena = Arena.ofConfined()) {
            Buffer in = Buffer.over(arena.allocate(1 << 10));
            put(in, line + "\r\n");
            assertThat(speaker().hear(kind, in, false)).isEqualTo(expected);
        }
    }

    @Test
    void seesAnEndThatComesTooEarly() {
        try (Arena arena = Arena.ofConfined()) {
            Buffer in = Buffer.over(arena.allocate(1 << 10));
            assertThat(speaker().hear(GET, in, true)).isEqualTo(Heard.NOTHING);
            put(in, "VALUE key:1 0 5\r\nEN");
            assertThat(speaker().hear(GET, in, true)).isEqualTo(Heard.EARLY_END);
        }
    }

    @Test
    void refusesWhatIsOutOfRange() {
        assertThatThrownBy(() -> new MemcachedDialogue(1.1, 1, 1, 1, Distribution.UNIFORM, 1))
                .hasMessageContaining("the share of gets is 1.1: valid are 0.0 to 1.0");
    }
}
