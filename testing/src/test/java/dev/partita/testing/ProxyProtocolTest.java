package dev.partita.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.partita.connection.Protocol;
import dev.partita.http.Handler;
import dev.partita.http.Http;
import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import dev.partita.model.Sped;
import dev.partita.proxy.ProxyProtocol;
import dev.partita.proxy.TrustedPeers;
import dev.partita.server.Running;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// A PROXY header under every model and transport, in front of any protocol.
@ParameterizedClass(name = "{0}")
@MethodSource("dev.partita.testing.Under#all")
@Timeout(60)
class ProxyProtocolTest {
    private static final String LINE = "PROXY TCP4 192.0.2.1 192.0.2.2 4711 80\r\n";
    private static final String BINARY =
            "\r\n\r\n\0\r\nQUIT\n!\21\0\21\300\0\2\1\300\0\2\2" + "\22g\0P\4\0\2ab";
    private static final String LOCAL = "\r\n\r\n\0\r\nQUIT\n \0\0\0";
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final TrustedPeers LOOPBACK = TrustedPeers.of(List.of("127.0.0.0/8"));
    private static final TrustedPeers OTHERS = TrustedPeers.of(List.of("192.0.2.0/24"));

    private final Under under;

    ProxyProtocolTest(Under under) {
        this.under = under;
    }

    private static Protocol whoIsIt() {
        return Http.serving(Handler.neverBlocking(
                (request, response) -> response.text(String.valueOf(request.remoteAddress()))));
    }

    private Running run(ProxyProtocol protocol) throws Exception {
        return under.run(protocol, Under.SMALL);
    }

    @Test
    void theClientIsWhomATrustedProxyNames() throws Exception {
        try (Running server = run(ProxyProtocol.around(whoIsIt(), LOOPBACK))) {
            for (String header : List.of(LINE, BINARY)) {
                try (WireClient whole = WireClient.connect(server); WireClient split = WireClient.connect(server)) {
                    whole.send(header + REQUEST + REQUEST);
                    assertThat(whole.readReply().text()).isEqualTo("/192.0.2.1:4711");
                    assertThat(whole.readReply().text()).isEqualTo("/192.0.2.1:4711");
                    split.sendByteByByte((header + REQUEST).getBytes(ISO_8859_1));
                    assertThat(split.readReply().text()).isEqualTo("/192.0.2.1:4711");
                }
            }
            assertThat(server.count(Counter.BAD_PROXY_HEADERS)).isZero();
        }
    }

    @Test
    void aProxyThatSpeaksForItselfAndOneThatSaysNothingAreThePeer() throws Exception {
        try (Running server = run(ProxyProtocol.around(whoIsIt(), LOOPBACK))) {
            for (String header : List.of(LOCAL, "PROXY UNKNOWN\r\n", "", "\r\n")) {
                try (WireClient client = WireClient.connect(server)) {
                    client.send(header + REQUEST);
                    assertThat(client.readReply().text()).isEqualTo("/127.0.0.1:" + client.localPort());
                }
            }
        }
    }

    @Test
    void aSlotRemembersNobody() throws Exception {
        try (Running server = under.run(ProxyProtocol.around(whoIsIt(), LOOPBACK),
                Under.SMALL.withConnectionsMax(1))) {
            try (WireClient client = WireClient.connect(server)) {
                client.send(LINE + REQUEST);
                assertThat(client.readReply().text()).isEqualTo("/192.0.2.1:4711");
            }
            try (WireClient client = WireClient.connect(server)) {
                client.send(REQUEST);
                assertThat(client.readReply().text()).isEqualTo("/127.0.0.1:" + client.localPort());
            }
        }
    }

    @Test
    void aMalformedHeaderEndsTheConnectionAndIsCounted() throws Exception {
        try (Running server = run(ProxyProtocol.around(whoIsIt(), LOOPBACK))) {
            for (String header : List.of("PROXY TCP4 nobody\r\n", BINARY.replace('!', '1'))) {
                try (WireClient client = WireClient.connect(server)) {
                    client.send(header + REQUEST);
                    assertThat(client.readToAnyEnd()).isEmpty();
                }
            }
            Eventually.holds("both are closed", () -> server.connections() == 0);
            assertThat(server.count(Counter.BAD_PROXY_HEADERS)).isEqualTo(2);
        }
    }

    @Test
    void fromOthersAHeaderIsABadRequest() throws Exception {
        try (Running server = run(ProxyProtocol.around(whoIsIt(), OTHERS))) {
            for (String header : List.of(LINE, BINARY)) {
                try (WireClient client = WireClient.connect(server)) {
                    client.send(header + REQUEST);
                    assertThat(client.readReply().status()).isEqualTo(400);
                }
            }
            try (WireClient client = WireClient.connect(server)) {
                client.send(REQUEST);
                assertThat(client.readReply().text()).isEqualTo("/127.0.0.1:" + client.localPort());
            }
            assertThat(server.count(Counter.BAD_PROXY_HEADERS)).isZero();
        }
    }

    @Test
    void whereAHeaderIsRequiredNobodyIsServedWithout() throws Exception {
        try (Running server = run(ProxyProtocol.around(whoIsIt(), LOOPBACK).required())) {
            try (WireClient client = WireClient.connect(server)) {
                client.send(REQUEST);
                assertThat(client.readToAnyEnd()).isEmpty();
            }
            try (WireClient client = WireClient.connect(server)) {
                client.send(LINE + REQUEST);
                assertThat(client.readReply().text()).isEqualTo("/192.0.2.1:4711");
            }
            assertThat(server.count(Counter.BAD_PROXY_HEADERS)).isEqualTo(1);
        }
    }

    @Test
    void anyProtocolCanBeBehindAProxy() throws Exception {
        try (Running server = run(ProxyProtocol.around(new LineProtocol(new Backstage()), LOOPBACK));
                WireClient client = WireClient.connect(server)) {
            client.send(LINE);
            client.send(Dialects.LINE.request("echo one"));
            assertThat(Dialects.LINE.reply(client)).isEqualTo("one");
            client.send(Dialects.LINE.request("stages 3"));
            assertThat(Dialects.LINE.reply(client)).startsWith("parse");
        }
    }

    @Test
    void aHeaderThatNeverEndsIsUnderTheDeadlineOfAHead() throws Exception {
        assumeTrue(under.model() instanceof Sped, "a second for each model would be much for this");
        Limits soon = Under.SMALL.with("headMillisMax", 100);
        try (Running server = under.run(ProxyProtocol.around(whoIsIt(), LOOPBACK), soon);
                WireClient client = WireClient.connect(server)) {
            client.send("PROXY TCP4 192.0.2.1 ");
            assertThat(client.readToAnyEnd()).isEmpty();
            Eventually.holds("it was counted", () -> server.count(Counter.LATE_HEADS) == 1);
        }
    }
}
