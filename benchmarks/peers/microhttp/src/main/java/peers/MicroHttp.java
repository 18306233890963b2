package peers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.microhttp.EventLoop;
import org.microhttp.Header;
import org.microhttp.NoopLogger;
import org.microhttp.Options;
import org.microhttp.OptionsBuilder;
import org.microhttp.Response;

/// microhttp with one event loop and no logging; it sends no Date by itself, so this one is made once a second.
///
/// Arguments: port, folder of the files (not served).
public final class MicroHttp {
    private static final byte[] HELLO = "Hello, World!".getBytes(StandardCharsets.US_ASCII);
    private static final Header TEXT = new Header("Content-Type", "text/plain");

    private static volatile Response hello = make();

    private MicroHttp() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Options options = OptionsBuilder.newBuilder()
                .withHost("127.0.0.1")
                .withPort(Integer.parseInt(arguments[0]))
                .withReuseAddr(true)
                .withAcceptLength(4096)
                .withConcurrency(1)
                .withRequestTimeout(Duration.ofHours(1))
                .build();
        EventLoop loop = new EventLoop(options, NoopLogger.instance(), (_, answer) -> answer.accept(hello));
        loop.start();
        Thread.ofPlatform().daemon().start(MicroHttp::keepTime);
        loop.join();
    }

    private static void keepTime() {
        while (true) {
            try {
                Thread.sleep(1000);
            } catch (InterruptedException end) {
                return;
            }
            hello = make();
        }
    }

    private static Response make() {
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC));
        return new Response(200, "OK", List.of(TEXT, new Header("Date", date)), HELLO);
    }
}
