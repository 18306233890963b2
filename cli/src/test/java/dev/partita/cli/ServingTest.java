package dev.partita.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.partita.server.Running;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/// What `serve` serves, under real models on real sockets.
@Timeout(30)
class ServingTest {
    @TempDir
    Path temporary;

    @ParameterizedTest
    @EnumSource(ModelName.class)
    void theDemoIsTheSameUnderEveryModel(ModelName model) throws IOException {
        try (Running running = start("--demo", "--work-per-micro", "10", "--model", model.word())) {
            SocketAddress server = running.addresses().getFirst();
            assertThat(Web.get(server, "/plaintext")).startsWith("HTTP/1.1 200 OK").endsWith("\r\n\r\nHello, World!");
            assertThat(Web.get(server, "/json")).contains("application/json")
                    .endsWith("{\"message\":\"Hello, World!\"}");
            assertThat(Web.ask(server, "POST", "/echo", "as it is")).endsWith("\r\n\r\nas it is");
            assertThat(Web.get(server, "/work?micros=20")).startsWith("HTTP/1.1 200");
            assertThat(Web.get(server, "/sleep?millis=1")).startsWith("HTTP/1.1 200");
            assertThat(Web.get(server, "/stages?micros=5")).endsWith("parse, compute, reply\n");
            assertThat(Web.body(Web.get(server, "/stream?bytes=100001"))).hasSize(100_001).startsWith("0123456789");
        }
    }

    @ParameterizedTest
    @CsvSource({"/work?micros=10000001, micros, 10000000", "/work, micros, 10000000",
        "/work?micros=soon, micros, 10000000",
        "/sleep?millis=60001, millis, 60000", "/sleep?millis=-1, millis, 60000",
        "/stream?bytes=1073741825, bytes, 1073741824", "/stages?micros=10000001, micros, 10000000"})
    void aNumberBeyondItsBoundIsRefusedWithTheBound(String path, String name, String bound) throws IOException {
        try (Running running = start("--demo", "--work-per-micro", "1")) {
            assertThat(Web.get(running.addresses().getFirst(), path)).startsWith("HTTP/1.1 400")
                    .contains(name + " has to be a whole number from 0 to " + bound);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "POST", "OPTIONS"})
    void theDemoAnswersOtherPathsWithThirteenBytes(String method) throws IOException {
        try (Running running = start("--demo", "--work-per-micro", "1")) {
            String answer =
                    Web.ask(running.addresses().getFirst(), method, "/any/thing", method.equals("POST") ? "x" : "");
            assertThat(answer).startsWith("HTTP/1.1 200 OK").contains("Content-Length: 13\r\n");
            assertThat(Web.body(answer)).isEqualTo(method.equals("HEAD") ? "" : "Hello, World!");
        }
    }

    @Test
    void theDemoRefusesMethodsThatAPathDoesNotHave() throws IOException {
        try (Running running = start("--demo", "--work-per-micro", "1")) {
            SocketAddress server = running.addresses().getFirst();
            assertThat(Web.get(server, "/echo")).startsWith("HTTP/1.1 405").contains("Allow: POST\r\n");
            assertThat(Web.ask(server, "DELETE", "/any", "")).startsWith("HTTP/1.1 405")
                    .contains("Allow: GET, HEAD, POST, OPTIONS\r\n");
        }
    }

    @Test
    void servesTheFilesOfTheRoot() throws IOException {
        Files.writeString(temporary.resolve("index.html"), "<p>mine");
        Files.writeString(temporary.resolve("a.txt"), "text");
        try (Running running = start("--root", temporary.toString())) {
            SocketAddress server = running.addresses().getFirst();
            assertThat(Web.get(server, "/")).contains("text/html").endsWith("<p>mine");
            assertThat(Web.get(server, "/a.txt")).endsWith("text");
            assertThat(Web.get(server, "/plaintext")).startsWith("HTTP/1.1 404");
        }
    }

    @Test
    void errorsHaveThePagesAndRepliesTheServerNameThatWereAskedFor() throws IOException {
        Path page = Files.writeString(temporary.resolve("404.html"), "<p>mine");
        try (Running running = start("--root", temporary.toString(), "--error-page", "404=" + page, "--server-name",
                "shop/1.7")) {
            SocketAddress server = running.addresses().getFirst();
            assertThat(Web.get(server, "/no")).startsWith("HTTP/1.1 404").contains("Content-Type: text/html")
                    .contains("Server: shop/1.7\r\n").endsWith("<p>mine");
            assertThat(Web.ask(server, "PUT", "/", "")).startsWith("HTTP/1.1 405").endsWith("405 Method Not Allowed\n");
        }
    }

    @Test
    void aBareLfEndsALineOfAHeadOnlyWhereItWasAskedFor() throws IOException {
        String request = "GET /plaintext HTTP/1.1\nHost: a\nConnection: close\n\n";
        String chunks = "POST /echo HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n0\n\n";
        try (Running strict = start("--demo", "--work-per-micro", "1");
                Running lenient = start("--demo", "--work-per-micro", "1", "--accept-bare-lf")) {
            assertThat(Web.say(strict.addresses().getFirst(), request)).startsWith("HTTP/1.1 400");
            assertThat(Web.say(lenient.addresses().getFirst(), request)).startsWith("HTTP/1.1 200")
                    .endsWith("Hello, World!");
            assertThat(Web.say(lenient.addresses().getFirst(), chunks)).startsWith("HTTP/1.1 400");
        }
    }

    @ParameterizedTest
    @CsvSource({"--error-page, 404, STATUS=FILE", "--error-page, 200=x, 400 to 599",
        "--error-page, 404=/no/such, cannot be read", "--server-name, J\u00f6rg, printable ASCII"})
    void aReplyThatCannotBeIsRefusedWithWhatCan(String option, String value, String why) {
        assertThatThrownBy(() -> start(option, value)).isInstanceOf(Mistake.class).hasMessageContaining(option)
                .hasMessageContaining(why);
    }

    @Test
    void theDemoLeavesOtherPathsToTheRootIfThereIsOne() throws IOException {
        Files.writeString(temporary.resolve("a.txt"), "text");
        try (Running running = start("--demo", "--work-per-micro", "1", "--root", temporary.toString())) {
            SocketAddress server = running.addresses().getFirst();
            assertThat(Web.get(server, "/a.txt")).endsWith("text");
            assertThat(Web.get(server, "/plaintext")).endsWith("Hello, World!");
            assertThat(Web.get(server, "/b.txt")).startsWith("HTTP/1.1 404");
        }
    }

    @Test
    void theSiteHasAPageForEveryModelAndNoDeadLink() throws IOException {
        try (Running running = start()) {
            SocketAddress server = running.addresses().getFirst();
            String index = Web.get(server, "/");
            assertThat(index).startsWith("HTTP/1.1 200 OK").contains("text/html; charset=utf-8");
            for (ModelName model : ModelName.values()) {
                assertThat(index).contains("href=\"" + model.word() + ".html\"");
                String page = Web.get(server, "/" + model.word() + ".html");
                assertThat(page).startsWith("HTTP/1.1 200 OK").contains("<svg", "Strong", "Weak");
                for (String link : links(page)) {
                    assertThat(link).as("nothing is loaded from elsewhere").doesNotContain("//");
                    assertThat(Web.get(server, link.startsWith("/") ? link : "/" + link)).startsWith("HTTP/1.1 200");
                }
            }
            assertThat(Web.get(server, "/nothing")).startsWith("HTTP/1.1 404").contains("Nothing here");
            assertThat(Web.ask(server, "POST", "/", "x")).startsWith("HTTP/1.1 405").contains("Allow: GET, HEAD");
        }
    }

    @Test
    void announcesWhoDoesWhatAndWhatTheKernelTook() throws IOException {
        var serve = serve("--model", "amped", "--workers", "3", "--transport", "nio", "--max-connections", "77",
                "--socket-option", "so-keepalive=on", "--socket-option", "tcp-fastopen=5", "--pin-loops");
        Plan plan = serve.plan();
        try (Running running = plan.start()) {
            assertThat(Announcement.of(plan.setup(), running, plan.content()::describe).lines()).contains(
                    "serving      http://127.0.0.1:" + running.port() + "/",
                    "admin        " + plan.setup().admin().state(),
                    "model        amped",
                    "  accepting  the master, an event loop",
                    "  io         the master",
                    "  work       3 workers, a bounded queue each",
                    "transport    nio: the JDK's selectors and channels",
                    "             as asked for",
                    "pinned       not available: nio cannot tie threads to processors",
                    "options      tcp-nodelay=on            applied",
                    "             tcp-notsent-lowat=131072  not available: the JDK has no such option for this socket",
                    "             so-keepalive=on           applied",
                    "             tcp-fastopen=5            not available: the JDK has no such option for this socket",
                    "             Ctrl-C drains and ends; a second one stops now")
                    .anyMatch(line -> line.startsWith("bounds       77 connections, ")
                            && line.endsWith(" more in the backlog, 1024 requests in the queue of each worker"));
        }
    }

    @Test
    void warnsWhereOthersCouldBurnOurProcessor() {
        assertThat(serve("--demo", "--work-per-micro", "1").plan().warning()).isEmpty();
        assertThat(new String[]{"0.0.0.0", "::"}).allSatisfy(host -> {
            var command = new Serve(nowhere(), nowhere());
            new CommandLine(command).parseArgs("--demo", "--work-per-micro", "1", "--host", host);
            assertThat(command.plan().warning()).hasValueSatisfying(
                    text -> assertThat(text).contains("warning", "burns processor time"));
        });
    }

    @ParameterizedTest
    @EnumSource(ModelName.class)
    void aStartThatFailsLeavesTheServerThatRunsAlone(ModelName model) throws IOException {
        for (String transport : List.of("auto", "nio")) {
            try (Running running = start("--model", model.word(), "--transport", transport)) {
                String port = Integer.toString(running.port());
                for (ModelName other : ModelName.values()) {
                    assertThatThrownBy(() -> command("--model", other.word(), "--transport", transport, "--port", port)
                            .plan().start()).isInstanceOf(IOException.class)
                            .hasMessageStartingWith("cannot listen on 127.0.0.1:" + port)
                            .hasMessageContaining("choose another with --port");
                }
                assertThatThrownBy(() -> command("--port", port, "--root", "/no/such/folder").plan())
                        .isInstanceOf(Mistake.class);
                for (int i = 0; i < 8; i++) {
                    assertThat(Web.get(running.addresses().getFirst(), "/")).startsWith("HTTP/1.1 200");
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "nio"})
    void startsOverAUnixSocketThatACrashHasLeftBehindAndNotOverOneThatLives(String transport) throws IOException {
        Path socket = temporary.resolve("socket");
        var address = UnixDomainSocketAddress.of(socket);
        try (var gone = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            gone.bind(address);
        }
        assertThat(socket).exists();
        try (Running running = command("--listen", "unix:" + socket, "--transport", transport).plan().start()) {
            assertThat(Web.get(address, "/")).startsWith("HTTP/1.1 200");
            assertThatThrownBy(() -> command("--listen", "unix:" + socket, "--transport", transport).plan().start())
                    .isInstanceOf(IOException.class).hasMessageContaining("cannot listen on unix:" + socket);
            assertThat(Web.get(address, "/")).startsWith("HTTP/1.1 200");
            assertThat(running.counts().connections()).isNotNegative();
        }
        assertThat(socket).doesNotExist();
    }

    @Test
    void theAdminListenerTakesTheNextPortAndDoesWithoutItWhereNobodyAskedForIt() throws IOException {
        try (var port = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Running running = start("--model", "sped")) {
            List<SocketAddress> before = List.of(Address.loopback(port.getLocalPort() - 1));
            try (AdminListener none = AdminListener.of(null, before).start(running)) {
                assertThat(none.runs()).isFalse();
                assertThat(none.state()).startsWith("off: cannot listen on 127.0.0.1:" + port.getLocalPort())
                        .contains("choose another with --admin");
            }
            assertThatThrownBy(() -> AdminListener.of(port.getLocalPort() + "", before).start(running))
                    .isInstanceOf(IOException.class).hasMessageContaining("choose another with --admin");
            try (AdminListener any = AdminListener.of("0", before).start(running)) {
                assertThat(any.state()).startsWith("http://127.0.0.1:");
            }
        }
        assertThat(admin("8080")).isEqualTo("127.0.0.1:8081");
        assertThat(admin("8080", "8081", "0.0.0.0:9")).isEqualTo("127.0.0.1:8082");
        assertThat(admin("unix:/a", "8080")).isEqualTo("127.0.0.1:8081");
        assertThat(admin("0")).isEqualTo("127.0.0.1:0");
        assertThat(admin("65535")).startsWith("off: there is no port after 65535");
        assertThat(admin("unix:/a")).startsWith("off: a unix socket has no port after it");
    }

    private static String admin(String... addresses) {
        AdminListener admin = AdminListener.of(null, Stream.of(addresses).map(Address::parse).toList());
        return admin.address().map(Address::text).orElse(admin.state());
    }

    private static List<String> links(String page) {
        List<String> links = new ArrayList<>();
        int at = page.indexOf("href=\"");
        while (at >= 0) {
            links.add(page.substring(at + 6, page.indexOf('"', at + 6)));
            at = page.indexOf("href=\"", at + 6);
        }
        return links;
    }

    private static Running start(String... options) throws IOException {
        return serve(options).plan().start();
    }

    private static Serve command(String... options) {
        var serve = new Serve(nowhere(), nowhere());
        new CommandLine(serve).parseArgs(options);
        return serve;
    }

    private static Serve serve(String... options) {
        var serve = new Serve(nowhere(), nowhere());
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--port", "0"));
        new CommandLine(serve).parseArgs(all.toArray(String[]::new));
        return serve;
    }

    private static PrintStream nowhere() {
        return new PrintStream(PrintStream.nullOutputStream());
    }
}
