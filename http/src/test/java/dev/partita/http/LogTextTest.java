package dev.partita.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.Buffer;
import java.lang.foreign.MemorySegment;
import java.util.regex.Pattern;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

/// What a client has sent comes into a log as printable ASCII, and can be read back from there byte by byte.
class LogTextTest {
    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:x|u00)([0-9a-f]{2})");

    @Property
    void anyBytesAreWrittenAsPrintableAsciiAndCanBeReadBack(
            @ForAll @Size(max = 60) byte[] bytes, @ForAll boolean json) {
        String written = write(bytes, json);
        assertThat(written).matches("[ -~]*").doesNotContain("\"");
        assertThat(ESCAPE.matcher(written).replaceAll("")).doesNotContain("\\");
        String read = ESCAPE.matcher(written).replaceAll(escape -> java.util.regex.Matcher
                .quoteReplacement(String.valueOf((char) Integer.parseInt(escape.group(1), 16))));
        assertThat(read).isEqualTo(new String(bytes, ISO_8859_1));
    }

    @Property
    void plainTextStaysAsItIs(@ForAll @Size(max = 60) byte[] bytes) {
        byte[] plain = bytes.clone();
        for (int i = 0; i < plain.length; i++) {
            plain[i] = (byte) ('#' + Math.floorMod(plain[i], 50)); // # to T: neither quote nor backslash
        }
        assertThat(write(plain, false)).isEqualTo(new String(plain, ISO_8859_1));
    }

    @Example
    void everyByteAlone() {
        for (int octet = 0; octet < 256; octet++) {
            byte[] eight = "abcdefgh".getBytes(ISO_8859_1);
            eight[3] = (byte) octet;
            boolean plain = octet >= ' ' && octet < 0x7F && octet != '"' && octet != '\\';
            String expected = plain ? String.valueOf((char) octet) : String.format("\\x%02x", octet);
            assertThat(write(eight, false)).isEqualTo("abc" + expected + "efgh");
        }
    }

    @Example
    void numbersHaveNoLeadingZeros() {
        for (long number : new long[]{0, 9, 10, 99, 100, 123_456_789_012L, Long.MAX_VALUE}) {
            byte[] line = new byte[20];
            int end = LogText.put(line, 0, number);
            assertThat(new String(line, 0, end, ISO_8859_1)).isEqualTo(Long.toString(number));
        }
    }

    private static String write(byte[] bytes, boolean json) {
        Buffer in = Buffer.over(MemorySegment.ofArray(new byte[Math.max(1, bytes.length)]));
        in.put(bytes);
        int length = LogText.length(in, 0, bytes.length, json);
        byte[] line = new byte[length + 2];
        assertThat(LogText.put(line, 1, in, 0, bytes.length, json)).as("where it stops").isEqualTo(length + 1);
        assertThat(line[0]).as("before").isZero();
        assertThat(line[length + 1]).as("behind").isZero();
        return new String(line, 1, length, ISO_8859_1);
    }
}
