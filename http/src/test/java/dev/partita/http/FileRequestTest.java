package dev.partita.http;

import static dev.partita.http.Conversation.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a request may ask of a file: a part of it, only a new version of it, a compressed form of it. Small files and large
/// ones, which are not kept in memory, answer alike.
class FileRequestTest {
    private static final String MODIFIED = "Tue, 15 Nov 1994 12:45:26 GMT";
    private static final FileTime TIME = FileTime.from(Instant.parse("1994-11-15T12:45:26.789Z"));
    private static final String CONTENT = "0123456789";
    private static final String TEXT = "the same words again and again\n".repeat(100);
    private static final int LARGE = 100_000;

    @TempDir
    Path root;
    private Conversation conversation = new Conversation(Handler.neverBlocking((request, response) -> {}));

    @BeforeEach
    void makeFiles() throws IOException {
        write("small.bin", CONTENT);
        write("large.bin", BodyTest.text(LARGE));
        write("empty.bin", "");
        write("text.txt", TEXT);
        write("app.js", TEXT);
        write("app.js.br", "brotli of it");
        write("app.js.gz", "gzip of it");
        serve(StaticFiles.under(root));
    }

    private void serve(StaticFiles files) {
        conversation.close();
        conversation = new Conversation(new Routes().all("/*", files));
    }

    private Path write(String name, String content) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content, StandardCharsets.ISO_8859_1);
        Files.setLastModifiedTime(file, TIME);
        return file;
    }

    @AfterEach
    void everyFileIsClosed() {
        conversation.close();
        assertThat(FolderOnDisk.open).isZero();
    }

    /// One answer; asked again, when it comes from memory, it is the same.
    private String answer(String target, String... fields) {
        String first = once(target, fields);
        assertThat(once(target, fields)).isEqualTo(first);
        return first;
    }

    private String once(String target, String... fields) {
        int before = conversation.heard().length();
        conversation.say(request(target, fields));
        return conversation.heard().substring(before);
    }

    private static String head(String answer) {
        return answer.substring(0, answer.indexOf("\r\n\r\n") + 4);
    }

    private static String body(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    private static String field(String answer, String name) {
        int at = answer.indexOf("\r\n" + name + ": ") + name.length() + 4;
        assertThat(answer).contains("\r\n" + name + ": ");
        return answer.substring(at, answer.indexOf("\r\n", at));
    }

    // Parts.

    @ParameterizedTest
    @CsvSource({"0-0,0,1", "2-4,2,5", "7-,7,10", "-1,9,10", "0-99,0,10", "-99,0,10"})
    void aPartIsSentOfASmallFile(String range, int from, int to) {
        String answer = answer("GET /small.bin", "Range: bytes=" + range);
        assertThat(answer).startsWith("HTTP/1.1 206 Partial Content\r\n")
                .endsWith("\r\n\r\n" + CONTENT.substring(from, to));
        assertThat(field(answer, "Content-Range")).isEqualTo("bytes " + from + "-" + (to - 1) + "/10");
        assertThat(field(answer, "Content-Length")).isEqualTo(String.valueOf(to - from));
        assertThat(field(answer, "Last-Modified")).isEqualTo(MODIFIED);
        assertThat(field(answer, "ETag")).isEqualTo(field(answer("GET /small.bin"), "ETag"));
    }

    @ParameterizedTest
    @CsvSource({"0-0,0,1", "50000-60000,50000,60001", "99999-,99999,100000", "-70000,30000,100000"})
    void aPartIsSentOfALargeFile(String range, int from, int to) {
        String answer = answer("GET /large.bin", "Range: bytes=" + range);
        assertThat(answer).startsWith("HTTP/1.1 206 ");
        assertThat(body(answer)).isEqualTo(BodyTest.text(LARGE).substring(from, to));
        assertThat(field(answer, "Content-Length")).isEqualTo(String.valueOf(to - from));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/small.bin", "/large.bin"})
    void aPartThatDoesNotExistIs416WithTheSize(String path) {
        int size = path.equals("/small.bin") ? 10 : LARGE;
        String answer = answer("GET " + path, "Range: bytes=" + size + "-");
        assertThat(answer).startsWith("HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */" + size + "\r\n");
        assertThat(answer("GET /small.bin", "Range: bytes=-0")).startsWith("HTTP/1.1 416 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=0-0,2-3", "bytes=5-2", "lines=1-2", "bytes", "bytes=a-",
        "bytes=0-1\r\nRange: bytes=3-4"})
    void severalPartsOrNoneAtAllAreTheWholeFile(String range) {
        assertThat(answer("GET /small.bin", "Range: " + range)).startsWith("HTTP/1.1 200 OK\r\n").endsWith(CONTENT);
    }

    /// The killer of Apache 2.2: CVE-2011-3192.
    @Test
    void thirteenHundredPartsAreTheWholeFileOnce() {
        String answer = answer("GET /large.bin", "Range: bytes=0-" + ",5-9".repeat(1_300));
        assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n");
        assertThat(body(answer)).hasSize(LARGE);
    }

    /// RFC 9110 section 14.2.
    @Test
    void aRangeMeansNothingToHead() {
        for (String path : List.of("/small.bin", "/large.bin")) {
            String whole = head(answer("GET " + path));
            assertThat(answer("HEAD " + path, "Range: bytes=2-4")).isEqualTo(whole);
            assertThat(answer("HEAD " + path, "Range: bytes=999999-")).isEqualTo(whole);
        }
    }

    @Test
    void anEmptyFileIsEmpty() {
        assertThat(answer("GET /empty.bin")).startsWith("HTTP/1.1 200 OK\r\n").contains("Content-Length: 0\r\n");
        assertThat(answer("GET /empty.bin", "Range: bytes=0-")).startsWith("HTTP/1.1 416 ").contains("bytes */0");
        assertThat(answer("GET /empty.bin", "Range: bytes=-5")).startsWith("HTTP/1.1 200 OK\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/small.bin", "/large.bin"})
    void aPartIsSentOnlyOfTheVersionThatTheClientHas(String path) {
        String tag = field(answer("GET " + path), "ETag");
        for (String same : new String[]{tag, MODIFIED}) {
            assertThat(answer("GET " + path, "Range: bytes=0-1", "If-Range: " + same)).startsWith("HTTP/1.1 206 ");
        }
        for (String other : new String[]{"\"other\"", "W/" + tag, tag + ", \"b\"", "Tue, 15 Nov 1994 12:45:25 GMT",
            "Tue, 15 Nov 1994 12:45:27 GMT", "garbage", "*", ""}) {
            assertThat(answer("GET " + path, "Range: bytes=0-1", "If-Range: " + other)).as(other)
                    .startsWith("HTTP/1.1 200 ");
            assertThat(answer("GET " + path, "Range: bytes=999999-", "If-Range: " + other)).as(other)
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    // Versions.

    @ParameterizedTest
    @ValueSource(strings = {"/small.bin", "/large.bin"})
    void aVersionThatTheClientHasIsNotSentAgain(String path) {
        String whole = answer("GET " + path);
        String tag = field(whole, "ETag");
        for (String list : new String[]{tag, "W/" + tag, "\"a\", " + tag, "*", "\"a\"\r\nIf-None-Match: " + tag}) {
            String answer = answer("GET " + path, "If-None-Match: " + list);
            assertThat(answer).as(list).isEqualTo("HTTP/1.1 304 Not Modified\r\nLast-Modified: " + MODIFIED
                    + "\r\nETag: " + tag + "\r\nDate: " + Conversation.DATE + "\r\n\r\n");
            assertThat(answer("HEAD " + path, "If-None-Match: " + list)).isEqualTo(answer);
        }
        assertThat(answer("GET " + path, "If-None-Match: \"a\", W/\"b\"")).isEqualTo(whole);
        assertThat(answer("GET " + path, "If-None-Match: x" + tag)).isEqualTo(whole);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "If-Match: %s | 200", "If-Match: * | 200", "If-Match: \"a\", %s | 200", "If-Match: \"a\" | 412",
        "If-Match: W/%s | 412", "If-Match: garbage | 412",
        "If-Unmodified-Since: Tue, 15 Nov 1994 12:45:26 GMT | 200",
        "If-Unmodified-Since: Tue, 15 Nov 1994 12:45:25 GMT | 412", "If-Unmodified-Since: garbage | 200",
        "If-Match: %s~If-Unmodified-Since: Tue, 15 Nov 1994 12:45:25 GMT | 200",
        "If-Match: \"a\"~If-None-Match: %s | 412",
        "If-None-Match: \"a\"~If-Modified-Since: Tue, 15 Nov 1994 12:45:26 GMT | 200",
        "If-None-Match: %s~If-Modified-Since: Tue, 15 Nov 1994 12:45:25 GMT | 304",
        "If-Unmodified-Since: Tue, 15 Nov 1994 12:45:26 GMT~If-Modified-Since: Tue, 15 Nov 1994 12:45:26 GMT | 304",
        "If-None-Match: %s~Range: bytes=0-1 | 304", "If-Match: \"a\"~Range: bytes=99- | 412",
        "If-None-Match: %s~Range: bytes=99- | 304", "If-Match: %s~Range: bytes=0-1 | 206",
        "if-none-match: %s | 304", "IF-MATCH: \"a\" | 412"})
    void conditionsAreAskedInTheirOrder(String fields, int status) {
        String tag = field(answer("GET /small.bin"), "ETag");
        String[] lines = fields.replace("%s", tag).split("~");
        assertThat(answer("GET /small.bin", lines)).startsWith("HTTP/1.1 " + status + " ");
        int ofHead = status == 206 ? 200 : status;
        assertThat(answer("HEAD /small.bin", lines)).startsWith("HTTP/1.1 " + ofHead + " ").endsWith("\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"X: y", "If-None-Match: *", "If-Match: \"a\"", "Range: bytes=999999-", "Range: bytes=0-1"})
    void anAnswerThatFailsKeepsNoFileOpen(String field) {
        Filter repliesToo = (request, response, next) -> {
            response.text("a reply already");
            next.handle(request, response);
        };
        conversation.close();
        conversation = new Conversation(repliesToo.around(new Routes().all("/*", StaticFiles.under(root))));
        assertThat(answer("GET /large.bin", field)).startsWith("HTTP/1.1 500 ");
        assertThat(FolderOnDisk.open).isZero();
    }

    /// Its next version could have the same size and time.
    @Test
    void aFileThatChangedJustNowHasAWeakTag() throws IOException {
        Files.writeString(root.resolve("new.bin"), CONTENT);
        Files.setLastModifiedTime(root.resolve("new.bin"), FileTime.from(Instant.now()));
        String answer = once("GET /new.bin");
        String tag = field(answer, "ETag");
        assertThat(tag).startsWith("W/\"a-");
        assertThat(once("GET /new.bin", "If-None-Match: " + tag)).startsWith("HTTP/1.1 304 ");
        assertThat(once("GET /new.bin", "Range: bytes=0-1", "If-Range: " + tag)).startsWith("HTTP/1.1 200 ");
        assertThat(once("GET /new.bin", "Range: bytes=0-1", "If-Range: " + field(answer, "Last-Modified")))
                .startsWith("HTTP/1.1 200 ");
    }

    @Test
    void noFileWasModifiedInTheFuture() throws IOException {
        Files.setLastModifiedTime(write("future.bin", CONTENT), FileTime.from(Instant.parse("2099-01-01T00:00:00Z")));
        assertThat(field(once("GET /future.bin"), "Last-Modified")).doesNotContain("2099");
    }

    // Compressed forms.

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"gzip, deflate, br | br | brotli of it", "gzip | gzip | gzip of it",
        "br;q=0, gzip | gzip | gzip of it", "br;q=0.1, gzip;q=0.2 | gzip | gzip of it", "* | br | brotli of it"})
    void theCompressedFileBesideItIsSentToWhoAcceptsIt(String accepted, String coding, String content) {
        String answer = answer("GET /app.js", "Accept-Encoding: " + accepted);
        assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\n" + content)
                .doesNotContain("Accept-Ranges");
        assertThat(field(answer, "Content-Encoding")).isEqualTo(coding);
        assertThat(field(answer, "Content-Type")).isEqualTo("text/javascript; charset=utf-8");
        assertThat(field(answer, "Vary")).isEqualTo("Accept-Encoding");
        assertThat(field(answer, "Content-Length")).isEqualTo(String.valueOf(content.length()));
        assertThat(answer("HEAD /app.js", "Accept-Encoding: " + accepted)).isEqualTo(head(answer));
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "gzip;q=0", "*;q=0", "deflate", "", "identity;q=0"})
    void whoAcceptsNoneOfThemGetsTheFileAsItIs(String accepted) {
        String answer = answer("GET /app.js", "Accept-Encoding: " + accepted);
        assertThat(answer).doesNotContain("Content-Encoding").endsWith(TEXT);
        assertThat(field(answer, "Vary")).isEqualTo("Accept-Encoding");
        assertThat(answer).isEqualTo(answer("GET /app.js"));
    }

    @Test
    void eachFormHasATagOfItsOwn() {
        String plain = field(answer("GET /app.js"), "ETag");
        String brotli = field(answer("GET /app.js", "Accept-Encoding: br"), "ETag");
        String gzip = field(answer("GET /app.js", "Accept-Encoding: gzip"), "ETag");
        assertThat(new String[]{plain, brotli, gzip}).doesNotHaveDuplicates();
        assertThat(answer("GET /app.js", "Accept-Encoding: br", "If-None-Match: " + brotli))
                .startsWith("HTTP/1.1 304 ").contains("ETag: " + brotli, "Vary: Accept-Encoding");
        assertThat(answer("GET /app.js", "Accept-Encoding: br", "If-None-Match: " + plain)).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void ofACompressedFormThereAreNoParts() {
        assertThat(answer("GET /app.js", "Accept-Encoding: br", "Range: bytes=0-1")).startsWith("HTTP/1.1 200 ")
                .endsWith("brotli of it");
        assertThat(answer("GET /app.js", "Accept-Encoding: br", "Range: bytes=99999-")).startsWith("HTTP/1.1 200 ");
        assertThat(answer("GET /app.js", "Range: bytes=0-1")).startsWith("HTTP/1.1 206 ");
    }

    @Test
    void aCompressedFileThatIsOlderThanTheFileIsOutOfDate() throws IOException {
        Files.setLastModifiedTime(root.resolve("app.js.br"), FileTime.from(TIME.toInstant().minusSeconds(1)));
        assertThat(answer("GET /app.js", "Accept-Encoding: br, gzip")).endsWith("gzip of it");
    }

    @Test
    void askedForByItsOwnNameACompressedFileIsJustAFile() {
        assertThat(answer("GET /app.js.gz", "Accept-Encoding: gzip")).doesNotContain("Content-Encoding", "Vary")
                .contains("Content-Type: application/gzip\r\n").endsWith("gzip of it");
    }

    @Test
    void largeCompressedFilesAreSentToo() throws IOException {
        write("big.css", BodyTest.text(200_000));
        write("big.css.br", BodyTest.text(LARGE));
        String answer = answer("GET /big.css", "Accept-Encoding: br");
        assertThat(body(answer)).isEqualTo(BodyTest.text(LARGE));
        assertThat(body(answer("GET /big.css"))).isEqualTo(BodyTest.text(200_000));
    }

    @Test
    void aTextIsCompressedOnceForWhoAcceptsIt() {
        String answer = answer("GET /text.txt", "Accept-Encoding: gzip, br");
        assertThat(field(answer, "Content-Encoding")).isEqualTo("gzip");
        assertThat(field(answer, "Vary")).isEqualTo("Accept-Encoding");
        assertThat(field(answer, "ETag")).endsWith("-gzip\"");
        assertThat(unzip(body(answer))).isEqualTo(TEXT);
        int opened = FolderOnDisk.opened;
        assertThat(once("GET /text.txt", "Accept-Encoding: gzip")).isEqualTo(answer);
        assertThat(once("HEAD /text.txt", "Accept-Encoding: gzip")).isEqualTo(head(answer));
        assertThat(FolderOnDisk.opened).as("it was kept").isEqualTo(opened);
        assertThat(answer("GET /text.txt")).endsWith(TEXT).contains("Vary: Accept-Encoding");
    }

    @Test
    void aLargeTextIsCompressedOnceAndSentAsItIsToOthers() throws IOException {
        String text = TEXT.repeat(200);
        write("long.txt", text);
        String answer = answer("GET /long.txt", "Accept-Encoding: gzip");
        assertThat(unzip(body(answer))).isEqualTo(text);
        assertThat(body(answer("GET /long.txt"))).isEqualTo(text);
    }

    @Test
    void whatIsNoTextOrTooSmallOrTooLargeOrDoesNotShrinkIsNotCompressed() throws IOException {
        write("short.txt", "a".repeat(1_023));
        write("photo.jpg", TEXT);
        var random = new java.util.Random(7);
        var noise = new StringBuilder();
        random.ints(3_000, 0, 256).forEach(octet -> noise.append((char) octet));
        write("noise.txt", noise.toString());
        for (String path : new String[]{"/short.txt", "/photo.jpg", "/noise.txt", "/small.bin", "/large.bin"}) {
            assertThat(answer("GET " + path, "Accept-Encoding: gzip")).doesNotContain("Content-Encoding");
        }
        conversation.close();
        conversation = new Conversation(
                StaticFiles.under(root), Limits.defaults().with("gzipBytesMax", TEXT.length() - 1));
        assertThat(answer("GET /text.txt", "Accept-Encoding: gzip")).doesNotContain("Content-Encoding", "Vary");
        assertThat(answer("GET /photo.jpg", "Accept-Encoding: gzip")).doesNotContain("Content-Encoding");
        assertThat(conversation.count(Counter.TEXTS_TOO_LARGE)).isEqualTo(1);
    }

    @Test
    void whatCannotBeKeptIsNotCompressedAgainAndAgain() {
        conversation.close();
        conversation = new Conversation(StaticFiles.under(root), Limits.defaults().with("fileCacheBytesMax", 0));
        assertThat(answer("GET /text.txt", "Accept-Encoding: gzip")).doesNotContain("Content-Encoding").endsWith(TEXT);
        assertThat(answer("GET /app.js", "Accept-Encoding: br")).endsWith("brotli of it");
        assertThat(answer("GET /app.js", "Accept-Encoding: gzip")).endsWith("gzip of it");
    }

    // Cache-Control.

    @Test
    void cacheControlGoesByPatternAndTheFirstThatFitsCounts() throws IOException {
        write("assets/app.1234.js", TEXT);
        write("assets/deep/x.png", "png");
        serve(StaticFiles.under(root)
                .cacheControl("assets/**", "max-age=31536000, immutable")
                .cacheControl("*.{js,css}", "no-cache")
                .cacheControl("*", "max-age=60"));
        assertThat(field(answer("GET /assets/app.1234.js"), "Cache-Control")).isEqualTo("max-age=31536000, immutable");
        assertThat(field(answer("GET /assets/deep/x.png"), "Cache-Control")).isEqualTo("max-age=31536000, immutable");
        String js = answer("GET /app.js", "Accept-Encoding: br");
        assertThat(field(js, "Cache-Control")).isEqualTo("no-cache");
        assertThat(answer("GET /app.js", "Accept-Encoding: br", "If-None-Match: " + field(js, "ETag")))
                .startsWith("HTTP/1.1 304 ").contains("Cache-Control: no-cache\r\n");
        assertThat(field(answer("GET /small.bin", "Range: bytes=0-1"), "Cache-Control")).isEqualTo("max-age=60");
        serve(StaticFiles.under(root));
        assertThat(answer("GET /app.js")).doesNotContain("Cache-Control");
    }

    @Test
    void aCacheControlThatCannotBeIsRefused() {
        StaticFiles files = StaticFiles.under(root);
        assertThatIllegalArgumentException().isThrownBy(() -> files.cacheControl("{*.js", "no-cache"))
                .withMessageContaining("{*.js").withMessageContaining("assets/**");
        assertThatIllegalArgumentException().isThrownBy(() -> files.cacheControl("*", "a\r\nX: y"));
    }

    private static String unzip(String latin1) {
        try (var in = new GZIPInputStream(new ByteArrayInputStream(latin1.getBytes(StandardCharsets.ISO_8859_1)))) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
