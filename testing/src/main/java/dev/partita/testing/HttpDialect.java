package dev.partita.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.partita.connection.Producer;
import dev.partita.connection.Protocol;
import dev.partita.http.Handler;
import dev.partita.http.Http;
import dev.partita.http.Request;
import dev.partita.http.Response;
import dev.partita.http.Routes;
import dev.partita.http.Stage;
import dev.partita.http.Stages;
import dev.partita.http.StaticFiles;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.zip.CRC32;

/// The commands as HTTP requests. `fail` is answered with 500 and shed work with 503; `abort` and lines without an end are
/// not in it.
final class HttpDialect implements Dialect {
    /// A longer text is sent as a body: request lines are bounded.
    private static final int TARGET_BYTES_MAX = 2_000;
    private static final String BYTES = "application/octet-stream";
    private static final byte[] HELLO = "Hello, World!".getBytes(ISO_8859_1);

    @Override
    public Protocol protocol(Backstage backstage, Path folder) {
        return Http.serving(new Routes()
                .get("/plaintext", Handler.neverBlocking((request, response) -> response.bytes("text/plain", HELLO)))
                .get("/numbers/{number}/plaintext", Handler.neverBlocking((request, response) -> {
                    if (request.pathNumber("number") == 17) {
                        response.bytes("text/plain", HELLO);
                    }
                }))
                .get("/echo/*", Handler.neverBlocking((request, response) -> response.text(argument(request))))
                .post("/echo", Handler.neverBlocking((request, response) -> response.body(request.body())))
                .put("/kept", Handler.neverBlocking((request, response) -> response.bytes("text/plain", HELLO)))
                .post("/put", HttpDialect::put)
                .get("/block/*", (request, response) -> {
                    backstage.gate(argument(request)).pass();
                    response.text(argument(request));
                })
                .get("/wait/*", Handler.neverBlocking((request, response) -> {
                    var later = response.later();
                    backstage.announce(argument(request), text -> later.complete(late -> late.text(text)));
                }))
                .get("/ready/*", Handler.neverBlocking((request, response) -> {
                    String text = argument(request);
                    response.later().complete(late -> late.text(text));
                }))
                .get("/stages/*", stages())
                .get("/big/*", Handler.neverBlocking(
                        (request, response) -> response.bytes(BYTES, Pattern.bytes(number(request)))))
                .get("/stream/*",
                        Handler.neverBlocking((request, response) -> stream(backstage, request, response, false)))
                .get("/break/*",
                        Handler.neverBlocking((request, response) -> stream(backstage, request, response, true)))
                .get("/file/*", new PartOfFile(folder, StaticFiles.under(folder)))
                .get("/fail", (request, response) -> {
                    throw new IllegalStateException("asked to fail");
                })
                .get("/interrupt", (request, response) -> {
                    Thread.currentThread().interrupt();
                    response.text("interrupted");
                })
                .get("/thread", (request, response) -> response.text(Thread.currentThread().getName()))
                .get("/quit", (request, response) -> response.closeConnection().text("bye")));
    }

    @Override
    public byte[] request(String command) {
        int space = command.indexOf(' ');
        String name = space < 0 ? command : command.substring(0, space);
        String argument = space < 0 ? "" : command.substring(space + 1);
        if (name.equals("put")) {
            return head("POST /put", argument);
        }
        if (name.equals("echo") && argument.length() > TARGET_BYTES_MAX) {
            return (new String(head("POST /echo", "" + argument.length()), ISO_8859_1) + argument).getBytes(ISO_8859_1);
        }
        String escaped = URLEncoder.encode(argument, ISO_8859_1).replace("+", "%20");
        return ("GET /" + name + (space < 0 ? "" : "/" + escaped) + " HTTP/1.1\r\nHost: test\r\n\r\n")
                .getBytes(ISO_8859_1);
    }

    private static byte[] head(String start, String length) {
        return (start + " HTTP/1.1\r\nHost: test\r\nContent-Length: " + length + "\r\n\r\n").getBytes(ISO_8859_1);
    }

    @Override
    public String reply(WireClient client) throws IOException {
        WireClient.HttpReply reply = client.readReply();
        return switch (reply.status()) {
            case 200 -> reply.text();
            case 500 -> "failed";
            case 503 -> reply.field("Retry-After").isPresent() ? "busy" : "503 without Retry-After";
            default -> "?";
        };
    }

    @Override
    public boolean answersFailures() {
        return true;
    }

    @Override
    public boolean announcesTheEnd() {
        return true;
    }

    @Override
    public String toString() {
        return "http";
    }

    private static String argument(Request request) {
        return URLDecoder.decode(request.rest(), ISO_8859_1);
    }

    private static int number(Request request) {
        int number = Integer.parseInt(request.rest());
        if (number < 0 || number > Pattern.LENGTH) {
            throw new IllegalArgumentException(number + " bytes");
        }
        return number;
    }

    private static void put(Request request, Response response) throws IOException {
        var sum = new CRC32();
        byte[] part = new byte[8192];
        try (InputStream in = request.body().stream()) {
            for (int read = in.read(part); read >= 0; read = in.read(part)) {
                sum.update(part, 0, read);
            }
        }
        response.text(Long.toHexString(sum.getValue()));
    }

    private static Handler stages() {
        return Stages
                .first("parse", (request, response) -> {
                    int times = Integer.parseInt(request.rest());
                    request.attach("parse" + " work".repeat(times) + " render");
                    return times == 0 ? "render" : "work";
                })
                .then("work", (request, response) -> {
                    // One pass for every "work" that is still to be marked as done.
                    String left = String.valueOf(request.attachment()).replaceFirst(" work(?!!)", " work!");
                    request.attach(left);
                    return left.matches(".* work(?!!).*") ? "work" : "render";
                })
                .then("render", (request, response) -> {
                    response.text(String.valueOf(request.attachment()).replace("!", ""));
                    return Stage.DONE;
                });
    }

    /// Chunked if the number is odd, with its length if it is even.
    private static void stream(Backstage backstage, Request request, Response response, boolean fails) {
        int count = number(request);
        Producer producer = new LineProtocol.Streaming(backstage, count, fails);
        response.stream(BYTES, count % 2 == 1 ? -1 : fails ? count + 1 : count, producer);
    }

    /// Serves `OFFSET%20N` as a file of its own, made when it is first asked for.
    private record PartOfFile(Path folder, StaticFiles files) implements Handler {
        @Override
        public void handle(Request request, Response response) throws IOException {
            Path part = folder.resolve(argument(request));
            if (Files.notExists(part)) {
                String[] numbers = argument(request).split(" ", -1);
                int offset = Integer.parseInt(numbers[0]);
                byte[] bytes = Pattern.bytes(offset + Integer.parseInt(numbers[1]));
                Path whole = Files.createTempFile(folder, "part", null);
                Files.write(whole, Arrays.copyOfRange(bytes, offset, bytes.length));
                // The tag of a file that has just been written is a weak one, and a strong one a moment later.
                Files.setLastModifiedTime(whole, FileTime.from(Instant.EPOCH));
                Files.move(whole, part, StandardCopyOption.ATOMIC_MOVE);
            }
            files.handle(request, response);
        }
    }
}
