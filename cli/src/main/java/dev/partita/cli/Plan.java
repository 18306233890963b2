package dev.partita.cli;

import dev.partita.http.Http;
import dev.partita.server.Running;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Optional;

/// What `serve` was asked for, checked and complete.
record Plan(Setup setup, Content content) {

    Running start() throws IOException {
        return setup.start(Http.serving(content.handler()));
    }

    /// What its user should know before others find out.
    Optional<String> warning() {
        if (content.isDemo()) {
            for (SocketAddress address : setup.addresses()) {
                if (!Address.isLocal(address)) {
                    return Optional.of("partita: warning: --demo burns processor time on request, and "
                            + Address.url(address) + " is open to other machines");
                }
            }
        }
        return Optional.empty();
    }
}
