package dev.partita.cache;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.limits.Counter;
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
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A connection over the limit is told so and closed, as memcached does it, and those that are open are served.
@Timeout(60)
class ConnectionLimitTest {
    private static final int MOST = 4;

    static Stream<ServerModel> models() {
        return Stream.of(new Sped(), new Symped(2, Symped.Accept.HAND_OVER), new Symped(2, Symped.Accept.REUSE_PORT),
                new Symped(2, Symped.Accept.SHARED), new Mp(64), new Amped(1), new Seda(1), new VirtualThreads(1));
    }

    @ParameterizedTest
    @MethodSource("models")
    void aConnectionOverTheLimitIsToldSo(ServerModel model) throws Exception {
        Limits limits = Limits.defaults().withConnectionsMax(MOST);
        try (Running server = Server.of(new Memcached(Settings.defaults())).limits(limits).listen(0).run(model)) {
            List<Socket> open = new ArrayList<>();
            for (int i = 0; i < MOST; i++) {
                open.add(connect(server));
                assertThat(ask(open.getLast(), "mn\r\n", 4)).isEqualTo("MN\r\n");
            }
            for (int i = 0; i < 100; i++) {
                try (Socket refused = connect(server)) {
                    assertThat(new String(refused.getInputStream().readAllBytes(), US_ASCII))
                            .isEqualTo("ERROR Too many open connections\r\n");
                }
            }
            for (Socket socket : open) {
                assertThat(ask(socket, "mn\r\n", 4)).isEqualTo("MN\r\n");
            }
            assertThat(server.count(Counter.REFUSED)).isEqualTo(100);
            open.getFirst().close();
            awaitRoom(server);
            try (Socket next = connect(server)) {
                assertThat(ask(next, "mn\r\n", 4)).isEqualTo("MN\r\n");
            }
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    private static void awaitRoom(Running server) {
        long patience = System.nanoTime() + 10_000_000_000L;
        while (server.connections() >= MOST) {
            assertThat(System.nanoTime()).as("the end of a connection is noticed").isLessThan(patience);
            Thread.onSpinWait();
        }
    }

    private static Socket connect(Running server) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static String ask(Socket socket, String text, int length) throws IOException {
        socket.getOutputStream().write(text.getBytes(US_ASCII));
        InputStream in = socket.getInputStream();
        return new String(in.readNBytes(length), US_ASCII);
    }
}
