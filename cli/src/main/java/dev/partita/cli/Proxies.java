package dev.partita.cli;

import dev.partita.connection.Protocol;
import dev.partita.http.Http;
import dev.partita.proxy.ProxyProtocol;
import dev.partita.proxy.TrustedPeers;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which proxies are believed when they say on whose behalf they speak.
///
/// @param trusted null if none are
/// @param headerRequired true if they have to say it by a PROXY header
record Proxies(@Nullable TrustedPeers trusted, boolean headerRequired) {
    /// @throws Mistake if a network is none
    static Proxies of(List<String> networks, boolean headerRequired) {
        if (networks.isEmpty()) {
            if (headerRequired) {
                throw new Mistake(
                        "--require-proxy-header says what trusted proxies have to do, and there are none: name"
                                + " them by --trusted-proxy");
            }
            return new Proxies(null, false);
        }
        try {
            return new Proxies(TrustedPeers.of(networks), headerRequired);
        } catch (IllegalArgumentException refused) {
            throw new Mistake("--trusted-proxy " + refused.getMessage());
        }
    }

    /// The protocol behind these proxies: as it is, if there are none.
    Protocol around(Protocol protocol) {
        if (trusted == null) {
            return protocol;
        }
        Protocol believing = protocol instanceof Http http ? http.trusting(trusted) : protocol;
        ProxyProtocol behind = ProxyProtocol.around(believing, trusted);
        return headerRequired ? behind.required() : behind;
    }
}
