package dev.partita.admin;

import dev.partita.http.Handler;
import dev.partita.http.Http;
import dev.partita.http.Method;
import dev.partita.http.Request;
import dev.partita.http.Response;
import dev.partita.limits.Limits;
import dev.partita.model.Sped;
import dev.partita.server.Running;
import dev.partita.server.Server;
import dev.partita.server.WorkerStatus;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The admin listener of a running server: `/healthz`, `/readyz`, `/metrics` and `/workers` over HTTP.
///
/// It is a second small server with an event loop, a few connections and a few buffers of its own, over the transport of the
/// first, so that its answers do not wait for requests of others, nor for a place among them. For programs that may see how
/// the server does: keep its address on the loopback or behind a firewall.
public final class Admin implements AutoCloseable {
    private static final Limits LIMITS = Limits.defaults()
            .with(Map.of("connectionsMax", 32L, "backlog", 128L, "bodyBytesMax", 0L, "queueMax", 1L));

    private final Running running;

    private Admin(Running running) {
        this.running = running;
    }

    /// Begins to answer about `server` on `address`.
    ///
    /// @throws IOException if the address cannot be bound
    public static Admin start(Running server, SocketAddress address) throws IOException {
        return start(server, address, Figures.NONE);
    }

    /// Begins to answer about `server` on `address`, also about what its protocol counts.
    ///
    /// @throws IOException if the address cannot be bound
    public static Admin start(Running server, SocketAddress address, Figures figures) throws IOException {
        return new Admin(Server.of(Http.serving(new Answers(server, figures)))
                .transport(server.transport())
                .limits(LIMITS)
                .listen(address)
                .run(new Sped()));
    }

    /// Where it listens.
    public SocketAddress address() {
        return running.addresses().getFirst();
    }

    /// Ends it. The server that it tells of may have ended before: until now it says that that one is not ready.
    @Override
    public void close() {
        running.close();
    }

    /// One handler for all paths, and no routes: a call site that sees a third handler costs every request of the server more.
    private static final class Answers implements Handler {
        private final Running server;
        private final Figures figures;
        /// Made by the first scrape: loading its classes takes longer than the start of the server.
        private @Nullable Metrics metrics;

        Answers(Running server, Figures figures) {
            this.server = server;
            this.figures = figures;
        }

        @Override
        public void handle(Request request, Response response) throws IOException {
            if (request.method() != Method.GET && request.method() != Method.HEAD) {
                response.header("Allow", "GET, HEAD").answer(405);
                return;
            }
            response.header("Cache-Control", "no-store");
            switch (request.path()) {
                case "/healthz" -> response.text("ok\n");
                case "/readyz" -> ready(response);
                case "/metrics" -> metrics(request, response);
                case "/workers" -> response.text(WorkerStatus.table(server.workers()));
                default -> response.answer(404);
            }
        }

        private void ready(Response response) {
            if (server.isDraining()) {
                response.status(503).text("draining\n");
            } else {
                response.text("ready\n");
            }
        }

        private void metrics(Request request, Response response) throws IOException {
            Metrics metrics = this.metrics;
            if (metrics == null) {
                metrics = new Metrics(server, figures);
                this.metrics = metrics;
            }
            String accept = request.header("Accept");
            String format = Metrics.format(accept == null ? "" : accept);
            response.bytes(format, metrics.scrape(format));
        }
    }
}
