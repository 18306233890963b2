package dev.partita.http.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.Buffer;
import java.lang.foreign.Arena;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/// What is found eight bytes at a time is what a look at each byte finds.
class OctetsTest {
    private static Buffer buffer(Arena arena, byte[] bytes) {
        Buffer buffer = Buffer.over(arena.allocate(bytes.length + 1));
        buffer.put(bytes);
        return buffer;
    }

    /// Bytes of which many are at the edges of what is looked for.
    @Provide
    Arbitrary<byte[]> octets() {
        return Arbitraries
                .of(0, 1, 9, 10, 13, 31, 32, 33, 35, 44, 45, 46, 58, 63, 64, 65, 90, 91, 94, 96, 97, 122, 123, 126, 127,
                        128,
                        141, 160, 173, 255, 104, 111, 115, 116)
                .map(Integer::byteValue).array(byte[].class).ofMinSize(0).ofMaxSize(40);
    }

    @Property
    void controlsAreFound(@ForAll("octets") byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            Buffer buffer = buffer(arena, bytes);
            for (int from = 0; from <= bytes.length; from++) {
                int expected = from;
                while (expected < bytes.length
                        && !(bytes[expected] >= 0 && bytes[expected] < 32 || bytes[expected] == 127)) {
                    expected++;
                }
                assertThat(Octets.indexOfControl(buffer, from)).isEqualTo(expected);
            }
        }
    }

    @Property
    void theEndOfATokenIsFound(@ForAll("octets") byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            Buffer buffer = buffer(arena, bytes);
            buffer.put((byte) ':');
            for (int from = 0; from <= bytes.length; from++) {
                int expected = from;
                while (isToken(buffer.at(expected))) {
                    expected++;
                }
                assertThat(Octets.tokenEnd(buffer, from)).isEqualTo(expected);
            }
        }
    }

    private static boolean isToken(byte octet) {
        return octet > ' ' && octet < 127 && "\"(),/:;<=>?@[\\]{}".indexOf(octet) < 0;
    }

    @Test
    void aTokenHasTheCharactersOfTheRfc() {
        for (int octet = -128; octet < 128; octet++) {
            assertThat(Octets.isToken((byte) octet)).as("%d", octet).isEqualTo(isToken((byte) octet));
        }
    }

    @Property
    void theDelimitersOfATargetAreFound(@ForAll("octets") byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            Buffer buffer = Buffer.over(arena.allocate(bytes.length + 8));
            buffer.put(bytes);
            buffer.put(" 1234567".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
            for (int from = 0; from <= bytes.length; from++) {
                int expected = from;
                while (buffer.at(expected) >= 0 && " ?#".indexOf(buffer.at(expected)) < 0) {
                    expected++;
                }
                assertThat(Octets.indexOfTargetDelimiter(buffer, from)).isEqualTo(expected);
            }
        }
    }

    @Test
    void textIsComparedExactlyOrWithoutCase() {
        try (Arena arena = Arena.ofConfined()) {
            Buffer buffer = buffer(arena, "Host-\u00e4[".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
            assertThat(Octets.equalsIgnoreCase(buffer, 0, 5, "host-")).isTrue();
            assertThat(Octets.equalsIgnoreCase(buffer, 0, 4, "host-")).isFalse();
            assertThat(Octets.equalsIgnoreCase(buffer, 6, 1, "{")).isFalse();
            assertThat(Octets.equals(buffer, 0, 6, "Host-\u00e4")).isTrue();
            assertThat(Octets.equals(buffer, 0, 6, "Host-\u01e4")).isFalse();
            assertThat(Octets.equals(buffer, 0, 4, "host")).isFalse();
        }
    }
}
