package dev.partita.http;

import dev.partita.connection.Buffer;
import dev.partita.limits.Limits;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// Reading the head of a request: as a load generator sends it, and as a browser does.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RequestHeadBenchmark {
    private static final String SHORT = "GET /plaintext HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";
    private static final String BROWSER = """
            GET /plaintext?from=here HTTP/1.1\r
            Host: www.example.com\r
            User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r
            Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r
            Accept-Language: en-US,en;q=0.5\r
            Accept-Encoding: gzip, deflate, br, zstd\r
            Referer: https://www.example.com/\r
            Connection: keep-alive\r
            Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r
            Upgrade-Insecure-Requests: 1\r
            Sec-Fetch-Dest: document\r
            Sec-Fetch-Mode: navigate\r
            Sec-Fetch-Site: same-origin\r
            \r
            """;

    @Param({"short", "browser"})
    String head = "short";

    private final Buffer in = Buffer.over(Arena.ofAuto().allocate(8192));
    private @Nullable RequestHead parser;

    @Setup
    public void fill() {
        in.putLatin1(head.equals("short") ? SHORT : BROWSER);
        parser = new RequestHead(Limits.defaults(), false);
    }

    @Benchmark
    public int parse() {
        RequestHead ready = parser;
        if (ready == null) {
            throw new IllegalStateException("not set up");
        }
        ready.clear();
        int result = ready.parse(in);
        if (result != RequestHead.COMPLETE) {
            throw new IllegalStateException("the head was refused: " + result);
        }
        return ready.end();
    }
}
