package dev.partita.examples;

import dev.partita.http.Handler;
import dev.partita.http.Http;
import dev.partita.http.Request;
import dev.partita.http.Response;
import dev.partita.http.Routes;
import dev.partita.model.Symped;
import dev.partita.server.Running;
import dev.partita.server.Server;

/// A handler that decides about a body before it is sent: who has no key is not asked for it.
///
///     curl -i -H 'Expect: 100-continue' -H 'X-Key: secret' --data-binary @release.jar localhost:8080/releases
///     curl -i -H 'Expect: 100-continue' --data-binary @release.jar localhost:8080/releases
public final class Deployment {
    private static final long RELEASE_BYTES_MAX = 1 << 20;

    private Deployment() {}

    static Handler handler() {
        return new Routes().post("/releases", new Releases());
    }

    private static final class Releases implements Handler {
        private static boolean mayDeploy(Request request) {
            return request.headerEquals("x-key", "secret");
        }

        @Override
        public long bodyBytesMax(Request request) {
            return mayDeploy(request) ? RELEASE_BYTES_MAX : BODY_IGNORED;
        }

        @Override
        public void handle(Request request, Response response) {
            if (mayDeploy(request)) {
                response.text("received " + request.body().length() + " bytes\n");
            } else {
                response.answer(403);
            }
        }
    }

    /// Serves on port 8080 until the program is ended.
    public static void main(String[] args) throws Exception {
        try (Running server = Server.of(Http.serving(handler())).listen(8080).run(new Symped())) {
            server.await();
        }
    }
}
