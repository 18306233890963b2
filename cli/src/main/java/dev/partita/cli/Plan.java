package dev.partita.cli;

import dev.partita.connection.Protocol;
import dev.partita.http.AccessLog;
import dev.partita.http.Http;
import dev.partita.server.Running;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What `serve` was asked for, checked and complete.
///
/// @param protocol the content's, as it is to reply
record Plan(Setup setup, Content content, Protocol protocol) {

    Running start() throws IOException {
        return start(null);
    }

    /// @param log is told of every request; null if none is wanted
    Running start(@Nullable AccessLog log) throws IOException {
        return setup.start(log != null && protocol instanceof Http http ? http.observing(log) : protocol);
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
