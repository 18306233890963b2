package peers;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http1.Http1Config;
import java.nio.charset.StandardCharsets;

/// Helidon as its own TechEmpower entry is set up: a virtual thread for each connection, asynchronous writes, header values that
/// are encoded once, no validation of request headers and paths, no log of what is received and sent, buffers of 64,000 bytes.
/// And no `Connection: keep-alive`, which the others do not send either.
///
/// Arguments: port, folder of the files (not served).
public final class Helidon {
    private static final Header TEXT = HeaderValues.createCached(HeaderNames.CONTENT_TYPE, "text/plain");
    private static final Header LENGTH = HeaderValues.createCached(HeaderNames.CONTENT_LENGTH, "13");
    private static final int BUFFER_BYTES = 64_000;
    private static final byte[] HELLO = "Hello, World!".getBytes(StandardCharsets.US_ASCII);

    private Helidon() {}

    public static void main(String[] arguments) {
        WebServer.builder()
                .host("127.0.0.1")
                .port(Integer.parseInt(arguments[0]))
                .backlog(4096)
                .writeQueueLength(4096)
                .smartAsyncWrites(true)
                .connectionOptions(options -> options.socketReceiveBufferSize(BUFFER_BYTES)
                        .socketSendBufferSize(BUFFER_BYTES))
                .addProtocol(Http1Config.builder()
                        .validateRequestHeaders(false)
                        .validatePath(false)
                        .receiveLog(false)
                        .sendLog(false)
                        .sendKeepAliveHeader(false)
                        .build())
                .routing(routing -> routing.get("/plaintext", (request, response) -> response.header(TEXT)
                        .header(LENGTH)
                        .send(HELLO)))
                .build()
                .start();
    }
}
