package dev.partita.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.Buffer;
import dev.partita.http.syntax.Octets;
import dev.partita.limits.Limits;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/// What was written into a head is read out of it again, however it arrives.
class RequestHeadTest {
    private static final String TOKEN = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final String TARGET = "!$%&'()*+,-./0123456789:;=@ABCXYZ[]^_`abcxyz{|}~\"<>";

    record Field(String name, String value) {}

    record Head(Method method, String path, String query, String host, boolean http10, long length,
            List<Field> fields) {
        String written() {
            var text = new StringBuilder(method + " " + path + query + " HTTP/1." + (http10 ? 0 : 1) + "\r\n");
            text.append("hOst: ").append(host).append("\r\n");
            fields.forEach(field -> text.append(field.name()).append(':').append(field.value()).append("\r\n"));
            return text.append(length == 0 ? "" : "Content-length:" + length + "\r\n").append("\r\n").toString();
        }
    }

    @Provide
    Arbitrary<Head> heads() {
        Arbitrary<String> paths = Arbitraries.strings().withChars(TARGET).ofMaxLength(60).map(rest -> "/" + rest);
        Arbitrary<String> queries = Arbitraries.strings().withChars(TARGET + "?").ofMaxLength(30)
                .map(rest -> rest.isEmpty() ? "" : "?" + rest);
        Arbitrary<String> names = Arbitraries.strings().withChars(TOKEN).ofMinLength(1).ofMaxLength(20)
                .filter(name -> !List.of("host", "expect", "connection", "content-length", "transfer-encoding")
                        .contains(name.toLowerCase(Locale.ROOT)));
        Arbitrary<String> values = Arbitraries.strings().withCharRange(' ', '~').withCharRange('\u0080', '\u00ff')
                .withChars('\t').ofMaxLength(40);
        return Combinators.combine(
                Arbitraries.of(Method.values()),
                paths,
                queries,
                Arbitraries.of("a", "example.com:80", "[::1]:8080", "x-y_z.%41"),
                Arbitraries.of(true, false),
                Arbitraries.longs().between(0, 1L << 40),
                Combinators.combine(names, values).as(Field::new).list().ofMaxSize(20)).as(Head::new);
    }

    @Property(tries = 500)
    void everythingThatWasWrittenIsRead(@ForAll("heads") Head written, @ForAll long seed) {
        isRead(written, written.written(), false, new Random(seed));
    }

    @Property(tries = 500)
    void whereABareLfIsAcceptedItEndsALineAsWell(@ForAll("heads") Head written, @ForAll long seed) {
        var random = new Random(seed);
        String mixed = Pattern.compile("\r\n").matcher(written.written())
                .replaceAll(end -> random.nextBoolean() ? "\n" : "\r\n");
        isRead(written, mixed, true, random);
    }

    private static void isRead(Head written, String text, boolean acceptsBareLf, Random random) {
        byte[] bytes = (text + "what follows").getBytes(ISO_8859_1);
        int end = bytes.length - "what follows".length();
        try (Arena arena = Arena.ofConfined()) {
            Buffer in = Buffer.over(arena.allocate(bytes.length));
            var head = new RequestHead(Limits.defaults(), acceptsBareLf);
            for (int at = 0; at < end;) {
                assertThat(head.parse(in)).isEqualTo(RequestHead.PARTIAL);
                int part = Math.min(bytes.length - at, 1 + random.nextInt(random.nextBoolean() ? 3 : 200));
                in.put(bytes, at, part);
                at += part;
            }
            assertThat(head.parse(in)).isEqualTo(RequestHead.COMPLETE);
            assertThat(head.end()).isEqualTo(end);
            assertThat(head.method()).isEqualTo(written.method());
            assertThat(Octets.latin1(in, head.pathStart(), head.pathEnd() - head.pathStart()))
                    .isEqualTo(written.path());
            assertThat(Octets.latin1(in, head.pathEnd(), head.targetEnd() - head.pathEnd())).isEqualTo(written.query());
            assertThat(head.isHttp10()).isEqualTo(written.http10());
            assertThat(head.contentLength()).isEqualTo(written.length());
            assertThat(values(in, head, "host")).containsExactly(written.host());
            for (Field field : written.fields()) {
                assertThat(values(in, head, field.name())).containsExactlyElementsOf(written.fields().stream()
                        .filter(other -> other.name().equalsIgnoreCase(field.name()))
                        .map(other -> other.value().replaceAll("^[ \t]+|[ \t]+\\z", "")).toList());
            }
        }
    }

    private static List<String> values(Buffer in, RequestHead head, String name) {
        List<String> values = new ArrayList<>();
        String lower = name.toLowerCase(Locale.ROOT);
        long found = Fields.find(in, head.fieldsStart(), head.end(), lower);
        while (found != Fields.NONE) {
            values.add(Octets.latin1(in, Fields.start(found), Fields.stop(found) - Fields.start(found)));
            found = Fields.find(in, Fields.nextLine(in, Fields.stop(found)), head.end(), lower);
        }
        return values;
    }

    @Property(tries = 5_000)
    void whateverArrivesIsReadWithoutAnExceptionAndTheSameInPieces(@ForAll @Size(max = 60) List<Character> noise,
            @ForAll("heads") Head written, @ForAll long seed) {
        var random = new Random(seed);
        var text = new StringBuilder(written.written());
        for (char each : noise) {
            text.insert(random.nextInt(text.length() + 1), (char) (each & 0xFF));
        }
        byte[] bytes = text.toString().getBytes(ISO_8859_1);
        int cut = random.nextInt(bytes.length + 1);
        try (Arena arena = Arena.ofConfined()) {
            Buffer whole = Buffer.over(arena.allocate(bytes.length));
            whole.put(bytes);
            Buffer pieces = Buffer.over(arena.allocate(bytes.length));
            var inPieces = new RequestHead(Limits.defaults(), false);
            pieces.put(bytes, 0, cut);
            int first = inPieces.parse(pieces);
            pieces.put(bytes, cut, bytes.length - cut);
            int result = first == RequestHead.PARTIAL ? inPieces.parse(pieces) : first;
            assertThat(result).isEqualTo(new RequestHead(Limits.defaults(), false).parse(whole));
        }
    }
}
