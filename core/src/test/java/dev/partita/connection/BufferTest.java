package dev.partita.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class BufferTest {
    private final Arena arena = Arena.ofAuto();

    @Test
    void refusesToReadBehindWhatWasPut() {
        Buffer buffer = Buffer.over(arena.allocate(64));
        buffer.putLatin1("abc");

        assertThat(buffer.at(2)).isEqualTo((byte) 'c');
        assertThatThrownBy(() -> buffer.at(3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.at(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.longAt(0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.skip(4)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void refusesToPutMoreThanItsRoomAndPutsNothingThen() {
        Buffer buffer = Buffer.over(arena.allocate(4));
        buffer.putLatin1("abc");

        assertThatThrownBy(() -> buffer.putLatin1("de")).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.putLong(1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.received(2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(text(buffer)).isEqualTo("abc");
    }

    @Test
    void hasNeitherLengthNorRoomWithoutMemory() {
        Buffer buffer = new Buffer();

        assertThat(buffer.isAttached()).isFalse();
        assertThat(buffer.isEmpty()).isTrue();
        assertThat(buffer.room()).isZero();
        assertThatThrownBy(() -> buffer.put((byte) 1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Property(tries = 200)
    void writesEveryNumberAsTheJdkDoes(@ForAll @LongRange(min = 0) long number) {
        Buffer buffer = Buffer.over(arena.allocate(32));
        buffer.putDecimal(number);

        assertThat(text(buffer)).isEqualTo(Long.toString(number));
    }

    @Property(tries = 100)
    void behavesAsAQueueOfBytesThroughPutsSkipsAndCompactions(@ForAll @IntRange(max = 1 << 30) int seed) {
        var random = new Random(seed);
        Buffer buffer = Buffer.over(arena.allocate(50));
        var model = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            switch (random.nextInt(4)) {
                case 0 -> {
                    String text = "x".repeat(random.nextInt(buffer.room() + 1)).replace('x', (char) ('a' + i % 26));
                    buffer.putLatin1(text);
                    model.append(text);
                }
                case 1 -> {
                    int bytes = random.nextInt(buffer.length() + 1);
                    buffer.skip(bytes);
                    model.delete(0, bytes);
                }
                case 2 -> buffer.compact();
                default -> {
                    int length = random.nextInt(buffer.length() + 1);
                    buffer.truncate(length);
                    model.setLength(length);
                }
            }
            assertThat(text(buffer)).isEqualTo(model.toString());
        }
    }

    static String text(Buffer buffer) {
        byte[] bytes = new byte[buffer.length()];
        buffer.copy(0, bytes, 0, bytes.length);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
