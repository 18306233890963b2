package peers;

import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.cache.DirectBufferCache;
import io.undertow.server.handlers.resource.CachingResourceManager;
import io.undertow.server.handlers.resource.PathResourceManager;
import io.undertow.server.handlers.resource.ResourceHandler;
import io.undertow.util.Headers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.xnio.Options;

/// Undertow as its own TechEmpower entry is written: answers on the I/O thread, direct buffers, no keep-alive header, the date
/// from its own clock; files by its ResourceHandler with a cache of contents in direct memory.
///
/// Arguments: port, folder of the files.
public final class UndertowServer {
    private static final ByteBuffer HELLO = constant("Hello, World!");
    private static final ByteBuffer JSON = constant("{\"message\":\"Hello, World!\"}");

    private UndertowServer() {}

    public static void main(String[] arguments) {
        Path root = Path.of(arguments[1]);
        HttpHandler files = new ResourceHandler(new CachingResourceManager(1000, 1 << 20,
                new DirectBufferCache(1 << 13, 10, 64 << 20), new PathResourceManager(root, 1 << 20), 60_000));
        Undertow.builder()
                .addHttpListener(Integer.parseInt(arguments[0]), "127.0.0.1")
                .setIoThreads(1)
                .setWorkerThreads(8)
                .setDirectBuffers(true)
                .setBufferSize(16 << 10)
                .setSocketOption(Options.BACKLOG, 4096)
                .setServerOption(UndertowOptions.ALWAYS_SET_KEEP_ALIVE, false)
                .setServerOption(UndertowOptions.ALWAYS_SET_DATE, true)
                .setServerOption(UndertowOptions.RECORD_REQUEST_START_TIME, false)
                .setHandler(exchange -> answer(exchange, files))
                .build()
                .start();
    }

    private static void answer(HttpServerExchange exchange, HttpHandler files) throws Exception {
        switch (exchange.getRequestPath()) {
            case "/plaintext" -> {
                exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/plain");
                exchange.getResponseSender().send(HELLO.duplicate());
            }
            case "/json" -> {
                exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
                exchange.getResponseSender().send(JSON.duplicate());
            }
            case "/echo" -> exchange.getRequestReceiver().receiveFullBytes((asked, body) -> {
                asked.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/octet-stream");
                asked.getResponseSender().send(ByteBuffer.wrap(body));
            });
            default -> files.handleRequest(exchange);
        }
    }

    private static ByteBuffer constant(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip().asReadOnlyBuffer();
    }
}
