package dev.partita.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.partita.http.Http;
import dev.partita.http.StaticFiles;
import dev.partita.limits.Counter;
import dev.partita.model.Amped;
import dev.partita.server.Running;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Files on the wire, where a model or a transport could make a difference.
@ParameterizedClass(name = "{0}")
@MethodSource("dev.partita.testing.Under#all")
@Timeout(60)
class StaticFilesTest {
    private static final int LARGE = 3 << 20;
    private static final List<String> REQUESTS = List.of(
            "GET /small.txt",
            "HEAD /small.txt",
            "GET /",
            "GET /sub",
            "GET /small.txt|Range: bytes=1-3",
            "GET /large.bin|Range: bytes=1000000-1000999",
            "GET /large.bin|Range: bytes=99999999-",
            "GET /text.txt|Accept-Encoding: gzip",
            "GET /small.txt|If-None-Match: *",
            "GET /small.txt|If-Match: \"x\"",
            "GET /link.txt",
            "GET /out.txt",
            "GET /fifo",
            "GET /null",
            "GET /large.bin",
            "GET /none",
            "GET /..%2fx");

    @TempDir
    private static Path folder;

    private static byte[] content = {};
    private static List<String> firstAnswers = List.of();

    private final Under under;

    StaticFilesTest(Under under) {
        this.under = under;
    }

    @BeforeAll
    static void makeFiles() throws Exception {
        Path root = Files.createDirectories(folder.resolve("root"));
        if (Files.exists(root.resolve("small.txt"))) {
            return;
        }
        content = new byte[LARGE];
        new Random(7).nextBytes(content);
        Files.createDirectories(root.resolve("sub"));
        Files.writeString(root.resolve("small.txt"), "small");
        Files.writeString(root.resolve("index.html"), "<p>home");
        Files.writeString(root.resolve("text.txt"), "the same words again\n".repeat(1_000));
        Files.write(root.resolve("large.bin"), content);
        Files.writeString(folder.resolve("secret.txt"), "secret");
        Files.createSymbolicLink(root.resolve("link.txt"), root.resolve("small.txt"));
        Files.createSymbolicLink(root.resolve("out.txt"), folder.resolve("secret.txt"));
        Files.createSymbolicLink(root.resolve("null"), Path.of("/dev/null"));
        run("mkfifo", root.resolve("fifo").toString());
        for (String name : List.of("small.txt", "index.html", "text.txt", "large.bin")) {
            Files.setLastModifiedTime(root.resolve(name), FileTime.from(Instant.parse("2020-02-02T02:02:02Z")));
        }
    }

    private static void run(String... command) throws Exception {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    private Running start() throws Exception {
        return under.run(Http.serving(StaticFiles.under(folder.resolve("root"))), Under.SMALL);
    }

    private static WireClient.HttpReply ask(WireClient client, String line, String... fields) throws Exception {
        client.send(line + " HTTP/1.1\r\nHost: test\r\n" + String.join("", List.of(fields).stream()
                .map(field -> field + "\r\n").toList()) + "\r\n");
        return client.readReply(line.startsWith("HEAD"));
    }

    @Test
    void theSameBytesUnderEveryModelWhetherFromMemoryOrFromDisk() throws Exception {
        List<String> answers = new ArrayList<>();
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            for (int round = 0; round < 2; round++) {
                answers.clear();
                for (String request : REQUESTS) {
                    String[] parts = request.split("\\|", 2);
                    WireClient.HttpReply reply = ask(client, parts[0], parts.length == 1
                            ? new String[0]
                            : new String[]{parts[1]});
                    List<String> fields = new ArrayList<>(reply.fields());
                    fields.removeIf(field -> field.startsWith("Date:"));
                    answers.add(request + ": " + reply.status() + " " + fields + " " + reply.text().hashCode());
                }
                firstAnswers = firstAnswers.isEmpty() ? List.copyOf(answers) : firstAnswers;
                assertThat(answers).isEqualTo(firstAnswers);
            }
        }
        assertThat(answers.stream().map(answer -> answer.replaceFirst(".*?: (\\d+) .*", "$1")))
                .containsExactly("200", "200", "200", "301", "206", "206", "416", "200", "304", "412", "200", "404",
                        "404",
                        "404", "200", "404", "400");
    }

    @Test
    void aLargeFileArrivesWhole() throws Exception {
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            assertThat(ask(client, "GET /large.bin").text().getBytes(ISO_8859_1)).isEqualTo(content);
        }
    }

    /// Dropping the file's pages from the page cache needs no privilege; on a file system without a disk, such as tmpfs, it does
    /// nothing.
    @Test
    void whatIsNotInMemoryIsReadInPassesThatMayBlock() throws Exception {
        assumeTrue(under.transport().name().equals("epoll"), "the JDK is not told by every system what is in memory");
        Path cold = folder.resolve("root/cold" + under.toString().hashCode());
        Files.write(cold, content);
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            String get = "GET /" + cold.getFileName();
            assertThat(ask(client, get).text()).hasSize(LARGE);
            assertThat(server.count(Counter.COLD_READS)).as("it was written just now").isZero();

            run("dd", "of=" + cold, "oflag=nocache", "conv=notrunc,fdatasync", "count=0", "status=none");
            assertThat(ask(client, get).text().getBytes(ISO_8859_1)).isEqualTo(content);
            long reads = server.count(Counter.COLD_READS);
            assumeTrue(reads > 0, "this file system keeps what it is asked to drop");
            assertThat(ask(client, get).text()).hasSize(LARGE);
            assertThat(server.count(Counter.COLD_READS)).as("now it is in memory").isEqualTo(reads);
        } finally {
            Files.delete(cold);
        }
    }

    @Test
    void aFileThatShrinksWhileItIsSentEndsItsConnectionAndNoOther() throws Exception {
        Path shrinks = folder.resolve("root/shrinks" + under.toString().hashCode());
        Files.write(shrinks, content);
        try (Running server = start()) {
            try (WireClient client = WireClient.connect(server.port(), 16 << 10)) {
                client.send("GET /" + shrinks.getFileName() + " HTTP/1.1\r\nHost: test\r\n\r\n");
                client.readThrough("\r\n\r\n");
                try (var file = new RandomAccessFile(shrinks.toFile(), "rw")) {
                    file.setLength(10);
                }
                // What is under way is the file's own pages, so not even those bytes are what they were.
                assertThat(client.readToAnyEnd().length).isLessThan(LARGE);
            }
            try (WireClient other = WireClient.connect(server)) {
                assertThat(ask(other, "GET /small.txt").text()).isEqualTo("small");
            }
            assertThat(server.count(Counter.FAILURES)).isZero();
        } finally {
            Files.delete(shrinks);
        }
    }

    /// Where only what may block is given away, a file from memory is not.
    @Test
    void aHotFileIsWorkThatNeverBlocks() throws Exception {
        assumeTrue(under.model() instanceof Amped amped && amped.inline(), "the others make no difference that shows");
        try (Running server = start(); WireClient client = WireClient.connect(server)) {
            ask(client, "GET /small.txt");
            long before = server.count(Counter.HAND_OVERS);
            for (int i = 0; i < 100; i++) {
                assertThat(ask(client, "GET /small.txt").text()).isEqualTo("small");
            }
            // There and back, each time that one of them looks whether the file is still the same.
            assertThat(server.count(Counter.HAND_OVERS) - before).isLessThan(100);
        }
    }
}
