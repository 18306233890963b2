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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Runs every example under every model, the example's own model too, and does what its comment says to try.
@Timeout(60)
class ExamplesTest {
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

    @ParameterizedTest
    @MethodSource("models")
    void theJsonApiCounts(ServerModel model) throws IOException {
        try (Running server = run(JsonApi.handler(), model)) {
            assertThat(Client.body(Client.ask(server, "POST /counters/visits")))
                    .isEqualTo("{\"name\":\"visits\",\"value\":1}\n");
            Client.ask(server, "POST /counters/visits");
            Client.ask(server, "POST /counters/orders");
            String reply = Client.ask(server, "GET /counters/visits");
            assertThat(reply).contains("Content-Type: application/json")
                    .endsWith("{\"name\":\"visits\",\"value\":2}\n");
            assertThat(Client.body(Client.ask(server, "GET /counters")))
                    .isEqualTo("[{\"name\":\"orders\",\"value\":1},{\"name\":\"visits\",\"value\":2}]\n");
            assertThat(Client.ask(server, "DELETE /counters/visits")).startsWith("HTTP/1.1 204 ");
            assertThat(Client.ask(server, "GET /counters/visits")).startsWith("HTTP/1.1 404 ");
            assertThat(Client.ask(server, "POST /counters/VISITS")).startsWith("HTTP/1.1 400 ");
            assertThat(Client.ask(server, "PUT /counters")).startsWith("HTTP/1.1 405 ").contains("\r\nAllow: ");
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
