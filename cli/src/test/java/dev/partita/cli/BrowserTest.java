package dev.partita.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.cli.site.Site;
import dev.partita.http.Form;
import dev.partita.http.Handler;
import dev.partita.http.Http;
import dev.partita.http.HttpObserver;
import dev.partita.http.Routes;
import dev.partita.http.StaticFiles;
import dev.partita.http.Upload;
import dev.partita.server.Running;
import dev.partita.server.Server;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
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

    /// Sends a file by a form, as a user would who has chosen it.
    private static final String UPLOADER = """
            <!doctype html><title>uploader</title>
            """ + Chromium.HOLD + """
            <iframe name="answer"></iframe>
            <form method="post" action="/upload" enctype="multipart/form-data" target="answer">
              <input name="title"><input name="photo" type="file">
            </form>
            <script>
              const form = document.forms[0];
              const chosen = new DataTransfer();
              chosen.items.add(new File(["x".repeat(200000), "\\r\\n--end"], "J\u00f6rg \\"1\\".txt"));
              form.photo.files = chosen.files;
              form.title.value = "a & b";
              const answer = document.getElementsByName("answer")[0];
              answer.addEventListener("load", () => { say(answer.contentDocument.body.innerText); loaded(); });
              form.submit();
            </script>
            """;

    /// Plays the last moment of a long sound, which nobody would want to load whole for that.
    private static final String PLAYER = """
            <!doctype html><title>player</title>
            """ + Chromium.HOLD + """
            <audio id="sound" preload="metadata" muted src="/long.wav"></audio>
            <script>
              const sound = document.getElementById("sound");
              const heard = event => new Promise((done, failed) => {
                sound.addEventListener(event, done, {once: true});
                sound.addEventListener("error", () => failed(sound.error.message), {once: true});
              });
              (async () => {
                await heard("loadedmetadata");
                say("duration " + sound.duration);
                sound.currentTime = sound.duration - 0.2;
                await heard("seeked");
                const ended = heard("ended");
                await sound.play();
                await ended;
                say("ended");
              })().catch(failure => say("failed: " + failure)).then(loaded);
            </script>
            """;

    private static final int SOUND_HERTZ = 32_000;
    private static final int SOUND_SECONDS = 1_000;

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

    @Test
    void theBrowserUploadsAFile() throws Exception {
        Tool.installed("chromium");
        Handler upload = (request, response) -> {
            Form form = request.form();
            Upload photo = Objects.requireNonNull(form.file("photo"));
            String text = new String(photo.bytes(), UTF_8);
            response.text(form.value("title") + ", " + photo.fileName() + ", " + photo.length() + ", "
                    + text.substring(text.length() - 6).strip());
        };
        Handler page = (request, response) -> response.contentType("text/html; charset=utf-8").text(UPLOADER);
        try (Running server = run(new Routes().get("/", page).post("/upload", upload))) {
            var visit = Chromium.visits("http://127.0.0.1:" + server.port() + "/", temporary);

            assertThat(visit.page()).isEqualTo("a &amp; b, J\u00f6rg \"1\".txt, 200007, --end\n");
        }
    }

    @Test
    void theBrowserPlaysAPartOfAFile() throws Exception {
        Tool.installed("chromium");
        Files.write(files.resolve("long.wav"), sound());
        Files.writeString(files.resolve("player.html"), PLAYER);
        Queue<String> ranges = new ConcurrentLinkedQueue<>();
        HttpObserver noting = (request, response, times) -> {
            String range = request.header("range");
            if (range != null) {
                ranges.add(response.status() + " " + range);
            }
        };
        Http http = Http.serving(StaticFiles.under(files)).observing(noting);
        try (Running server = Server.of(http).listen(0).run(ModelName.SYMPED.model())) {
            var visit = Chromium.visits("http://127.0.0.1:" + server.port() + "/player.html", temporary);

            assertThat(visit.page()).isEqualTo("duration " + SOUND_SECONDS + "\nended\n");
            assertThat(ranges).allMatch(range -> range.startsWith("206 bytes="))
                    .anyMatch(range -> !range.startsWith("206 bytes=0-")); // it has not read up to there
        }
    }

    /// Silence in WAVE's simplest form: one channel of bytes.
    private static byte[] sound() {
        int length = SOUND_HERTZ * SOUND_SECONDS;
        ByteBuffer wave = ByteBuffer.allocate(44 + length).order(ByteOrder.LITTLE_ENDIAN);
        wave.put("RIFF".getBytes(UTF_8)).putInt(36 + length).put("WAVEfmt ".getBytes(UTF_8)).putInt(16)
                .putShort((short) 1).putShort((short) 1).putInt(SOUND_HERTZ).putInt(SOUND_HERTZ).putShort((short) 1)
                .putShort((short) 8).put("data".getBytes(UTF_8)).putInt(length);
        Arrays.fill(wave.array(), 44, 44 + length, (byte) 0x80);
        return wave.array();
    }

    private static Stream<String> pages() {
        return Stream.concat(Stream.of("/"), Stream.of(ModelName.values()).map(model -> "/" + model.word() + ".html"));
    }

    private static Running run(Handler handler) throws IOException {
        return Server.of(Http.serving(handler)).listen(0).run(ModelName.SYMPED.model());
    }
}
