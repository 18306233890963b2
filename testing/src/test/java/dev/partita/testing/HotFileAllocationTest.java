package dev.partita.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.partita.http.Http;
import dev.partita.http.StaticFiles;
import dev.partita.model.Sped;
import dev.partita.server.Running;
import dev.partita.transport.Transport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A file that is answered from memory allocates nothing, whatever a browser says in its head, but for the one request in
/// 0.75 s that looks at the disk.
@Timeout(120)
class HotFileAllocationTest {
    private static final int BATCH = 500;
    private static final int BATCHES_MAX = 400;

    @TempDir
    private static Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"",
        "User-Agent: browser\r\nAccept: text/html,*/*;q=0.8\r\nAccept-Encoding: gzip, deflate, br\r\n",
        "Accept-Encoding: gzip\r\nIf-None-Match: \"a\", \"b\"\r\n"})
    void aHotFileAllocatesNothing(String fields) throws Exception {
        Optional<Transport> epoll = Under.transports().stream().filter(each -> each.name().equals("epoll")).findFirst();
        assumeTrue(epoll.isPresent(), "the JDK's channels, which are all that is here, allocate");
        Path file = Files.writeString(folder.resolve("file.txt"), "the same words again\n".repeat(60));
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2020-02-02T02:02:02Z")));
        byte[] request = ("GET /file.txt HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n").getBytes(ISO_8859_1);
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        try (Running server = new Under(new Sped(), epoll.get()).run(
                Http.serving(StaticFiles.under(folder)), Under.SMALL); WireClient client = WireClient.connect(server)) {
            client.send(request);
            WireClient.HttpReply first = client.readReply();
            client.send(request);
            int length = client.readThrough("\r\n\r\n").length() + first.text().length();
            client.readExactly(first.text().length());
            AllocationMeter meter = AllocationMeter.of(
                    thread -> !before.contains(thread) && !thread.getName().equals("background"));
            long least = Long.MAX_VALUE;
            for (int batch = 0; batch < BATCHES_MAX && least != 0; batch++) {
                long start = bytes(meter);
                for (int i = 0; i < BATCH; i++) {
                    client.send(request);
                    client.readExactly(length);
                }
                least = Math.min(least, bytes(meter) - start);
            }
            assertThat(least).isZero();
        }
    }

    private static long bytes(AllocationMeter meter) {
        return meter.bytes().values().stream().mapToLong(Long::longValue).sum();
    }
}
