package dev.partita.cli;

import dev.partita.connection.Protocol;
import dev.partita.http.ErrorPages;
import dev.partita.http.Http;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What HTTP does by itself, whoever handles the requests.
final class HttpOptions {
    @Option(names = "--error-page", paramLabel = "STATUS=FILE", description = """
            Sends this file, which is read at the start, with errors of this status, such as 404=404.html. As often as \
            you like. Default: the status and its name.""")
    private List<String> errorPages = new ArrayList<>();

    @Option(names = "--server-name", paramLabel = "NAME", description = """
            Says this in a Server header of every reply. Default: there is none.""")
    private @Nullable String serverName;

    @Option(names = "--accept-bare-lf", description = """
            Takes a line feed alone for the end of a line in the head of a request, as some old clients write it. Default: \
            400.""")
    private boolean acceptsBareLf;

    /// The same protocol with these options.
    ///
    /// @throws Mistake if they cannot be
    Protocol applyTo(Protocol protocol) {
        if (!(protocol instanceof Http http)) {
            if (serverName != null || !errorPages.isEmpty() || acceptsBareLf) {
                throw new Mistake(
                        "--server-name, --error-page and --accept-bare-lf are for HTTP; --app brings a protocol of its own");
            }
            return protocol;
        }
        Http named = acceptsBareLf ? http.acceptingBareLf() : http;
        try {
            named = serverName == null ? named : named.serverName(serverName);
        } catch (IllegalArgumentException refused) {
            throw new Mistake("--server-name: " + refused.getMessage());
        }
        if (errorPages.isEmpty()) {
            return named;
        }
        Map<Integer, ErrorPages.Page> pages = new HashMap<>();
        for (String each : errorPages) {
            int equals = each.indexOf('=');
            if (equals < 1) {
                throw new Mistake("--error-page " + each + ": this is no STATUS=FILE, such as 404=404.html");
            }
            int status = (int) Typed.number("--error-page", each.substring(0, equals), 400, 599);
            if (pages.put(status, page(each, each.substring(equals + 1))) != null) {
                throw new Mistake("--error-page " + each + ": there is a page of status " + status + " already");
            }
        }
        return named.errorPages((status, sentence) -> pages.getOrDefault(status, ErrorPages.plain(status, sentence)));
    }

    private static ErrorPages.Page page(String option, String file) {
        try {
            return ErrorPages.of(Path.of(file));
        } catch (IllegalArgumentException refused) {
            throw new Mistake("--error-page " + option + ": " + refused.getMessage());
        } catch (IOException unread) {
            throw new Mistake("--error-page " + option + ": the file cannot be read: " + unread);
        }
    }
}
