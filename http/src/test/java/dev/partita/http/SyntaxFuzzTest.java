package dev.partita.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.partita.connection.Buffer;
import dev.partita.http.syntax.ByteRange;
import dev.partita.http.syntax.ChunkedDecoder;
import dev.partita.http.syntax.FilePath;
import dev.partita.http.syntax.HttpDate;
import dev.partita.limits.Limits;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Set;

/// Whatever bytes a client sends: the readers of syntax throw nothing, stay within their bounds, and say the same wherever the
/// bytes are cut. The build replays the inputs below `src/test/resources`; `benchmarks/fuzz` looks for new ones.
class SyntaxFuzzTest {
    private static final Limits LIMITS = Limits.defaults();
    private static final Set<Integer> REFUSALS = Set.of(400, 414, 417, 431, 501, 505);
    private static final Path ROOT = Path.of("/srv/root");
    private static final long LAST_SECOND_OF_9999 = 253_402_300_799L;

    /// The first byte says where the rest is cut.
    @FuzzTest
    void requestHead(byte[] input) {
        if (input.length < 2) {
            return;
        }
        int size = input.length - 1;
        int cut = (input[0] & 0xFF) * size / 0xFF;
        try (Arena arena = Arena.ofConfined()) {
            Buffer whole = Buffer.over(arena.allocate(size));
            var head = new RequestHead(LIMITS, false);
            whole.put(input, 1, size);
            int result = head.parse(whole);
            Buffer parts = Buffer.over(arena.allocate(size));
            var other = new RequestHead(LIMITS, false);
            parts.put(input, 1, cut);
            int inParts = cut == 0 ? RequestHead.PARTIAL : other.parse(parts);
            if (inParts == RequestHead.PARTIAL) {
                parts.put(input, 1 + cut, size - cut);
                inParts = other.parse(parts);
            }
            require(result == inParts, "whole " + result + ", in parts " + inParts);
            if (result == RequestHead.COMPLETE) {
                require(head.end() == other.end() && head.contentLength() == other.contentLength()
                        && head.isChunked() == other.isChunked(), "framed differently in parts");
                require(head.end() <= whole.length() && head.targetStart() <= head.pathStart()
                        && head.pathStart() <= head.pathEnd() && head.pathEnd() <= head.targetEnd()
                        && head.targetEnd() < head.end(), "positions out of order");
                require(!(head.isChunked() && head.contentLength() != 0), "framed twice");
            } else {
                require(result == RequestHead.PARTIAL || REFUSALS.contains(result), "status " + result);
            }
        }
    }

    /// The first byte says where the rest is cut.
    @FuzzTest
    void chunks(byte[] input) {
        if (input.length < 2) {
            return;
        }
        int size = input.length - 1;
        int cut = (input[0] & 0xFF) * size / 0xFF;
        try (Arena arena = Arena.ofConfined()) {
            Buffer whole = Buffer.over(arena.allocate(size));
            var decoder = new ChunkedDecoder(Limits.defaults());
            decoder.begin(1 << 20);
            whole.put(input, 1, size);
            int result = decoder.decode(whole, 0);
            Buffer parts = Buffer.over(arena.allocate(size));
            var other = new ChunkedDecoder(Limits.defaults());
            other.begin(1 << 20);
            parts.put(input, 1, cut);
            int inParts = other.decode(parts, 0);
            if (inParts == ChunkedDecoder.MORE) {
                parts.put(input, 1 + cut, size - cut);
                inParts = other.decode(parts, other.end());
            } else if (inParts == ChunkedDecoder.DONE) {
                parts.put(input, 1 + cut, size - cut);
            }
            require(result == inParts, "whole " + result + ", in parts " + inParts);
            require(decoder.total() == other.total() && decoder.total() < Math.max(1, size),
                    "decoded more than there is");
            if (result == ChunkedDecoder.DONE || result == ChunkedDecoder.MORE) {
                require(text(whole, 0, decoder.end()).equals(text(parts, 0, other.end())),
                        "decoded differently in parts");
                require(decoder.end() == decoder.total(), "the decoded bytes end elsewhere");
            }
            if (result == ChunkedDecoder.DONE) {
                require(text(whole, decoder.consumed(), whole.length())
                        .equals(text(parts, other.consumed(), parts.length())), "another next request in parts");
            }
        }
    }

    @FuzzTest
    void path(byte[] input) {
        String decoded = FilePath.decode(new String(input, ISO_8859_1));
        if (decoded != null) {
            Path file = ROOT.resolve(decoded);
            require(file.startsWith(ROOT) && file.normalize().equals(file), "leads out of the root: " + decoded);
            require(decoded.chars().noneMatch(c -> c < ' ' || c == 0x7F || c == '\\'),
                    "a control character: " + decoded);
        }
    }

    @FuzzTest
    void date(byte[] input) {
        long second = HttpDate.parse(new String(input, ISO_8859_1));
        if (second != HttpDate.NONE && second <= LAST_SECOND_OF_9999) {
            String text = HttpDate.text(second);
            require(HttpDate.parse(text) == second, "read back as another moment: " + text);
        }
    }

    /// The first byte is the size of the whole.
    @FuzzTest
    void range(byte[] input) {
        if (input.length == 0) {
            return;
        }
        int size = input[0] & 0xFF;
        ByteRange range = ByteRange.of(new String(input, 1, input.length - 1, ISO_8859_1), size);
        if (!range.isWhole() && !range.isNone()) {
            require(range.length() > 0 && range.first() >= 0 && range.first() + range.length() <= size,
                    "a part that is not there: " + range);
        }
    }

    private static String text(Buffer in, int from, int to) {
        var bytes = new byte[to - from];
        in.copy(from, bytes, 0, bytes.length);
        return new String(bytes, ISO_8859_1);
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }
}
