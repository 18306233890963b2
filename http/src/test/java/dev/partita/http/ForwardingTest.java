package dev.partita.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.model.Sped;
import dev.partita.proxy.TrustedPeers;
import dev.partita.server.Running;
import dev.partita.server.Server;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Whom a request comes from behind proxies that are trusted, and that it cannot be invented.
@Timeout(30)
class ForwardingTest {
    private static final TrustedPeers TRUSTED = TrustedPeers.of(List.of("127.0.0.0/8", "10.0.0.0/8", "2001:db8::/32"));

    private static String client(TrustedPeers trusted, String... fields) throws Exception {
        Http http = Http.serving(Handler.neverBlocking(
                (request, response) -> response.text(String.valueOf(request.remoteAddress())))).trusting(trusted);
        try (Running server = Server.of(http).listen(0).run(new Sped());
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            String head =
                    "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + String.join("", List.of(fields).stream()
                            .map(field -> field + "\r\n").toList()) + "\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            String reply = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            String text = reply.substring(reply.indexOf("\r\n\r\n") + 4);
            return text.equals("/127.0.0.1:" + socket.getLocalPort()) ? "peer" : text;
        }
    }

    @Test
    void theLastOneThatNoTrustedProxyIsIsTheClient() throws Exception {
        assertThat(client(TRUSTED, "X-Forwarded-For: 192.0.2.9")).isEqualTo("/192.0.2.9:0");
        assertThat(client(TRUSTED, "X-Forwarded-For: 6.6.6.6, 192.0.2.9, 10.1.1.1")).isEqualTo("/192.0.2.9:0");
        assertThat(client(TRUSTED, "X-Forwarded-For: 6.6.6.6", "X-Forwarded-For: 192.0.2.9,10.1.1.1"))
                .isEqualTo("/192.0.2.9:0");
        assertThat(client(TRUSTED, "X-Forwarded-For: 10.1.1.2, 10.1.1.1")).isEqualTo("/10.1.1.2:0");
        assertThat(client(TRUSTED, "X-Forwarded-For: 192.0.2.9:4711")).isEqualTo("/192.0.2.9:4711");
        assertThat(client(TRUSTED, "X-Forwarded-For: [2001:db9::1]:80")).isEqualTo("/[2001:db9:0:0:0:0:0:1]:80");
        assertThat(client(TRUSTED, "X-Forwarded-For: 2001:db9::1, 2001:db8::1")).isEqualTo("/[2001:db9:0:0:0:0:0:1]:0");
    }

    @Test
    void forwardedIsReadInTheSameWay() throws Exception {
        assertThat(client(TRUSTED, "Forwarded: for=192.0.2.9;proto=http")).isEqualTo("/192.0.2.9:0");
        assertThat(client(TRUSTED, "Forwarded: for=6.6.6.6, By=\"a,b;for=7.7.7.7\";For=\"192.0.2.9:80\", for=10.0.0.1"))
                .isEqualTo("/192.0.2.9:80");
        assertThat(client(TRUSTED, "Forwarded: for=\"[2001:db9::1]:4711\"")).isEqualTo("/[2001:db9:0:0:0:0:0:1]:4711");
    }

    @Test
    void aQuotationMarkHidesNothingThatAProxyHasWritten() throws Exception {
        assertThat(client(TRUSTED, "X-Forwarded-For: \", 203.0.113.9")).isEqualTo("/203.0.113.9:0");
        assertThat(client(TRUSTED, "X-Forwarded-For: \"6.6.6.6, 203.0.113.9, 10.1.1.1\"")).isEqualTo("peer");
        for (String sent : List.of("for=\"x", "for=\"x\\", "for=\"", "\"", "for=x;by=\"\\\"")) {
            assertThat(client(TRUSTED, "Forwarded: " + sent + ", for=203.0.113.9")).as(sent)
                    .isEqualTo("/203.0.113.9:0");
            assertThat(client(TRUSTED, "Forwarded: " + sent + ", for=\"[2001:db9::1]\"")).as(sent)
                    .isEqualTo("/[2001:db9:0:0:0:0:0:1]:0");
            assertThat(client(TRUSTED, "Forwarded: " + sent + ", for=203.0.113.9;host=\"a\\\", \\\\\", for=10.0.0.1"))
                    .as(sent).isEqualTo("/203.0.113.9:0");
        }
    }

    @Test
    void whatIsNoAddressEndsTheSearch() throws Exception {
        for (String nobody : List.of("unknown", "_hidden", "localhost", "1.2.3", "300.1.1.1", "192.0.2.9:99999", "[::1",
                "[1.2.3.4]", "", "::1:80:x")) {
            assertThat(client(TRUSTED, "X-Forwarded-For: 6.6.6.6, " + nobody)).as(nobody).isEqualTo("peer");
            assertThat(client(TRUSTED, "Forwarded: for=6.6.6.6, for=" + nobody)).as(nobody).isEqualTo("peer");
        }
        assertThat(client(TRUSTED, "Forwarded: for=6.6.6.6, proto=http")).isEqualTo("peer");
        assertThat(client(TRUSTED, "X-Forwarded-For: 6.6.6.6, unknown, 10.0.0.1")).isEqualTo("/10.0.0.1:0");
    }

    @Test
    void ofTwoFieldsThatDisagreeNeitherIsBelievedAndTheProxyIsNotTakenForTheClient() throws Exception {
        for (String other : List.of("6.6.6.6", "unknown", "127.0.0.1", "\"")) {
            assertThat(client(TRUSTED, "X-Forwarded-For: 192.0.2.9", "Forwarded: for=" + other)).isEqualTo("null");
            assertThat(client(TRUSTED, "X-Forwarded-For: " + other, "Forwarded: for=192.0.2.9")).isEqualTo("null");
        }
        assertThat(client(TRUSTED, "X-Forwarded-For: unknown", "Forwarded: for=unknown")).isEqualTo("peer");
        assertThat(client(TRUSTED, "X-Forwarded-For: 192.0.2.9", "Forwarded: for=192.0.2.9")).isEqualTo("/192.0.2.9:0");
    }

    @Test
    void whoIsNotTrustedIsNotBelieved() throws Exception {
        TrustedPeers others = TrustedPeers.of(List.of("192.0.2.0/24"));
        assertThat(client(others, "X-Forwarded-For: 6.6.6.6")).isEqualTo("peer");
        assertThat(client(others, "Forwarded: for=6.6.6.6")).isEqualTo("peer");
        assertThat(client(TRUSTED)).isEqualTo("peer");
    }
}
