package dev.partita.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.Protocol;
import dev.partita.http.Handler;
import dev.partita.http.Http;
import dev.partita.limits.Limits;
import dev.partita.model.Amped;
import dev.partita.model.Mp;
import dev.partita.model.Seda;
import dev.partita.model.Sped;
import dev.partita.model.Symped;
import dev.partita.model.VirtualThreads;
import dev.partita.server.Running;
import dev.partita.server.Server;
import dev.partita.server.ServerModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Runs every example under every model, the example's own model too, and does what its comment says to try.
@Timeout(60)
class ExamplesTest {
    private static final String JSON = "application/json";

    @TempDir
    private Path folder;

    static Stream<ServerModel> models() {
        return Stream.of(new Mp(64), new Sped(), new Seda(2), new Amped(2), new Symped(2), new VirtualThreads(),
                new OwnModel());
    }

    @ParameterizedTest
    @MethodSource("models")
    void theStaticSiteServesItsFolderAndNothingElse(ServerModel model) throws IOException {
        Path root = Files.createDirectory(folder.resolve("root"));
        Files.writeString(root.resolve("README.md"), "# A site\n");
        Files.writeString(folder.resolve("secret"), "not for everybody");
        try (Running server = run(StaticSite.handler(root), model)) {
            String file = Client.ask(server, "GET /README.md");
            assertThat(file).startsWith("HTTP/1.1 200 ").contains("Last-Modified: ").endsWith("\r\n\r\n# A site\n");
            assertThat(Client.ask(server, "GET /health")).startsWith("HTTP/1.1 200 ").endsWith("well\n");
            assertThat(Client.ask(server, "GET /no-such-file")).startsWith("HTTP/1.1 404 ");
            assertThat(Client.ask(server, "GET /../secret")).startsWith("HTTP/1.1 4").doesNotContain("everybody");
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void theStagedHandlerGoesThroughItsLoop(ServerModel model) throws IOException {
        try (Running server = run(StagedHandler.handler(), model)) {
            assertThat(Client.ask(server, "GET /?after=1000000")).endsWith("\r\n\r\n1000003, tested: 3\n");
            assertThat(Client.ask(server, "GET /?after=1")).endsWith("\r\n\r\n2, tested: 1\n");
            assertThat(Client.ask(server, "GET /")).endsWith("\r\n\r\n2, tested: 2\n");
            assertThat(Client.ask(server, "GET /?after=soon")).startsWith("HTTP/1.1 400 ");
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void theConnectionGoesOnInTheOtherProtocol(ServerModel model) throws IOException {
        try (Running server = run(Switching.handler(), model); var client = new Client(server.port())) {
            client.send("GET /echo HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\none\ntwo\n");
            client.end();
            assertThat(client.rest()).startsWith("HTTP/1.1 101 ").endsWith("\r\n\r\none\ntwo\n");
            assertThat(Client.ask(server, "GET /echo")).startsWith("HTTP/1.1 426 ").contains("Upgrade: echo\r\n");
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void theLaterReplyIsBroughtByAnotherRequest(ServerModel model) throws IOException {
        List<Client> listeners = new ArrayList<>();
        try (Running server = run(LaterReply.handler(), model)) {
            for (int i = 0; i < 3; i++) {
                var listener = new Client(server.port());
                listeners.add(listener);
                listener.send(Client.http("GET /news", ""));
            }
            int told = 0;
            long giveUpAt = System.nanoTime() + Client.PATIENCE_MILLIS * 1_000_000L;
            while (told < listeners.size()) { // the server comes to the listeners in its own time
                assertThat(System.nanoTime() - giveUpAt).as("nanoseconds since only %s were told", told).isNegative();
                String reply = Client.ask(server, "POST /news", "It is spring.");
                told += Integer.parseInt(Client.body(reply).replace("told ", "").strip());
            }
            for (Client listener : listeners) {
                assertThat(listener.rest()).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\nIt is spring.\n");
            }
            assertThat(told).isEqualTo(listeners.size());
        } finally {
            for (Client listener : listeners) {
                listener.close();
            }
        }
    }

    @Test
    void whoHasWaitedTooLongMakesRoomForWhoWaitsNext() throws IOException {
        Limits limits = Limits.defaults().withConnectionsMax(64).with("workMillisMax", 100);
        try (Running server =
                Server.of(Http.serving(LaterReply.handler(1))).limits(limits).listen(0).run(new Sped())) {
            for (int i = 0; i < 2; i++) {
                assertThat(Client.ask(server, "GET /news")).startsWith("HTTP/1.1 503 ").doesNotContain("too many");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void theJsonApiKeepsOrders(ServerModel model) throws IOException {
        try (Running server = run(JsonApi.http(), model)) {
            String created = Client.ask(server, "POST /orders", JSON, "{\"item\":\"tea\",\"count\":2}");
            assertThat(created).startsWith("HTTP/1.1 201 ").contains("\r\nLocation: /orders/1\r\n");
            Client.ask(server, "POST /orders", JSON, "{\"item\":\"milk\",\"count\":1}");
            assertThat(Client.ask(server, "GET /orders/1")).contains("Content-Type: application/json")
                    .endsWith("\r\n\r\n{\"item\":\"tea\",\"count\":2}");
            assertThat(Client.body(Client.ask(server, "GET /orders?item=tea")))
                    .isEqualTo("[{\"item\":\"tea\",\"count\":2}]");
            assertThat(Client.ask(server, "POST /orders", JSON, "{\"item\":\"tea\",\"count\":\"two\"}"))
                    .startsWith("HTTP/1.1 400 ")
                    .contains("{\"status\":400,\"error\":\"the JSON does not fit in count at line 1, column 23\"");
            assertThat(Client.ask(server, "POST /orders", JSON, "{\"item\":\"tea\"}")).startsWith("HTTP/1.1 400 ")
                    .contains("a count of at least 1");
            assertThat(Client.ask(server, "POST /orders", "text/plain", "tea")).startsWith("HTTP/1.1 415 ");
            assertThat(Client.ask(server, "DELETE /orders/1")).startsWith("HTTP/1.1 204 ");
            assertThat(Client.ask(server, "DELETE /orders/1")).startsWith("HTTP/1.1 404 ")
                    .endsWith("\"error\":\"\"}\n");
            assertThat(Client.ask(server, "GET /orders/1")).endsWith("\"error\":\"there is no order 1\"}\n");
            assertThat(Client.ask(server, "PATCH /orders/1")).startsWith("HTTP/1.1 405 ").contains("\r\nAllow: ")
                    .endsWith("{\"status\":405,\"error\":\"\"}\n");
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void theUploadIsKeptUnderANameOfItsOwn(ServerModel model) throws IOException {
        Path photos = Files.createDirectory(folder.resolve("photos"));
        String photo = "a photo\r\n--".repeat(20_000); // beyond what is held in memory
        String start = "--b\r\nContent-Disposition: form-data; name=\"";
        String body = start + "title\"\r\n\r\nspring\r\n" + start + "photo\"; filename=\"../../p.jpg\"\r\n\r\n" + photo
                + "\r\n--b--\r\n";
        try (Running server = run(FileUpload.handler(photos), model)) {
            assertThat(Client.ask(server, "GET /")).contains("Content-Type: text/html\r\n").contains("<form ");
            String reply = Client.ask(server, "POST /photos", "multipart/form-data; boundary=b", body);
            assertThat(reply).startsWith("HTTP/1.1 201 ").contains("saved \"spring\", 220000 bytes, as ");
            String location = reply.replaceFirst("(?s).*\r\nLocation: (/photos/[^\r]+)\r\n.*", "$1");
            assertThat(Client.ask(server, "GET " + location)).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\n" + photo);
            assertThat(Client.ask(server, "GET /photos/..%2Fp.jpg")).startsWith("HTTP/1.1 404 ");
            assertThat(Client.ask(server, "POST /photos", "multipart/form-data; boundary=b", "--b--"))
                    .startsWith("HTTP/1.1 400 ").contains("choose a photo");
            try (Stream<Path> kept = Files.list(photos)) {
                assertThat(kept).hasSize(1);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void theStreamsAreMadeAndReadPieceByPiece(ServerModel model) throws IOException {
        try (Running server = run(Streaming.handler(), model)) {
            String numbers = Client.ask(server, "GET /numbers?to=100000");
            assertThat(numbers).contains("\r\nTransfer-Encoding: chunked\r\n").endsWith("\r\n0\r\n\r\n");
            String text = Client.body(numbers).replaceAll("[0-9a-f]+\r\n|\r\n", "");
            assertThat(text.lines()).hasSize(100_000).endsWith("99999", "100000");
            assertThat(Client.ask(server, "GET /numbers?to=0")).startsWith("HTTP/1.1 400 ");
            assertThat(Client.ask(server, "POST /checksum", "text/plain", "a".repeat(300_000)))
                    .endsWith("\r\n\r\n%08x\n".formatted(crc("a".repeat(300_000))));
        }
    }

    private static long crc(String text) {
        var sum = new CRC32();
        sum.update(text.getBytes(StandardCharsets.UTF_8));
        return sum.getValue();
    }

    @ParameterizedTest
    @MethodSource("models")
    void membersAreThoseWithTheCookie(ServerModel model) throws IOException {
        String form = "application/x-www-form-urlencoded";
        try (Running server = run(Members.handler(), model)) {
            String stranger = Client.ask(server, "GET /members/news");
            assertThat(stranger).startsWith("HTTP/1.1 303 ").contains("\r\nLocation: /login\r\n",
                    "\r\nX-Content-Type-Options: nosniff\r\n");
            assertThat(Client.ask(server, "POST /login", form, "name=ann&word=winter")).startsWith("HTTP/1.1 403 ");
            String login = Client.ask(server, "POST /login", form, "name=ann&word=spring");
            assertThat(login).contains("; Path=/; Max-Age=28800; HttpOnly; SameSite=Lax\r\n");
            String cookie = login.replaceFirst("(?s).*\r\nSet-Cookie: ([^;]+);.*", "$1");
            assertThat(Client.ask(server, "GET /members/news HTTP/1.1\r\nCookie: " + cookie))
                    .endsWith("\r\n\r\nfor ann\n");
            assertThat(Client.ask(server, "GET /members/photos/1 HTTP/1.1\r\nCookie: a=b; " + cookie))
                    .endsWith("\r\n\r\nphoto 1\n");
            assertThat(Client.ask(server, "GET /members/none HTTP/1.1\r\nCookie: " + cookie))
                    .startsWith("HTTP/1.1 404 ").contains("nosniff");
            assertThat(Client.body(Client.ask(server, "GET /spent"))).matches("[1-9][0-9]* ns\n");
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void whoMayNotDeployIsNotAskedForTheBody(ServerModel model) throws IOException {
        String head = "POST /releases HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n";
        try (Running server = run(Deployment.handler(), model)) {
            try (var client = new Client(server.port())) {
                client.send(head + "X-Key: secret\r\nConnection: close\r\n\r\n");
                assertThat(client.read(25)).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
                client.send("jar");
                assertThat(client.rest()).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\nreceived 3 bytes\n");
            }
            try (var client = new Client(server.port())) {
                client.send(head + "\r\n");
                client.end();
                assertThat(client.rest()).startsWith("HTTP/1.1 403 ").contains("Connection: close\r\n");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void theOwnProtocolSendsEveryLineBack(ServerModel model) throws IOException {
        try (Running server = run(new OwnProtocol(), model); var client = new Client(server.port())) {
            client.send("one\ntwo\nthr");
            assertThat(client.read(8)).isEqualTo("one\ntwo\n");
            client.send("ee\n");
            assertThat(client.read(6)).isEqualTo("three\n");
            client.end();
            assertThat(client.rest()).isEmpty();
        }
    }

    private static Running run(Handler handler, ServerModel model) throws IOException {
        return run(Http.serving(handler), model);
    }

    /// On a free port, with few slots so that it starts within milliseconds.
    private static Running run(Protocol protocol, ServerModel model) throws IOException {
        return Server.of(protocol).limits(Limits.defaults().withConnectionsMax(64)).listen(0).run(model);
    }
}
