package dev.partita.cli;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.cli.site.Site;
import dev.partita.http.Handler;
import dev.partita.http.Http;
import dev.partita.http.Routes;
import dev.partita.server.Running;
import dev.partita.server.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/// The served files and the shipped site in a real browser.
@Timeout(value = 2 * Tool.PATIENCE_SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
class BrowserTest {
    /// Fetches every file from the server that it came from, and tells the page around it their digests.
    private static final String FRAME = """
            <!doctype html><title>one server</title>
            <script>
              const hex = buffer => [...new Uint8Array(buffer)].map(b => b.toString(16).padStart(2, "0")).join("");
              (async () => {
                const lines = [];
                for (const name of [NAMES]) {
                  const reply = await fetch(name, {cache: "no-store"});
                  const digest = await crypto.subtle.digest("SHA-256", await reply.arrayBuffer());
                  lines.push(reply.status + " " + name + " " + hex(digest));
                }
                return lines;
              })().catch(failure => ["failed: " + failure]).then(lines => parent.postMessage(lines, "*"));
            </script>
            """;

    /// Goes from server to server, one after the other, so that one browser is enough.
    private static final String ALL = """
            <!doctype html><title>all servers</title>
            """ + Chromium.HOLD + """
            <script>
              const ask = port => new Promise(answered => {
                const frame = document.createElement("iframe");
                addEventListener("message", event => { frame.remove(); answered(event.data); }, {once: true});
                frame.src = "http://127.0.0.1:" + port + "/frame.html";
                document.body.append(frame);
              });
              (async () => {
                for (const port of location.search.substring(1).split(",")) {
                  for (const line of await ask(port)) say(port + " " + line);
                }
                loaded();
              })();
            </script>
            """;

    /// Follows every link of the site, from page to page, in a frame as wide as a phone.
    private static final String VISITOR = """
            <!doctype html><title>visitor</title>
            """ + Chromium.HOLD + """
            <iframe id="phone" width="390" height="800"></iframe>
            <script>
              const phone = document.getElementById("phone");
              const open = url => new Promise(opened => {
                phone.addEventListener("load", () => opened(phone.contentDocument), {once: true});
                phone.src = url;
              });
              const seen = new Set([location.origin + "/"]);
              const waiting = [...seen];
              const follow = url => { if (!seen.has(url)) { seen.add(url); waiting.push(url); } };
              (async () => {
                while (waiting.length) {
                  const url = waiting.shift();
                  const reply = await fetch(url);
                  const type = reply.headers.get("content-type").split(";")[0];
                  say(reply.status + " " + new URL(url, location).pathname + " " + type);
                  if (type != "text/html") continue;
                  const page = await open(url);
                  if (!page.styleSheets.length || !page.styleSheets[0].cssRules.length) say("no style: " + url);
                  const wide = page.documentElement.scrollWidth;
                  if (wide > 390) say("wider than a phone by " + (wide - 390) + ": " + url);
                  for (const link of page.querySelectorAll("[href], [src]")) {
                    const to = new URL(link.href || link.src);
                    if (to.origin != location.origin) { say("leads elsewhere: " + to); continue; }
                    if (to.hash && to.pathname == new URL(url, location).pathname
                        && !page.getElementById(to.hash.substring(1))) say("leads nowhere: " + to);
                    follow(to.origin + to.pathname);
                  }
                }
                console.log("all seen");
                loaded();
              })();
            </script>
            """;

    @TempDir
    private Path files;

    @TempDir
    private Path temporary;

    @Test
    void theBrowserGetsTheBytesOfEveryFileFromEveryServer() throws Exception {
        Tool.installed("chromium");
        Folder folder = Folder.filled(files);
        Files.writeString(files.resolve("all.html"), ALL);
        Files.writeString(files.resolve("frame.html"), FRAME.replace("NAMES",
                folder.digests().keySet().stream().map(name -> '"' + name + '"').collect(joining(", "))));
        List<Running> servers = new ArrayList<>();
        try {
            StringBuilder wanted = new StringBuilder();
            for (Combination each : Combination.all()) {
                Running server = each.root(files);
                servers.add(server);
                folder.digests().forEach((name, digest) -> wanted.append(server.port()).append(" 200 ").append(name)
                        .append(' ').append(digest).append('\n'));
            }
            String ports = servers.stream().map(server -> String.valueOf(server.port())).collect(joining(","));
            String url = "http://127.0.0.1:" + servers.getFirst().port() + "/all.html?" + ports;

            assertThat(Chromium.visits(url, temporary).page()).isEqualTo(wanted.toString());
        } finally {
            servers.forEach(Running::close);
        }
    }

    @Test
    void theShippedSiteHasNoDeadLinkAndNoComplaint() throws Exception {
        Tool.installed("chromium");
        Handler visitor = (request, response) -> response.contentType("text/html; charset=utf-8").text(VISITOR);
        Handler site = new Site();
        try (Running server = run(new Routes().get("/visitor", visitor).otherwise(site))) {
            var visit = Chromium.visits("http://127.0.0.1:" + server.port() + "/visitor", temporary);

            assertThat(visit.page().lines()).allMatch(line -> line.startsWith("200 /"));
            assertThat(visit.page().lines().filter(line -> line.endsWith(" text/html")))
                    .containsExactlyInAnyOrderElementsOf(
                            pages().map(page -> "200 " + page + " text/html").toList());
            assertThat(visit.console()).hasSize(1).first().asString().contains("all seen");
        }
    }

    private static Stream<String> pages() {
        return Stream.concat(Stream.of("/"), Stream.of(ModelName.values()).map(model -> "/" + model.word() + ".html"));
    }

    private static Running run(Handler handler) throws IOException {
        return Server.of(Http.serving(handler)).listen(0).run(ModelName.SYMPED.model());
    }
}
