package dev.partita.http;

import static dev.partita.http.Conversation.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.Step;
import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is in memory is answered without asking the folder, a change in the folder is noticed within a second, and what is
/// not in memory never keeps an event loop waiting.
class HotFileTest {
    private static final int WINDOW = 256 << 10;

    @TempDir
    Path root;
    private Conversation conversation = new Conversation(Handler.neverBlocking((request, response) -> {}));

    @BeforeEach
    void makeFiles() throws IOException {
        write("a.txt", "first");
        write("sub/index.html", "<p>sub");
        serve(Limits.defaults());
    }

    private void serve(Limits limits) {
        conversation.close();
        conversation = new Conversation(new Routes().get("/*", StaticFiles.under(root)), limits);
    }

    @AfterEach
    void everyFileIsClosed() {
        FolderOnDisk.cold = false;
        FolderOnDisk.LOADED.clear();
        conversation.close();
        assertThat(FolderOnDisk.open).isZero();
    }

    private void write(String name, String content) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content, StandardCharsets.ISO_8859_1);
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse("1994-11-15T12:45:26Z")));
    }

    /// The steps between READ and WRITE, and the answer.
    private String ask(String target, String... fields) {
        int before = conversation.heard().length();
        conversation.steps.clear();
        FolderOnDisk.opened = 0;
        conversation.say(request(target, fields));
        return conversation.heard().substring(before);
    }

    private void assertHot(String target, String end) {
        assertThat(ask(target)).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\n" + end);
        assertThat(conversation.steps).containsExactly(Step.READ, Step.WORK, Step.WRITE, Step.READ);
        assertThat(FolderOnDisk.opened).isZero();
    }

    private void assertLooked(String target, String end) {
        assertThat(ask(target)).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\n" + end);
        assertThat(conversation.steps).startsWith(Step.READ, Step.BLOCKING);
        assertThat(FolderOnDisk.opened).isNotZero();
    }

    @Test
    void theSecondAnswerComesFromMemory() {
        assertLooked("GET /a.txt", "first");
        assertHot("GET /a.txt", "first");
        assertHot("HEAD /a.txt", "");
        assertHot("GET /a.txt?query", "first");
        assertThat(ask("POST /a.txt")).startsWith("HTTP/1.1 405 ");
    }

    @Test
    void behindAFilterToo() {
        Filter filter = Filter.neverBlocking((request, response, next) -> {
            response.header("X-Filter", "yes");
            next.handle(request, response);
        });
        conversation.close();
        conversation = new Conversation(filter.around(new Routes().get("/*", StaticFiles.under(root))));
        assertLooked("GET /a.txt", "first");
        assertHot("GET /a.txt", "first");
        assertThat(ask("GET /a.txt")).startsWith("HTTP/1.1 200 OK\r\nX-Filter: yes\r\nLast-Modified: ");
    }

    @Test
    void aFolderIsItsIndexInMemoryToo() {
        assertLooked("GET /sub/", "<p>sub");
        assertHot("GET /sub/", "<p>sub");
        assertThat(ask("GET /sub")).startsWith("HTTP/1.1 301 ");
        assertLooked("GET /sub/index.html", "<p>sub");
    }

    @Test
    void conditionsAndPartsAreAnsweredFromMemory() {
        String answer = ask("GET /a.txt");
        String tag = answer.substring(answer.indexOf("ETag: ") + 6, answer.indexOf("\r\nAccept-Ranges"));
        for (String field : List.of("If-None-Match: " + tag, "Range: bytes=1-2", "If-Match: \"x\"",
                "Range: bytes=9-")) {
            ask("GET /a.txt", field);
            assertThat(conversation.steps).containsExactly(Step.READ, Step.WORK, Step.WRITE, Step.READ);
            assertThat(FolderOnDisk.opened).isZero();
        }
    }

    @Test
    void aChangeIsNoticedWithinASecondAndNobodyLooksMoreOften() throws IOException {
        assertLooked("GET /a.txt", "first");
        write("a.txt", "other");
        for (int i = 0; i < 2; i++) {
            conversation.pass(250);
            assertHot("GET /a.txt", "first");
        }
        conversation.pass(250);
        assertLooked("GET /a.txt", "other");
        assertHot("GET /a.txt", "other");
        for (int i = 0; i < 3; i++) {
            conversation.pass(250);
            ask("GET /a.txt");
            assertThat(FolderOnDisk.opened != 0).isEqualTo(i == 2);
        }
    }

    @Test
    void aFileThatIsGoneIsNotThereAnyMore() throws IOException {
        ask("GET /a.txt");
        Files.delete(root.resolve("a.txt"));
        conversation.pass(1_000);
        assertThat(ask("GET /a.txt")).startsWith("HTTP/1.1 404 ");
        write("a.txt", "again");
        assertLooked("GET /a.txt", "again");
    }

    @Test
    void aFileThatBecomesAFolderIsRedirected() throws IOException {
        ask("GET /a.txt");
        Files.delete(root.resolve("a.txt"));
        write("a.txt/index.html", "folder");
        conversation.pass(1_000);
        assertThat(ask("GET /a.txt")).startsWith("HTTP/1.1 301 ");
        assertThat(ask("GET /a.txt/")).endsWith("folder");
    }

    @Test
    void aCompressedFileThatAppearsIsSent() throws IOException {
        assertLooked("GET /a.txt", "first");
        assertThat(ask("GET /a.txt", "Accept-Encoding: br")).endsWith("first");
        write("a.txt.br", "brotli");
        conversation.pass(1_000);
        assertThat(ask("GET /a.txt", "Accept-Encoding: br")).endsWith("brotli").contains("Vary: Accept-Encoding");
        assertHot("GET /a.txt", "first");
        Files.delete(root.resolve("a.txt.br"));
        conversation.pass(1_000);
        assertThat(ask("GET /a.txt", "Accept-Encoding: br")).endsWith("first").doesNotContain("Vary");
    }

    @Test
    void aLargeFileThatChangesBetweenTwoLooksIsSentAsItIsNow() throws IOException {
        write("large.bin", BodyTest.text(100_000));
        assertThat(ask("GET /large.bin")).endsWith(BodyTest.text(100_000));
        write("large.bin", BodyTest.text(99_000));
        assertThat(ask("GET /large.bin")).endsWith("\r\n\r\n" + BodyTest.text(99_000))
                .contains("Content-Length: 99000\r\n");
    }

    /// It could change again without anybody being able to tell.
    @Test
    void aFileThatChangedJustNowIsNotKept() throws IOException {
        Files.writeString(root.resolve("new.txt"), "new");
        Files.setLastModifiedTime(root.resolve("new.txt"), FileTime.from(Instant.now()));
        assertLooked("GET /new.txt", "new");
        assertLooked("GET /new.txt", "new");
        String text = "the same words again\n".repeat(100);
        Files.writeString(root.resolve("text.txt"), text);
        Files.setLastModifiedTime(root.resolve("text.txt"), FileTime.from(Instant.now()));
        assertThat(ask("GET /text.txt", "Accept-Encoding: gzip")).doesNotContain("Content-Encoding").endsWith(text);
        assertLooked("GET /text.txt", text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/%61.txt", "//a.txt", "/./a.txt"})
    void otherWaysToSpellItsPathTakeNoPlace(String path) {
        assertLooked("GET " + path, "first");
        assertLooked("GET " + path, "first");
    }

    @Test
    void aPathWithEscapesThatItNeedsIsKept() throws IOException {
        write("gr\u00fc\u00df gott.txt", "umlaut");
        assertLooked("GET /gr%C3%BC%C3%9F%20gott.txt", "umlaut");
        assertHot("GET /gr%C3%BC%C3%9F%20gott.txt", "umlaut");
    }

    @Test
    void memoryIsBoundedAndWhatIsStillAskedForStays() throws IOException {
        for (int i = 0; i < 20; i++) {
            write("f" + i, BodyTest.text(1_000));
        }
        serve(Limits.defaults().with("fileCacheBytesMax", 20_000));
        for (int i = 0; i < 20; i++) {
            assertLooked("GET /f" + i, BodyTest.text(1_000));
        }
        assertHot("GET /f0", BodyTest.text(1_000));
        long notKept = conversation.count(Counter.FILES_NOT_KEPT);
        assertThat(notKept).isBetween(1L, 19L);
        assertLooked("GET /f19", BodyTest.text(1_000));
        assertThat(conversation.count(Counter.FILES_NOT_KEPT)).isEqualTo(notKept + 1);
        for (int i = 0; i < 12; i++) {
            conversation.pass(1_000);
            ask("GET /f0");
        }
        assertLooked("GET /f19", BodyTest.text(1_000));
        assertHot("GET /f19", BodyTest.text(1_000));
        assertHot("GET /f0", BodyTest.text(1_000));
        assertThat(conversation.count(Counter.FILES_NOT_KEPT)).isEqualTo(notKept + 1);
    }

    @Test
    void manyFilesPushNoneOfThemOut() throws IOException {
        for (int i = 0; i < 300; i++) {
            write("f" + i, "file " + i);
            assertLooked("GET /f" + i, "file " + i);
        }
        for (int i = 0; i < 300; i++) {
            assertHot("GET /f" + i, "file " + i);
        }
    }

    @Test
    void withoutMemoryEverythingIsLookedFor() {
        serve(Limits.defaults().with("fileCacheBytesMax", 0));
        assertLooked("GET /a.txt", "first");
        assertLooked("GET /a.txt", "first");
    }

    @Test
    void anotherFolderOrAnotherPolicyHasItsOwnMemory() {
        StaticFiles files = StaticFiles.under(root);
        StaticFiles other = files.cacheControl("*", "no-cache");
        conversation.close();
        conversation = new Conversation(new Routes().get("/a/*", files).get("/b/*", other));
        assertThat(ask("GET /a/a.txt")).doesNotContain("no-cache");
        assertThat(ask("GET /b/a.txt")).contains("no-cache");
        assertThat(ask("GET /a/a.txt")).doesNotContain("no-cache");
    }

    // What is not in the page cache.

    @Test
    void theFirstWindowOfAColdFileIsLoadedWhereItIsOpenedAndTheOthersInPassesThatMayBlock() throws IOException {
        write("cold.bin", "x".repeat(2 * WINDOW + 5));
        FolderOnDisk.cold = true;
        assertThat(ask("GET /cold.bin")).endsWith("x".repeat(2 * WINDOW + 5));
        assertThat(conversation.steps).containsExactly(Step.READ, Step.BLOCKING, Step.WRITE, Step.BLOCKING, Step.WRITE,
                Step.BLOCKING, Step.WRITE, Step.READ);
        assertThat(FolderOnDisk.LOADED).containsExactly("0+262144", "262144+262144", "524288+5");
        assertThat(conversation.count(Counter.COLD_READS)).isEqualTo(3);
    }

    @Test
    void ofAWarmFileNothingIsLoaded() throws IOException {
        write("warm.bin", "x".repeat(2 * WINDOW + 5));
        assertThat(ask("GET /warm.bin")).endsWith("x".repeat(2 * WINDOW + 5));
        assertThat(conversation.steps).containsOnlyOnce(Step.BLOCKING);
        assertThat(FolderOnDisk.LOADED).isEmpty();
    }

    @Test
    void ofAPartOnlyThatPartIsLoaded() throws IOException {
        write("cold.bin", "x".repeat(2 * WINDOW));
        FolderOnDisk.cold = true;
        assertThat(ask("GET /cold.bin", "Range: bytes=1000-1009")).endsWith("\r\n\r\n" + "x".repeat(10));
        assertThat(FolderOnDisk.LOADED).containsExactly("1000+10");
    }

    // What changes while it is sent.

    @Test
    void aFileThatShrinksWhileItIsSentEndsTheConnectionAndNothingElse() throws IOException {
        write("shrinks.bin", "x".repeat(2 * WINDOW));
        FolderOnDisk.cold = true; // so that there is a pass in between
        conversation.window = 1_000;
        conversation.arrive(request("GET /shrinks.bin"));
        FolderOnDisk.onLoad = part -> {
            if (part.equals(WINDOW + "+" + WINDOW)) {
                try (var file = new RandomAccessFile(root.resolve("shrinks.bin").toFile(), "rw")) {
                    file.setLength(WINDOW + 10);
                } catch (IOException failure) {
                    throw new AssertionError(failure);
                }
            }
        };
        conversation.run();
        FolderOnDisk.onLoad = part -> {};
        assertThat(conversation.isOpen()).isFalse();
        assertThat(conversation.heard()).contains("Content-Length: " + 2 * WINDOW)
                .endsWith("\r\n\r\n" + "x".repeat(WINDOW + 10));
        conversation.again();
        assertThat(ask("GET /a.txt")).endsWith("first");
    }

    @Test
    void aFileThatGrowsWhileItIsSentIsSentAsFarAsAnnounced() throws IOException {
        write("grows.bin", "x".repeat(2 * WINDOW));
        FolderOnDisk.cold = true;
        FolderOnDisk.onLoad = part -> {
            try {
                Files.writeString(root.resolve("grows.bin"), "more", StandardOpenOption.APPEND);
            } catch (IOException failure) {
                throw new AssertionError(failure);
            }
        };
        String answer = ask("GET /grows.bin");
        FolderOnDisk.onLoad = part -> {};
        assertThat(answer).endsWith("\r\n\r\n" + "x".repeat(2 * WINDOW));
        assertThat(conversation.isOpen()).isTrue();
    }
}
