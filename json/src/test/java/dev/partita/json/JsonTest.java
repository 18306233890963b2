package dev.partita.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.http.Handler;
import dev.partita.http.Http;
import dev.partita.http.Routes;
import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import dev.partita.model.Sped;
import dev.partita.server.Running;
import dev.partita.server.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

@Timeout(60)
class JsonTest {
    record Item(String name, int count) {
        Item {
            if (count < 0) {
                throw new IllegalArgumentException("count has to be 0 or more");
            }
        }
    }

    record Order(String customer, List<Item> items) {}

    /// Has no way to be made.
    interface Unknown {}

    /// Cannot be written.
    static final class Loop {
        public Loop getLoop() {
            return this;
        }
    }

    private static final Json JSON = new Json();
    private static final Json STRICT =
            new Json(JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build());
    private static final Handler HANDLER = new Routes()
            .post("/order", (request, response) -> {
                Order order = JSON.read(request, Order.class);
                JSON.write(response.status(201), Map.of("total", order.items().stream().mapToInt(Item::count).sum()));
            })
            .post("/items", (request, response) -> {
                List<Item> items = JSON.read(request, new TypeReference<List<Item>>() {});
                response.text(items.stream().map(Item::name).collect(Collectors.joining(" ")));
            })
            .post("/strict", (request, response) -> response.text(STRICT.read(request, Item.class).name()))
            .post("/unknown", (request, response) -> response.text(JSON.read(request, Unknown.class) + ""))
            .get("/loop", (request, response) -> JSON.write(response, new Loop()))
            .get("/item", (request, response) -> JSON.write(response, new Item("caf\u00e9", 2)));

    private static Running server;

    @BeforeAll
    static void start() throws IOException {
        server = Server.of(Http.serving(HANDLER)).limits(Limits.defaults().withConnectionsMax(8)).listen(0)
                .run(new Sped());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String ask(String target, @Nullable String type, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        String head =
                target + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: " + bytes.length + "\r\n"
                        + (type == null ? "" : "Content-Type: " + type + "\r\n") + "\r\n";
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(head.getBytes(UTF_8));
            socket.getOutputStream().write(bytes);
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private static String post(String target, String body) throws IOException {
        return ask("POST " + target, "application/json", body);
    }

    @Test
    void aBodyIsReadAndAValueIsWritten() throws IOException {
        assertThat(
                post("/order", "{\"customer\":\"J\u00f6rg\",\"items\":[{\"name\":\"a\",\"count\":2},{\"count\":3}]}"))
                .startsWith("HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n")
                .endsWith("\r\n\r\n{\"total\":5}");
        assertThat(post("/items", "[{\"name\":\"a\"},{\"name\":\"b\",\"more\":true}]")).endsWith("\r\n\r\na b");
        assertThat(ask("GET /item", null, "")).endsWith("\r\n\r\n{\"name\":\"caf\u00e9\",\"count\":2}");
    }

    @Test
    void aLargeBodyIsReadFromItsFile() throws IOException {
        String items = "{\"name\":\"a\",\"count\":1},".repeat(10_000);
        assertThat(post("/order", "{\"items\":[" + items + "{\"count\":1}]}")).endsWith("{\"total\":10001}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\u0001', value = {
        "{\"customer\": nonsense} | not valid JSON at line 1, column ",
        "{\"customer\":\"x\" | not valid JSON at line 1, column ",
        "{\"items\":[]} x | not valid JSON at line 1, column ",
        "{\"items\":[{\"count\":\"many\"}]} | does not fit in items[0].count at line 1, column 20",
        "{\"items\":[{},{\"count\":{}}]} | does not fit in items[1].count at line 1, column 23",
        "{\"items\":7} | does not fit in items at line 1, column ",
        "[] | does not fit at line 1, column ",
        "null | JSON value null",
        "{\"items\":[{\"count\":-1}]} | does not fit in items[0] at line 1, column 22: count has to be 0 or more"})
    void aBodyThatCannotBeReadIs400AndSaysWhere(String body, String sentence) throws IOException {
        long failures = server.count(Counter.FAILURES);
        assertThat(post("/order", body)).startsWith("HTTP/1.1 400 Bad Request\r\n").contains(sentence)
                .doesNotContain("dev.partita", "jackson", "java.", "Order", "Item");
        assertThat(server.count(Counter.FAILURES)).isEqualTo(failures);
    }

    @Test
    void theLineIsCounted() throws IOException {
        assertThat(post("/order", "{\n\"items\": [\n  x\n]}")).contains("not valid JSON at line 3, column ");
    }

    @Test
    void deepNestingAndLongNamesAreRefusedShortly() throws IOException {
        assertThat(post("/order", "{\"x\":" + "[".repeat(100_000))).startsWith("HTTP/1.1 400 ");
        String reply = post("/strict", "{\"" + "n".repeat(10_000) + "\":1}");
        assertThat(reply).startsWith("HTTP/1.1 400 ").hasSizeLessThan(1_000);
    }

    @Test
    void anotherMediaTypeIs415AndNoBodyIs400() throws IOException {
        String item = "{\"name\":\"a\",\"count\":2}";
        assertThat(ask("POST /strict", "application/x-www-form-urlencoded", item)).startsWith("HTTP/1.1 415 ");
        assertThat(ask("POST /strict", "application/merge-patch+json; x=y", item)).endsWith("\r\n\r\na");
        assertThat(ask("POST /strict", null, item)).endsWith("\r\n\r\na");
        assertThat(post("/strict", "")).startsWith("HTTP/1.1 400 ").contains("empty");
    }

    @Test
    void whatCannotBeMappedAtAllIsTheProgramsMistake() throws IOException {
        long failures = server.count(Counter.FAILURES);
        assertThat(post("/unknown", "{}")).startsWith("HTTP/1.1 500 ").doesNotContain("Unknown");
        assertThat(ask("GET /loop", null, "")).startsWith("HTTP/1.1 500 ").doesNotContain("Loop");
        assertThat(server.count(Counter.FAILURES)).isEqualTo(failures + 2);
    }
}
