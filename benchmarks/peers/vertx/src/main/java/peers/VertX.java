package peers;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerOptions;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/// Vert.x as its own TechEmpower entry is written: one event loop, the native transport, header names and values that are
/// encoded once, the date once a second.
///
/// Arguments: port, folder of the files (not served).
public final class VertX {
    private static final CharSequence TEXT = HttpHeaders.createOptimized("text/plain");
    private static final CharSequence LENGTH = HttpHeaders.createOptimized("13");
    private static final Buffer HELLO = Buffer.buffer("Hello, World!");

    private static CharSequence date = now();

    private VertX() {}

    public static void main(String[] arguments) {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setPreferNativeTransport(true));
        if (!vertx.isNativeTransportEnabled()) {
            throw new IllegalStateException("no native transport", vertx.unavailableNativeTransportCause());
        }
        vertx.setPeriodic(1000, _ -> date = now());
        vertx.createHttpServer(new HttpServerOptions().setHost("127.0.0.1")
                .setPort(Integer.parseInt(arguments[0]))
                .setAcceptBacklog(4096)
                .setTcpNoDelay(true))
                .requestHandler(request -> {
                    var response = request.response();
                    if (!"/plaintext".equals(request.path())) {
                        response.setStatusCode(404).end();
                        return;
                    }
                    response.headers()
                            .add(HttpHeaders.CONTENT_TYPE, TEXT)
                            .add(HttpHeaders.CONTENT_LENGTH, LENGTH)
                            .add(HttpHeaders.DATE, date);
                    response.end(HELLO);
                })
                .listen()
                .onFailure(failure -> {
                    failure.printStackTrace();
                    System.exit(1);
                });
    }

    private static CharSequence now() {
        return HttpHeaders.createOptimized(DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)));
    }
}
