package dev.partita.http.syntax;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.Buffer;
import dev.partita.limits.Limits;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

class ChunkedDecoderTest {
    @Property
    void whatWasCutIntoChunksAndArrivesInPiecesComesOutWhole(
            @ForAll @Size(max = 12) List<@Size(min = 1, max = 400) byte[]> chunks, @ForAll long seed) {
        var random = new Random(seed);
        var plain = new ByteArrayOutputStream();
        var coded = new ByteArrayOutputStream();
        for (byte[] chunk : chunks) {
            plain.writeBytes(chunk);
            coded.writeBytes(("0".repeat(random.nextInt(3)) + Integer.toHexString(chunk.length)
                    + (random.nextBoolean() ? ";ext=\"1\"" : "") + "\r\n").getBytes(ISO_8859_1));
            coded.writeBytes(chunk);
            coded.writeBytes("\r\n".getBytes(ISO_8859_1));
        }
        coded.writeBytes((random.nextBoolean() ? "0\r\n\r\n" : "0\r\nT: v\r\nU:\r\n\r\n").getBytes(ISO_8859_1));
        byte[] body = coded.toByteArray();
        byte[] head = "head".getBytes(ISO_8859_1);
        byte[] next = "next request".getBytes(ISO_8859_1);
        try (Arena arena = Arena.ofConfined()) {
            Buffer in = Buffer.over(arena.allocate(head.length + body.length + next.length));
            in.put(head);
            var decoder = new ChunkedDecoder(Limits.defaults());
            decoder.begin(plain.size());
            int end = head.length;
            int result = ChunkedDecoder.MORE;
            for (int at = 0; at < body.length;) {
                int part = Math.min(body.length - at, 1 + random.nextInt(60));
                in.put(body, at, part);
                at += part;
                if (at == body.length) {
                    in.put(next);
                }
                assertThat(result).isEqualTo(ChunkedDecoder.MORE);
                result = decoder.decode(in, end);
                end = decoder.end();
            }
            assertThat(result).isEqualTo(ChunkedDecoder.DONE);
            assertThat(decoder.total()).isEqualTo(plain.size());
            assertThat(bytes(in, 0, head.length)).isEqualTo(head);
            assertThat(bytes(in, head.length, end)).isEqualTo(plain.toByteArray());
            assertThat(bytes(in, decoder.consumed(), in.length())).isEqualTo(next);
        }
    }

    private static byte[] bytes(Buffer in, int from, int to) {
        var bytes = new byte[to - from];
        in.copy(from, bytes, 0, bytes.length);
        return bytes;
    }
}
