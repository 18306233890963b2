package dev.partita.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.Buffer;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Where a reply ends, however its bytes arrive.
class HttpSpeakerTest {
    /// A reply to a GET, and what it comes to.
    record Case(String reply, Heard heard, boolean over) {}

    private static final int GET = 0;
    private static final int HEAD = 1;

    static List<Case> complete() {
        return List.of(
                new Case(reply("200 OK", "Content-Length: 5") + "hello", Heard.WELL, false),
                new Case(reply("200 OK", "content-LENGTH:5 ", "X: a:b") + "hello", Heard.WELL, false),
                new Case(reply("200", "Content-Length: 0"), Heard.WELL, false),
                new Case(reply("200 OK", "Content-Length: 0", "Connection: close"), Heard.WELL, true),
                new Case(reply("200 OK", "Content-Length: 0", "Connection: x, Close ,y"), Heard.WELL, true),
                new Case(reply("200 OK", "Content-Length: 2", "Content-Length: 2") + "ab", Heard.WELL, false),
                new Case(reply("204 No Content"), Heard.WELL, false),
                new Case(reply("304 Not Modified", "Content-Length: 100"), Heard.WELL, false),
                new Case(reply("404 Not Found", "Content-Length: 3") + "no\n", Heard.CLIENT_ERROR, false),
                new Case(reply("503 Busy", "Content-Length: 0"), Heard.SERVER_ERROR, false),
                new Case(reply("100 Continue") + reply("103 Early Hints", "Link: a")
                        + reply("200 OK", "Content-Length: 1")
                        + "x", Heard.WELL, false),
                new Case(reply("200 OK", "Transfer-Encoding: chunked") + "5\r\nhello\r\n0\r\n\r\n", Heard.WELL, false),
                new Case(reply("200 OK", "Transfer-Encoding: gzip, Chunked")
                        + "A;x=y\r\n0123456789\r\n1 \r\n\n\r\n000\r\n"
                        + "Trailer: x\r\n\r\n", Heard.WELL, false),
                new Case(reply("500 Oh", "Transfer-Encoding: chunked") + "0\r\n\r\n", Heard.SERVER_ERROR, false),
                new Case("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", Heard.WELL, true),
                new Case("HTTP/1.0 200 OK\r\nContent-Length: 1\r\nConnection: keep-alive\r\n\r\nx", Heard.WELL, false),
                new Case("HTTP/1.1 200 OK\nContent-Length: 1\n\nx", Heard.WELL, false));
    }

    private static String reply(String status, String... fields) {
        return "HTTP/1.1 " + status + "\r\n" + (fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n")
                + "\r\n";
    }

    @ParameterizedTest
    @MethodSource("complete")
    void findsTheEndAtEverySplitPoint(Case each) {
        for (int first = 0; first <= each.reply.length(); first++) {
            for (int second = first; second <= each.reply.length(); second++) {
                var hearing = new Hearing(GET);
                hearing.arrives(each.reply.substring(0, first));
                hearing.arrives(each.reply.substring(first, second));
                hearing.arrives(each.reply.substring(second));
                assertThat(hearing.heard).as("split at %d and %d", first, second).containsExactly(each.heard);
                assertThat(hearing.in.length()).as("bytes left over").isZero();
                assertThat(hearing.speaker.isOver()).isEqualTo(each.over);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("complete")
    void whatEndsTooEarlyIsNoReply(Case each) {
        for (int length = 0; length < each.reply.length(); length++) {
            var hearing = new Hearing(GET);
            hearing.arrives(each.reply.substring(0, length));
            hearing.ends();
            assertThat(hearing.heard).as("ended after %d bytes", length)
                    .containsExactly(length == 0 ? Heard.NOTHING : Heard.EARLY_END);
        }
    }

    @Property(tries = 300)
    void pipelinedRepliesComeOutInOrderHoweverTheyArrive(
            @ForAll("sequences") List<Case> sequence, @ForAll("cuts") List<Integer> cuts) {
        var all = new StringBuilder();
        sequence.forEach(each -> all.append(each.reply));
        var hearing = new Hearing(GET);
        int at = 0;
        for (int i = 0; at < all.length(); i++) {
            int next = Math.min(all.length(), at + cuts.get(i % cuts.size()));
            hearing.arrives(all.substring(at, next));
            at = next;
        }
        assertThat(hearing.heard).isEqualTo(sequence.stream().map(Case::heard).toList());
        assertThat(hearing.in.length()).isZero();
    }

    @Provide
    Arbitrary<List<Case>> sequences() {
        return Arbitraries.of(complete()).list().ofMinSize(1).ofMaxSize(8);
    }

    @Provide
    Arbitrary<List<Integer>> cuts() {
        return Arbitraries.integers().between(1, 200).list().ofMinSize(1).ofMaxSize(20);
    }

    @Test
    void aReplyMayBeLargerThanTheBuffer() {
        var hearing = new Hearing(GET);
        hearing.arrives(reply("200 OK", "Content-Length: 100000"));
        for (int i = 0; i < 100; i++) {
            assertThat(hearing.heard).isEmpty();
            hearing.arrives("x".repeat(1_000));
        }
        assertThat(hearing.heard).containsExactly(Heard.WELL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 200 OK\r\n\r\nbody", "HTTP/1.0 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nbody"})
    void withoutALengthTheEndOfTheConnectionIsTheEnd(String reply) {
        var hearing = new Hearing(GET);
        hearing.arrives(reply);
        assertThat(hearing.heard).isEmpty();
        hearing.ends();
        assertThat(hearing.heard).containsExactly(Heard.WELL);
        assertThat(hearing.speaker.isOver()).isTrue();
    }

    @Test
    void aReplyToHeadHasNoBody() {
        var hearing = new Hearing(HEAD);
        hearing.arrives(reply("200 OK", "Content-Length: 500") + reply("200 OK", "Transfer-Encoding: chunked"));
        assertThat(hearing.heard).containsExactly(Heard.WELL, Heard.WELL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello\n", "HTTP/2 200 OK\r\n", "HTTP/1.1 20 OK\r\n", "HTTP/1.1 2000\r\n",
        "HTTP/1.1 abc\r\n",
        "HTTP/1.1 099 x\r\n", "HTTP/1.1 600 x\r\n", "\r\n", "HTTP/1.1 101 Switching\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length:\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999999\r\n", "HTTP/1.1 200 OK\r\nX: 1\r\n folded\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1111111111111111\r\n"})
    void whatIsNoReplyIsBad(String text) {
        var hearing = new Hearing(GET);
        hearing.arrives(text);
        assertThat(hearing.heard).containsExactly(Heard.BAD);
    }

    @Test
    void aLineWithoutEndIsBad() {
        var hearing = new Hearing(GET);
        hearing.arrives("HTTP/1.1 200 " + "x".repeat(40_000));
        assertThat(hearing.heard).containsExactly(Heard.BAD);
    }

    @Test
    void theNextConnectionBeginsAnew() {
        var hearing = new Hearing(GET);
        hearing.arrives("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 7\r\n\r\nhal");
        hearing.in.clear();
        hearing.speaker.reset();
        hearing.arrives(reply("200 OK", "Content-Length: 2") + "ok");
        assertThat(hearing.heard).containsExactly(Heard.WELL);
        assertThat(hearing.speaker.isOver()).isFalse();
    }

    /// A speaker with a buffer, and what it has found so far.
    private static final class Hearing {
        final HttpSpeaker speaker = new HttpSpeaker(new byte[][]{{}, {}}, new boolean[]{false, true});
        final Buffer in = Buffer.over(MemorySegment.ofArray(new byte[64 << 10]));
        final List<Heard> heard = new ArrayList<>();
        private final int kind;

        Hearing(int kind) {
            this.kind = kind;
            speaker.reset();
        }

        void arrives(String text) {
            in.compact();
            in.put(text.getBytes(ISO_8859_1));
            while (!in.isEmpty()) {
                Heard found = speaker.hear(kind, in, false);
                if (found == Heard.MORE) {
                    return;
                }
                heard.add(found);
                if (found == Heard.BAD) {
                    return;
                }
            }
        }

        void ends() {
            heard.add(speaker.hear(kind, in, true));
        }
    }
}
