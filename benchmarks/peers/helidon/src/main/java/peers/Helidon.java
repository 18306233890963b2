package peers;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.WebServer;
import java.nio.charset.StandardCharsets;

/// Helidon as its own TechEmpower entry is set up: a virtual thread for each connection, smart asynchronous writes, header
/// values that are encoded once.
///
/// Arguments: port, folder of the files (not served).
public final class Helidon {
    private static final Header TEXT = HeaderValues.createCached(HeaderNames.CONTENT_TYPE, "text/plain");
    private static final Header LENGTH = HeaderValues.createCached(HeaderNames.CONTENT_LENGTH, "13");
    private static final byte[] HELLO = "Hello, World!".getBytes(StandardCharsets.US_ASCII);

    private Helidon() {}

    public static void main(String[] arguments) {
        WebServer.builder()
                .host("127.0.0.1")
                .port(Integer.parseInt(arguments[0]))
                .backlog(4096)
                .writeQueueLength(4096)
                .smartAsyncWrites(true)
                .routing(routing -> routing.get("/plaintext", (request, response) -> response.header(TEXT)
                        .header(LENGTH)
                        .send(HELLO)))
                .build()
                .start();
    }
}
