package dev.partita.http;

import static dev.partita.http.Conversation.request;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StaticFilesTest {
    private static final String MODIFIED = "Tue, 15 Nov 1994 12:45:26 GMT";

    @TempDir
    Path parent;
    private Path root = Path.of("");

    @BeforeEach
    void makeFiles() throws IOException {
        root = Files.createDirectories(parent.resolve("root"));
        write("index.html", "<p>home");
        write("sub/index.html", "<p>sub");
        write("sub/a b.txt", "blank");
        write("empty/.keep", "");
        write("with-folder/index.html/x", "");
        write("gr\u00fc\u00df.txt", "umlaut");
        write(".secret", "secret");
        write(".git/config", "secret");
        write("large.bin", BodyTest.text(100_000));
        Files.writeString(parent.resolve("outside.txt"), "outside");
    }

    private void write(String name, String content) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content, ISO_8859_1);
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse("1994-11-15T12:45:26.789Z")));
    }

    private String answer(String request) {
        int open = FolderOnDisk.open;
        try (var conversation = new Conversation(new Routes().all("/*", StaticFiles.under(root)))) {
            String answer = conversation.say(request).heard();
            assertThat(FolderOnDisk.open).isEqualTo(open);
            return answer;
        }
    }

    private static String tag(int bytes) {
        return "\"" + Integer.toHexString(bytes) + "-" + Long.toHexString(784_903_526_789_000_000L) + "\"";
    }

    private static String file(String type, String content) {
        return "HTTP/1.1 200 OK\r\nLast-Modified: " + MODIFIED + "\r\nETag: " + tag(content.length())
                + "\r\nAccept-Ranges: bytes\r\nContent-Type: " + type + "\r\nContent-Length: "
                + content.length() + "\r\nDate: " + Conversation.DATE + "\r\n\r\n" + content;
    }

    @Test
    void aFileIsSentWithItsTypeAndDate() {
        assertThat(answer(request("GET /index.html"))).isEqualTo(file("text/html; charset=utf-8", "<p>home"));
        assertThat(answer(request("GET /large.bin") + request("GET /sub/a%20b.txt")))
                .isEqualTo(file("application/octet-stream", BodyTest.text(100_000))
                        + file("text/plain; charset=utf-8", "blank"));
        assertThat(answer(request("HEAD /index.html")))
                .isEqualTo(file("text/html; charset=utf-8", "<p>home").replace("<p>home", ""));
        assertThat(answer(request("GET /gr%C3%BC%c3%9f.txt?v=1"))).endsWith("umlaut");
    }

    @Test
    void aFolderIsItsIndex() {
        assertThat(answer(request("GET /"))).isEqualTo(file("text/html; charset=utf-8", "<p>home"));
        assertThat(answer(request("GET /sub/"))).isEqualTo(file("text/html; charset=utf-8", "<p>sub"));
        assertThat(answer(request("GET http://example.com"))).endsWith("<p>home");
        assertThat(answer(request("GET /empty/"))).startsWith("HTTP/1.1 404 ");
        assertThat(answer(request("GET /with-folder/"))).startsWith("HTTP/1.1 404 ");
    }

    @ParameterizedTest
    @CsvSource({"/sub,/sub/", "/sub?a=b,/sub/?a=b", "//sub,/sub/", "///sub?//x,/sub/?//x", "/./sub,/./sub/",
        "/s%75b,/s%75b/"})
    void aFolderWithoutItsSlashIsRedirectedToOurselves(String path, String location) {
        assertThat(answer(request("GET " + path)))
                .startsWith("HTTP/1.1 301 Moved Permanently\r\nLocation: " + location + "\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/none", "/index.html/", "/sub/none.txt", "/.secret", "/.git/config", "/%2esecret",
        "/sub/.x/..y",
        "/index.html/x", "/..."})
    void whatIsNotThereOrHiddenIs404(String path) {
        assertThat(answer(request("GET " + path))).startsWith("HTTP/1.1 404 Not Found\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/..", "/../outside.txt", "/sub/../index.html", "/%2e%2e/outside.txt", "/%2e./outside.txt",
        "/.%2E/outside.txt", "/..%2foutside.txt", "/..%2Foutside.txt", "/..%5coutside.txt", "/..\\outside.txt", "/%00",
        "/index.html%00.txt", "/%c0%ae%c0%ae/outside.txt", "/%c0%af", "/%zz", "/%", "/%2", "/%2g", "/%ff", "/%0d%0aX:y",
        "/%7f",
        "/sub%2findex.html", "/%ed%a0%80"})
    void aPathThatTriesSomethingIs400(String path) {
        assertThat(answer(request("GET " + path))).startsWith("HTTP/1.1 400 Bad Request\r\n")
                .doesNotContain("outside\n");
    }

    @Test
    void aPathIsDecodedOnce() {
        assertThat(answer(request("GET /%252e%252e/outside.txt"))).startsWith("HTTP/1.1 404 ");
        assertThat(answer(request("GET /" + "../".repeat(1_000) + "etc/passwd"))).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void dotAndEmptySegmentsMeanNothing() {
        assertThat(answer(request("GET /./sub//./index.html"))).endsWith("<p>sub");
        assertThat(answer(request("GET //index.html"))).endsWith("<p>home");
    }

    @Test
    void whatTheClientHasIsNotSentAgain() {
        String notModified = "HTTP/1.1 304 Not Modified\r\nLast-Modified: " + MODIFIED + "\r\nETag: " + tag(7)
                + "\r\nDate: " + Conversation.DATE + "\r\n\r\n";
        for (String date : new String[]{MODIFIED, "Tue, 15 Nov 1994 12:45:27 GMT", "Tuesday, 15-Nov-94 12:45:26 GMT",
            "Tue Nov 15 12:45:26 1994"}) {
            assertThat(answer(request("GET /index.html", "If-Modified-Since: " + date)
                    + request("HEAD /index.html", "If-Modified-Since: " + date))).isEqualTo(notModified.repeat(2));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Tue, 15 Nov 1994 12:45:25 GMT", "yesterday", "", "Tue, 15 Nov 9999 12:45:26 GMT",
        "Tue, 15 Nov 99999 12:45:26 GMT", "Tue, 32 Nov 1994 12:45:26 GMT", "Wed, 15 Nov 1994 12:45:26 GMT",
        "Tue, 15 Nov 1994 12:45:26 GMT\r\nIf-None-Match: \"x\""})
    void anOlderOrUselessDateIsIgnored(String date) {
        assertThat(answer(request("GET /index.html", "If-Modified-Since: " + date))).startsWith("HTTP/1.1 200 OK\r\n");
    }

    @Test
    void otherMethodsAreNotAllowed() {
        assertThat(answer(request("POST /index.html", "Content-Length: 2") + "ab" + request("GET /")))
                .startsWith("HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD, OPTIONS\r\n").endsWith("<p>home");
        assertThat(answer(request("OPTIONS /index.html")))
                .startsWith("HTTP/1.1 204 No Content\r\nAllow: GET, HEAD, OPTIONS\r\n");
    }

    @Test
    void belowARouteOnlyTheRestOfThePathIsLookedUp() {
        Routes routes = new Routes().get("/files/*", StaticFiles.under(root));
        try (var conversation = new Conversation(routes)) {
            conversation.say(request("GET /files/sub/a%20b.txt") + request("GET /files/sub") + request("GET /files/"));
            assertThat(conversation.heard()).startsWith(file("text/plain; charset=utf-8", "blank"))
                    .contains("Location: /files/sub/\r\n").endsWith("<p>home");
        }
    }

    @Test
    void aFolderWithoutAnIndexIsShownIfThatIsWanted() throws IOException {
        write("empty/<b>&'\".txt", "");
        write("empty/sub/x", "");
        write("empty/a:b", "");
        Routes routes = new Routes().get("/files/*", StaticFiles.under(root).listings(true));
        try (var conversation = new Conversation(routes)) {
            conversation.say(request("GET /files/empty/"));
            assertThat(conversation.heard()).startsWith("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n")
                    .endsWith("""
                            <!DOCTYPE html>
                            <html><head><meta charset="utf-8"><title>/empty</title></head>
                            <body><h1>/empty</h1>
                            <ul>
                            <li><a href="../">../</a></li>
                            <li><a href="./%3Cb%3E&amp;&#39;%22.txt">&lt;b&gt;&amp;&#39;&quot;.txt</a></li>
                            <li><a href="./a:b">a:b</a></li>
                            <li><a href="./sub/">sub/</a></li>
                            </ul>
                            </body></html>
                            """);
        }
        try (var conversation = new Conversation(routes)) {
            assertThat(conversation.say(request("GET /files/sub/")).heard()).endsWith("<p>sub");
        }
        try (var conversation = new Conversation(routes)) {
            assertThat(conversation.say(request("GET /files/empty")).heard()).startsWith("HTTP/1.1 301 ");
        }
        assertThat(FolderOnDisk.open).isZero();
    }

    @Test
    void onlyAFolderCanBeServed() {
        assertThatIllegalArgumentException().isThrownBy(() -> StaticFiles.under(root.resolve("index.html")));
        assertThatIllegalArgumentException().isThrownBy(() -> StaticFiles.under(root.resolve("none")));
    }

    @Test
    void aListingSaysIfItHasNotAllNames() throws IOException {
        Path many = Files.createDirectory(root.resolve("many"));
        for (int i = 0; i < 10_000; i++) {
            Files.createFile(many.resolve("f" + i));
        }
        Routes routes = new Routes().get("/*", StaticFiles.under(root).listings(true));
        try (var conversation = new Conversation(routes)) {
            conversation.say(request("GET /many/"));
            assertThat(conversation.heard()).doesNotContain("There are more.").contains(">f0<", ">f9999<");
            Files.createFile(many.resolve("f10000"));
            assertThat(conversation.say(request("GET /many/")).heard()).contains("There are more.");
        }
    }
}
