package dev.partita.proxy;

import dev.partita.connection.Connection;
import dev.partita.connection.Protocol;
import dev.partita.connection.Session;
import dev.partita.connection.Step;
import dev.partita.connection.Trial;
import dev.partita.limits.Counter;
import dev.partita.limits.Counters;
import dev.partita.limits.Phase;
import dev.partita.limits.Refusal;
import java.net.SocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Any protocol behind proxies that say by a PROXY header, version 1 or 2, on whose behalf they have connected:
/// [Connection#peer] is then that client. The header is read from trusted peers only; to others it is just what their first
/// request begins with.
///
/// A trusted peer may leave it out, because the same proxy may speak HTTP here and say whom it speaks for by
/// `X-Forwarded-For`, unless it is [#required]: then a connection without one is closed, as with HAProxy, nginx and Jetty. Do
/// require it when the proxy passes on what clients send as it is (a TCP proxy): where such a one sends no header, a client
/// could send one in its name.
///
/// A malformed header, or one longer than [dev.partita.limits.Limits#proxyHeaderBytesMax], closes the connection, counted
/// as [Counter#BAD_PROXY_HEADERS]. The time that it takes counts as a request's head.
public final class ProxyProtocol implements Protocol {
    private final Protocol inner;
    private final TrustedPeers trusted;
    private final boolean required;

    private ProxyProtocol(Protocol inner, TrustedPeers trusted, boolean required) {
        this.inner = inner;
        this.trusted = trusted;
        this.required = required;
    }

    /// `inner` behind these proxies.
    public static ProxyProtocol around(Protocol inner, TrustedPeers trusted) {
        return new ProxyProtocol(inner, trusted, false);
    }

    /// The same, but trusted peers that send no header are not served.
    public ProxyProtocol required() {
        return new ProxyProtocol(inner, trusted, true);
    }

    @Override
    public Session open(Connection connection) {
        return new Behind(connection, inner.open(connection));
    }

    @Override
    public List<String> stages() {
        return inner.stages();
    }

    @Override
    public boolean refusesConnections() {
        return inner.refusesConnections();
    }

    @Override
    public byte[] lateReply() {
        return inner.lateReply();
    }

    @Override
    public byte[] lostReply() {
        return inner.lostReply();
    }

    @Override
    public boolean wantsTimes() {
        return inner.wantsTimes();
    }

    @Override
    public List<Counters> counters() {
        return inner.counters();
    }

    /// That of what is behind: no proxy is there to speak for anybody.
    @Override
    public @Nullable Trial trial() {
        return inner.trial();
    }

    @Override
    public void tick(long epochSecond) {
        inner.tick(epochSecond);
    }

    /// Reads the header, if there is one, and from then on is the inner session.
    private final class Behind implements Session {
        private final Connection connection;
        private Session session;
        private boolean decided;
        private boolean bad;

        Behind(Connection connection, Session session) {
            this.connection = connection;
            this.session = session;
        }

        @Override
        public Step next() {
            return decided || decide() ? session.next() : bad ? Step.CLOSE : Step.READ;
        }

        /// @return true if the inner session can begin
        private boolean decide() {
            if (bad || connection.inbound().isEmpty()) {
                return false;
            }
            if (!trusted.contains(connection.peer())) {
                decided = true;
                return true;
            }
            var header = new ProxyHeader();
            int result = header.parse(connection.inbound(), connection.limits().proxyHeaderBytesMax());
            if (result == ProxyHeader.PARTIAL && !connection.isInboundFull()) {
                return false;
            }
            if (result > 0) {
                connection.inbound().skip(result);
                SocketAddress source = header.source();
                if (source != null) {
                    connection.peer(source);
                }
                decided = true;
            } else if (result == ProxyHeader.ABSENT && !required) {
                decided = true;
            } else {
                bad = true;
                connection.counters().increment(Counter.BAD_PROXY_HEADERS);
            }
            return decided;
        }

        @Override
        public void work() {
            session.work();
        }

        @Override
        public int stage() {
            return session.stage();
        }

        @Override
        public boolean listensWhileWaiting() {
            return session.listensWhileWaiting();
        }

        @Override
        public Phase phase() {
            if (decided) {
                return session.phase();
            }
            return connection.inbound().isEmpty() ? Phase.IDLE : Phase.HEAD;
        }

        /// Nobody who has not said on whose behalf it speaks is owed an answer, but by a protocol that refuses connections.
        @Override
        public boolean refuse(Refusal why) {
            if (!decided && why != Refusal.CONNECTIONS_MAX) {
                return false;
            }
            decided = true;
            return session.refuse(why);
        }

        @Override
        public boolean mayReplyLate() {
            return session.mayReplyLate();
        }

        @Override
        public boolean reset() {
            decided = false;
            bad = false;
            if (!session.reset()) {
                session = inner.open(connection);
            }
            return true;
        }
    }
}
