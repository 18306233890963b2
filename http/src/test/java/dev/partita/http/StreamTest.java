package dev.partita.http;

import static dev.partita.http.Conversation.DATE;
import static dev.partita.http.Conversation.reply;
import static dev.partita.http.Conversation.request;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.Buffer;
import dev.partita.connection.Close;
import dev.partita.connection.Producer;
import dev.partita.connection.Step;
import dev.partita.http.syntax.ChunkedDecoder;
import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamTest {
    private static final String CHUNKED =
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\nDate: "
                    + DATE + "\r\n\r\n";

    /// Gives a text, at most so many bytes a time, and nothing every third time.
    private static Producer pieces(String text, int most) {
        return new Producer() {
            private int position;
            private int calls;

            @Override
            public boolean fill(Buffer into) {
                if (++calls % 3 == 0) {
                    return true;
                }
                int part = Math.min(Math.min(most, into.room()), text.length() - position);
                into.putLatin1(text.substring(position, position + part));
                position += part;
                return position < text.length();
            }
        };
    }

    @ParameterizedTest
    @CsvSource({"1,1", "100,7", "8000,100000", "8192,100000", "100000,100000", "100000,4096", "100000,1000",
        "70000,8176"})
    void aStreamOfKnownLengthArrives(int size, int most) {
        String text = BodyTest.text(size);
        Handler handler = (request, response) -> response.stream("text/plain", size, pieces(text, most));
        try (var conversation = new Conversation(handler)) {
            conversation.say(request("GET /") + request("GET /"));
            assertThat(conversation.heard()).isEqualTo(reply(text) + reply(text));
            assertThat(conversation.count(Counter.REQUESTS)).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1", "100,7", "8000,100000", "8192,100000", "100000,100000", "100000,4096", "100000,1000",
        "70000,8176",
        "100000,15", "100000,16", "100000,255", "100000,256"})
    void aStreamOfUnknownLengthIsChunked(int size, int most) {
        String text = BodyTest.text(size);
        Handler handler = (request, response) -> response.stream("text/plain", -1, pieces(text, most));
        try (var conversation = new Conversation(handler)) {
            conversation.say(request("GET /"));
            assertThat(decoded(conversation)).isEqualTo(text);
            assertThat(conversation.heard()).doesNotContain("\r\n0" + Integer.toHexString(most) + "\r\n");
            assertThat(conversation.isOpen()).isTrue();
            conversation.say(request("GET /"));
            assertThat(conversation.heard()).hasSize(2 * conversation.heard().indexOf("HTTP", 10));
        }
    }

    private static String decoded(Conversation conversation) {
        String heard = conversation.heard();
        assertThat(heard).startsWith(CHUNKED);
        byte[] body = heard.substring(CHUNKED.length()).getBytes(ISO_8859_1);
        try (Arena arena = Arena.ofConfined()) {
            Buffer buffer = Buffer.over(arena.allocate(body.length));
            buffer.put(body);
            var decoder = new ChunkedDecoder(Limits.defaults());
            decoder.begin(Long.MAX_VALUE);
            assertThat(decoder.decode(buffer, 0)).isEqualTo(ChunkedDecoder.DONE);
            assertThat(decoder.consumed()).isEqualTo(body.length);
            var text = new byte[decoder.end()];
            buffer.copy(0, text, 0, text.length);
            return new String(text, ISO_8859_1);
        }
    }

    @Test
    void aSmallChunkHasNoLeadingZeros() {
        try (var conversation =
                new Conversation((request, response) -> response.stream("text/plain", -1, pieces("hello", 9)))) {
            conversation.say(request("GET /"));
            assertThat(conversation.heard()).isEqualTo(CHUNKED + "5\r\nhello\r\n0\r\n\r\n");
        }
    }

    @Test
    void anEmptyStreamIsOneLastChunk() {
        try (var conversation =
                new Conversation((request, response) -> response.stream("text/plain", -1, into -> false))) {
            conversation.say(request("GET /"));
            assertThat(conversation.heard()).isEqualTo(CHUNKED + "0\r\n\r\n");
        }
    }

    @Test
    void toHttp10AStreamOfUnknownLengthEndsWithTheConnection() {
        String text = BodyTest.text(20_000);
        Handler handler = (request, response) -> response.stream("text/plain", -1, pieces(text, 9_000));
        try (var conversation = new Conversation(handler)) {
            conversation.say("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            assertThat(conversation.heard()).isEqualTo("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: " + DATE
                    + "\r\nConnection: close\r\n\r\n" + text);
            assertThat(conversation.finish().closed()).isEqualTo(Close.LINGER);
        }
    }

    @Test
    void eachPieceIsAPassAndWaitsForTheOneBeforeToLeave() {
        String text = BodyTest.text(30_000);
        Handler handler = Handler
                .neverBlocking((request, response) -> response.stream("text/plain", 30_000, pieces(text, 10_000)));
        try (var conversation = new Conversation(handler)) {
            conversation.window = 100;
            conversation.say(request("GET /"));
            assertThat(conversation.heard()).isEqualTo(reply(text));
            assertThat(conversation.steps).startsWith(Step.READ, Step.WORK, Step.WRITE).doesNotContain(Step.BLOCKING);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 50_000})
    void aProducerThatFailsMidwayBreaksTheReplyOff(int length) {
        Producer fails = new Producer() {
            private int calls;

            @Override
            public boolean fill(Buffer into) throws IOException {
                if (++calls == 3) {
                    throw new IOException("a test");
                }
                into.put("piece".getBytes(ISO_8859_1));
                return true;
            }
        };
        try (var conversation = new Conversation((request, response) -> response.stream("text/plain", length, fails))) {
            conversation.say(request("GET /") + request("GET /"));
            assertThat(conversation.heard()).startsWith("HTTP/1.1 200 OK").doesNotContain("\r\n0\r\n")
                    .containsOnlyOnce("HTTP/1.1");
            assertThat(conversation.closed()).isEqualTo(Close.ABORT);
            assertThat(conversation.count(Counter.FAILURES)).isOne();
        }
    }

    @Test
    void aProducerThatFailsAtOnceIs500() {
        Handler handler = (request, response) -> response.stream("text/plain", -1, into -> {
            into.put("lost".getBytes(ISO_8859_1));
            throw new IOException("a test");
        });
        try (var conversation = new Conversation(handler)) {
            conversation.say(request("GET /"));
            assertThat(conversation.heard()).startsWith("HTTP/1.1 500 ").doesNotContain("lost");
            assertThat(conversation.isOpen()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {9_999, 10_001})
    void aStreamOfAnotherLengthThanAnnouncedBreaksOff(int announced) {
        String text = BodyTest.text(10_000);
        Handler handler = (request, response) -> response.stream("text/plain", announced, pieces(text, 5_000));
        try (var conversation = new Conversation(handler)) {
            conversation.say(request("GET /"));
            assertThat(conversation.closed()).isEqualTo(Close.ABORT);
            assertThat(conversation.heard()).hasSizeLessThan(10_000);
        }
    }

    /// Counts how often it was closed.
    private static final class Held implements Producer {
        private final int pieces;
        private int given;
        private int closed;

        Held(int pieces) {
            this.pieces = pieces;
        }

        @Override
        public boolean fill(Buffer into) {
            if (pieces < 0) {
                throw new IllegalStateException("a test");
            }
            into.put((byte) 'x');
            return ++given < pieces;
        }

        @Override
        public void close() {
            closed++;
        }
    }

    @Test
    void whateverAProducerHoldsItLetsGoOnce() {
        record Case(String name, Held producer, Handler handler, String request) {}
        List<Case> cases = new ArrayList<>();
        for (long length : new long[]{-1, 3}) {
            for (int pieces : new int[]{3, -1}) {
                for (String method : List.of("GET", "HEAD")) {
                    var held = new Held(pieces);
                    cases.add(new Case(method + " " + pieces + " of " + length, held,
                            (request, response) -> response.stream("a/b", length, held), request(method + " /")));
                }
            }
            var late = new Held(3);
            cases.add(new Case("replied already", late, (request, response) -> {
                response.text("first");
                response.stream("a/b", length, late);
            }, request("GET /")));
            var back = new Held(3);
            cases.add(new Case("taken back", back, (request, response) -> {
                response.stream("a/b", length, back);
                throw new IllegalStateException("a test");
            }, request("GET /")));
            var type = new Held(3);
            cases.add(new Case("wrong type", type, (request, response) -> response.stream("a\r\nb", length, type),
                    request("GET /")));
        }
        for (Case each : cases) {
            try (var conversation = new Conversation(each.handler())) {
                conversation.say(each.request());
            }
            assertThat(each.producer().closed).as(each.name()).isOne();
        }
    }

    @Test
    void aProducerWhoseReaderIsGoneLetsGo() {
        var held = new Held(1_000);
        try (var conversation = new Conversation((request, response) -> response.stream("a/b", -1, held))) {
            conversation.window = 0;
            conversation.say(request("GET /"));
            assertThat(held.closed).isZero();
        }
        assertThat(held.closed).isOne();
    }

    @Test
    void anInputStreamArrivesAndIsClosed() {
        byte[] bytes = "ghijklmnop".repeat(5_000).getBytes(ISO_8859_1);
        for (long length : new long[]{-1, bytes.length}) {
            var closed = new AtomicInteger();
            InputStream in = new ByteArrayInputStream(bytes) {
                @Override
                public void close() {
                    closed.incrementAndGet();
                }
            };
            try (var conversation = new Conversation((request, response) -> response.stream("a/b", length, in))) {
                String heard = conversation.say(request("GET /")).heard();
                String body = heard.substring(heard.indexOf("\r\n\r\n") + 4);
                assertThat(body.replaceAll("[0-9a-f]+\r\n|\r\n", "")).isEqualTo(new String(bytes, ISO_8859_1));
                assertThat(heard).endsWith(length < 0 ? "\r\n0\r\n\r\n" : "nop");
            }
            assertThat(closed).hasValue(1);
        }
    }
}
