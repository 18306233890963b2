package dev.partita.http;

import static dev.partita.http.Conversation.reply;
import static dev.partita.http.Conversation.request;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormTest {
    private static final String URL_ENCODED = "application/x-www-form-urlencoded";
    private static final String BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW";

    private interface Look {
        void at(Form form) throws Exception;
    }

    /// Lets a handler look at the form and gives the answer, which is "ok" if all was as the look wanted it.
    private static String answer(Limits limits, String type, byte[] body, Look look) {
        Throwable[] failed = new Throwable[1];
        Handler handler = (request, response) -> {
            Form form = request.form();
            try {
                look.at(form);
            } catch (AssertionError wrong) {
                failed[0] = wrong;
            }
            response.text("ok");
        };
        try (var conversation = new Conversation(handler, limits)) {
            conversation.say(request("POST /", "Content-Length: " + body.length, "Content-Type: " + type)).say(body);
            assertThat(failed[0]).isNull();
            assertThat(conversation.count(Counter.FAILURES)).isZero();
            assertThat(conversation.isOpen()).isTrue();
            return conversation.heard();
        }
    }

    private static void look(String type, String body, Look look) {
        assertThat(answer(Limits.defaults(), type, body.getBytes(UTF_8), look)).isEqualTo(reply("ok"));
    }

    private static String refused(Limits limits, String type, String body) {
        return answer(limits, type, body.getBytes(UTF_8), form -> {
            throw new AssertionError("there is a form: " + form.names() + form.files());
        });
    }

    private static String multipart(String boundary) {
        return "multipart/form-data; boundary=" + boundary;
    }

    private static String part(String disposition, String content) {
        return "--" + BOUNDARY + "\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + content + "\r\n";
    }

    private static final String END = "--" + BOUNDARY + "--\r\n";

    @Test
    void fieldsAreDecodedAndMayBeRepeated() {
        look(URL_ENCODED + "; charset=UTF-8", "a=1&b=two+words&a=%C3%A4%26&&flag&c%5B%5D=x=y&=", form -> {
            assertThat(form.value("a")).isEqualTo("1");
            assertThat(form.values("a")).containsExactly("1", "\u00e4&");
            assertThat(form.value("b")).isEqualTo("two words");
            assertThat(form.value("flag")).isEmpty();
            assertThat(form.value("c[]")).isEqualTo("x=y");
            assertThat(form.value("none")).isNull();
            assertThat(form.values("none")).isEmpty();
            assertThat(form.names()).containsExactly("a", "b", "flag", "c[]", "");
            assertThat(form.files()).isEmpty();
        });
        look(URL_ENCODED, "", form -> assertThat(form.names()).isEmpty());
    }

    @Test
    void noBodyAndNoTypeIsAnEmptyForm() {
        Handler handler = (request, response) -> response.text(request.form().names() + "");
        try (var conversation = new Conversation(handler)) {
            assertThat(conversation.say(request("GET /")).heard()).isEqualTo(reply("[]"));
        }
    }

    @Test
    void anotherTypeIs415AndWrongEscapesAre400() {
        assertThat(refused(Limits.defaults(), "application/json", "{}")).startsWith("HTTP/1.1 415 ");
        assertThat(refused(Limits.defaults(), URL_ENCODED, "a=%zz")).startsWith("HTTP/1.1 400 ");
        assertThat(refused(Limits.defaults(), URL_ENCODED, "a=b%4")).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void aFormIsBounded() {
        Limits limits =
                Limits.defaults().with("formFieldsMax", 3).with("formBytesMax", 20).with("partHeadBytesMax", 64);
        String ok =
                answer(limits, URL_ENCODED, "a=1&b=2&c=3".getBytes(UTF_8), form -> assertThat(form.names()).hasSize(3));
        assertThat(ok).isEqualTo(reply("ok"));
        assertThat(refused(limits, URL_ENCODED, "a=1&b=2&c=3&d=4")).startsWith("HTTP/1.1 413 ").contains("3 fields");
        assertThat(refused(limits, URL_ENCODED, "a=" + "x".repeat(19))).startsWith("HTTP/1.1 413 ")
                .contains("20 bytes");

        String boundary = multipart("b");
        String field = "--b\r\nContent-Disposition: form-data; name=%s\r\n\r\n%s\r\n";
        assertThat(refused(limits, boundary, field.formatted("a", "1").repeat(4) + "--b--"))
                .startsWith("HTTP/1.1 413 ").contains("3 fields");
        assertThat(refused(limits, boundary, field.formatted("a", "x".repeat(20)) + "--b--"))
                .startsWith("HTTP/1.1 413 ").contains("20 bytes");
        int most = 64 - "Content-Disposition: form-data; name=".length();
        assertThat(refused(limits, boundary, field.formatted("n".repeat(most), "") + "--b--")).contains("20 bytes");
        assertThat(refused(limits, boundary, field.formatted("n".repeat(most + 1), "") + "--b--")).contains("64 bytes");
        assertThat(refused(limits, boundary, "--b\r\n" + "x".repeat(1_000))).contains("64 bytes");
        String file = "--b\r\nContent-Disposition: form-data; name=f; filename=g\r\n\r\n" + "x".repeat(100_000)
                + "\r\n--b--";
        assertThat(answer(limits, boundary, file.getBytes(UTF_8), form -> assertThat(form.files()).hasSize(1)))
                .isEqualTo(reply("ok")); // a file takes no memory
    }

    @Test
    void aFormThatIsTooLargeIsCounted() {
        Handler handler = (request, response) -> response.text(request.form().names() + "");
        try (var conversation = new Conversation(handler, Limits.defaults().with("formFieldsMax", 1))) {
            conversation.say(request("POST /", "Content-Type: " + URL_ENCODED, "Content-Length: 7") + "a=1&b=2");
            assertThat(conversation.count(Counter.FORMS_TOO_LARGE)).isOne();
        }
    }

    @Test
    void whatBrowsersSendIsRead() {
        String body = part("name=\"title\"", "J\u00f6rg's \"photo\"")
                + part("name=\"tag\"", "one") + part("name=\"tag\"", "two\r\nlines") + part("name=\"empty\"", "")
                + part("name=\"none\"; filename=\"\"\r\nContent-Type: application/octet-stream", "")
                + part("name=\"photo\"; filename=\"j\u00f6rg %22the%22.png\"\r\nContent-Type: image/png", "\r\n--data")
                + part("name=\"photo\"; filename=\"b.png\"", "") + END;
        look(multipart(BOUNDARY), body, form -> {
            assertThat(form.value("title")).isEqualTo("J\u00f6rg's \"photo\"");
            assertThat(form.values("tag")).containsExactly("one", "two\r\nlines");
            assertThat(form.value("empty")).isEmpty();
            assertThat(form.names()).containsExactly("title", "tag", "empty");
            assertThat(form.file("none")).isNull();
            assertThat(form.files()).hasSize(2);
            Upload photo = Objects.requireNonNull(form.file("photo"));
            assertThat(photo.fileName()).isEqualTo("j\u00f6rg \"the\".png");
            assertThat(photo.contentType()).isEqualTo("image/png");
            assertThat(photo.length()).isEqualTo(8);
            assertThat(photo.bytes()).isEqualTo("\r\n--data".getBytes(UTF_8));
            assertThat(photo.stream().readAllBytes()).isEqualTo("\r\n--data".getBytes(UTF_8));
            assertThat(form.files().get(1).contentType()).isEqualTo("application/octet-stream");
            assertThat(form.files().get(1).bytes()).isEmpty();
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"C:\\dir\\a.txt | a.txt", "../../etc/passwd | passwd", ".. | unnamed",
        ". | unnamed",
        "a/ | unnamed", "a%0D%0Ab | a__b", ".bashrc | .bashrc", "a\\\"b | a\"b"})
    void aFileNameIsOnlyAName(String sent, String given) {
        look(multipart(BOUNDARY), part("name=f; filename=\"" + sent + "\"", "x") + END,
                form -> assertThat(form.files().getFirst().fileName()).isEqualTo(given));
    }

    @Test
    void anUploadIsDescribedInOneLine() {
        look(multipart(BOUNDARY), part("name=\"a%0D%0Ab\"; filename=\"\u2028c\"", "x") + END,
                form -> assertThat(form.files().getFirst()).hasToString(
                        "a\\u000d\\u000ab: \\u2028c, application/octet-stream, 1 bytes"));
    }

    @Test
    void otherRightFormsOfAMultipartBodyAreRead() {
        String part = part("name=a", "b");
        for (String body : List.of(part + END, "preamble\r\n--\r\n" + part + END + "epilogue --x",
                part + END.strip(),
                part.replace("Content-Disposition", "content-DISPOSITION").replace("form-data", "Form-Data") + END,
                part.replace("name=a", " NAME = a ") + END,
                part.replace("\r\n\r\n", "\r\nX-Other: y\r\nContent-Transfer-Encoding: 8bit\r\n\r\n") + END)) {
            look(multipart("\"" + BOUNDARY + "\""), body, form -> assertThat(form.value("a")).isEqualTo("b"));
        }
        look(multipart(BOUNDARY), END, form -> assertThat(form.names()).isEmpty());
        look(multipart(BOUNDARY),
                "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=a\r\n\r\n--" + BOUNDARY + "--",
                form -> assertThat(form.value("a")).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "--B", "--B\r", "--B\r\n", "--B\r\n--B--", "--Bx\r\n", "--B \r\n\r\n", "--B-",
        "--B\r\nContent-Disposition: form-data; name=a\r\n\r\nb",
        "--B\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--B",
        "--B\r\nContent-Disposition: form-data; name=a\r\n\r\nb\n--B--",
        "--B\nContent-Disposition: form-data; name=a\n\nb\n--B--",
        "--B\r\n\r\nb\r\n--B--", "--B\r\nContent-Type: a/b\r\n\r\nb\r\n--B--",
        "--B\r\nContent-Disposition: form-data\r\n\r\nb\r\n--B--",
        "--B\r\nContent-Disposition: file; name=a\r\n\r\nb\r\n--B--",
        "--B\r\nno colon\r\n\r\nb\r\n--B--", "--B\r\nContent-Disposition: form-data;\r\n name=a\r\n\r\nb\r\n--B--",
        "--B\r\n: x\r\n\r\nb\r\n--B--",
        "--B\r\nContent-Disposition: form-data; name=a\nb\r\n\r\nb\r\n--B--",
        "--B\r\nContent-Disposition: form-data; name=\"a\rb\"\r\n\r\nb\r\n--B--",
        "--B\r\nContent-Disposition: form-data; name=a; filename=\"\u001b[2J\"\r\n\r\nb\r\n--B--",
        "--B\r\nContent-Disposition: form-data; name=a\r\nX: \0\r\n\r\nb\r\n--B--",
        "--B\r\nContent-Disposition: form-data; name=a\r\nX\u007f: y\r\n\r\nb\r\n--B--"})
    void aWrongMultipartBodyIs400(String body) {
        assertThat(refused(Limits.defaults(), multipart("B"), body)).startsWith("HTTP/1.1 400 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"multipart/form-data", "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\"a \"",
        "multipart/form-data; boundary=a*b", "multipart/form-data; boundry=a", "multipart/form-data; x; y=z"})
    void aBoundaryThatIsNoneIs400(String type) {
        assertThat(refused(Limits.defaults(), type, "--a\r\n")).startsWith("HTTP/1.1 400 ").contains("boundary");
        assertThat(refused(Limits.defaults(), multipart("a".repeat(71)), "--a\r\n")).startsWith("HTTP/1.1 400 ");
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 70_000, 900_000})
    void aFileIsSavedWhereTheHandlerWantsItAndNothingElseIsLeft(int size, @TempDir Path folder) throws IOException {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        var body = new ByteArrayOutputStream();
        body.writeBytes(part("name=before", "x").getBytes(UTF_8));
        body.writeBytes(
                ("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\n").getBytes(UTF_8));
        body.writeBytes(content);
        body.writeBytes(("\r\n" + END).getBytes(UTF_8));
        long files = temporaryFiles();
        Path saved = folder.resolve("saved");
        Path taken = Files.writeString(folder.resolve("taken"), "mine");
        assertThat(answer(Limits.defaults(), multipart(BOUNDARY), body.toByteArray(), form -> {
            Upload file = form.files().getFirst();
            file.saveTo(saved);
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> file.saveTo(taken))
                    .isInstanceOf(FileAlreadyExistsException.class);
            assertThat(file.stream().readAllBytes()).isEqualTo(content);
        })).isEqualTo(reply("ok"));
        assertThat(saved).hasBinaryContent(content);
        assertThat(taken).hasContent("mine");
        assertThat(temporaryFiles()).isEqualTo(files);
    }

    /// The body is searched in windows of 64 KiB: a boundary is found wherever one of them ends.
    @Test
    void aBoundaryAcrossTwoWindowsIsFound() {
        String head = "--b\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\n";
        for (int at = (64 << 10) - 12; at <= (64 << 10) + 2; at++) {
            int size = at - head.length();
            byte[] body = (head + "x".repeat(size) + "\r\n--b--").getBytes(UTF_8);
            assertThat(answer(Limits.defaults(), multipart("b"), body,
                    form -> assertThat(form.files().getFirst().length()).isEqualTo(size))).isEqualTo(reply("ok"));
        }
    }

    /// Parts of random content, much of it made of pieces of boundaries, come out as they went in, wherever the windows that
    /// they are read through happen to end.
    @Property(tries = 300)
    void whatWentInComesOut(@ForAll long seed) {
        var random = new Random(seed);
        String boundary = "--b".repeat(1 + random.nextInt(3)) + "0".repeat(random.nextInt(4));
        List<byte[]> contents = new ArrayList<>();
        var body = new ByteArrayOutputStream();
        int parts = random.nextInt(5);
        for (int i = 0; i < parts; i++) {
            byte[] content = content(random, boundary);
            contents.add(content);
            body.writeBytes(("--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + i + "\"; filename=\"" + i
                    + "\"\r\n\r\n").getBytes(UTF_8));
            body.writeBytes(content);
            body.writeBytes("\r\n".getBytes(UTF_8));
        }
        body.writeBytes(("--" + boundary + "--").getBytes(UTF_8));
        String heard = answer(Limits.defaults(), multipart(boundary), body.toByteArray(), form -> {
            assertThat(form.files()).hasSize(contents.size());
            for (int i = 0; i < contents.size(); i++) {
                assertThat(form.files().get(i).name()).isEqualTo(i + "");
                assertThat(form.files().get(i).bytes()).isEqualTo(contents.get(i));
            }
        });
        assertThat(heard).isEqualTo(reply("ok"));
    }

    private static byte[] content(Random random, String boundary) {
        List<String> pieces = List.of("\r\n", "\r", "\n", "--", "-", "\r\n--", "\r\n--" + boundary.substring(1), "b",
                "\r\n\r\n", "\0\u00ff", "x".repeat(random.nextInt(1_000)), "y".repeat(random.nextInt(70_000)));
        var text = new StringBuilder();
        int count = random.nextInt(40);
        for (int i = 0; i < count; i++) {
            text.append(pieces.get(Math.min(pieces.size() - 1, random.nextInt(pieces.size() + (i == 0 ? 1 : 0)))));
        }
        // The line break before a boundary may be the one that ends the head of the part (RFC 2046 section 5.1.1).
        String content = ("\r\n" + text).replace("\r\n--" + boundary, "\r\nx").substring(2);
        return Arrays.copyOf(content.getBytes(ISO_8859_1), Math.min(content.length(), 200_000));
    }

    /// Whatever is sent as a multipart body, the answer is the handler's, 400 or 413, and soon there.
    @Property(tries = 500)
    void anythingElseIsRefusedAndNothingFails(@ForAll long seed) {
        var random = new Random(seed);
        List<String> pieces = List.of("--b", "--b--", "\r\n", "\r\n\r\n", "Content-Disposition: form-data; name=a",
                "; filename=\"", "\"", "\\", ";", "=", ":", " ", "x", "\r", "\n", "\0", "Content-Type: x/y", "%",
                "name=");
        var body = new StringBuilder("--b\r\n");
        for (int i = random.nextInt(30); i > 0; i--) {
            body.append(pieces.get(random.nextInt(pieces.size())));
        }
        body.append(random.nextBoolean() ? "\r\n--b--" : "");
        String heard = answer(Limits.defaults(), multipart("b"), body.toString().getBytes(ISO_8859_1), form -> {});
        assertThat(heard).satisfiesAnyOf(
                answer -> assertThat(answer).isEqualTo(reply("ok")),
                answer -> assertThat(answer).startsWith("HTTP/1.1 400 "));
    }

    private static long temporaryFiles() throws IOException {
        try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().endsWith(".body")).count();
        }
    }
}
