package dev.partita.cache;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import java.util.Arrays;
import java.util.Map;

/// Whatever bytes a client sends: the conversation throws nothing, stays within its bounds, and goes the same way wherever the
/// bytes are cut. The build replays the inputs below `src/test/resources`; `benchmarks/fuzz` looks for new ones.
class CommandFuzzTest {
    /// Small, so that lines, values and replies outgrow them.
    private static final Limits LIMITS = Limits.defaults().with(Map.of("bufferBytes", 1024L, "bufferBytesMax", 4096L,
            "headBytesMax", 1024L, "requestLineBytesMax", 1024L));

    /// The first byte says where the rest is cut.
    @FuzzTest
    void conversation(byte[] input) {
        if (input.length < 2) {
            return;
        }
        byte[] said = Arrays.copyOfRange(input, 1, input.length);
        int cut = (input[0] & 0xFF) * said.length / 0xFF;
        // What tells of the whole server or of the moment is not the same twice, and a dump has no order.
        String text = new String(said, ISO_8859_1);
        if (text.contains("stats") || text.contains("metadump")) {
            return;
        }
        try (var whole = talk(); var parts = talk()) {
            String expected = whole.ask(said);
            parts.window = 100;
            String heard = parts.ask(Arrays.copyOf(said, cut)) + parts.ask(Arrays.copyOfRange(said, cut, said.length));
            require(heard.equals(expected), "whole: " + expected + "\nin parts: " + heard);
            require((whole.closed() == null) == (parts.closed() == null), "only one of them was closed");
            require(whole.count(Counter.FAILURES) + parts.count(Counter.FAILURES) == 0, "something was thrown");
            require(whole.server.protocol.store().items() <= said.length, "more items than commands");
        }
    }

    private static Talk talk() {
        return new Talk(new Talk.Server(Settings.defaults()), LIMITS);
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }
}
