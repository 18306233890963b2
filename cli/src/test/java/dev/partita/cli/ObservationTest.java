package dev.partita.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.partita.http.AccessLog;
import dev.partita.server.Running;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// What an operator can ask to be told of the requests.
@Timeout(60)
class ObservationTest {
    @TempDir
    Path temporary;

    private static Serve serve(String... options) {
        var nowhere = new PrintStream(PrintStream.nullOutputStream());
        var serve = new Serve(nowhere, nowhere);
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--port", "0", "--demo", "--work-per-micro", "1"));
        new CommandLine(serve).parseArgs(all.toArray(String[]::new));
        return serve;
    }

    @Test
    void theFlightRecorderIsToldOfSlowRequestsQueueWaitsAndAcceptPauses() throws Exception {
        Path file = temporary.resolve("recording.jfr");
        try (var recording = new Recording()) {
            recording.enable("dev.partita.AcceptPauses").with("period", "endChunk"); // not in a second, but at the end
            recording.start();
            try (Running running = serve("--model", "amped", "--jfr-slow-millis", "0").plan().start()) {
                assertThat(Web.get(running.addresses().getFirst(), "/plaintext?a")).contains("200 OK");
            }
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        assertThat(events).filteredOn(event -> event.getEventType().getName().equals("dev.partita.SlowRequest"))
                .singleElement().satisfies(event -> {
                    assertThat(event.getString("request")).isEqualTo("GET /plaintext?a HTTP/1.1");
                    assertThat(event.getString("client")).startsWith("/127.0.0.1:");
                    assertThat(event.getInt("status")).isEqualTo(200);
                    assertThat(event.getDuration("took")).isPositive();
                    assertThat(event.getDuration("queueWait")).isPositive();
                    assertThat(event.getLong("bytes")).isPositive();
                });
        assertThat(events).filteredOn(event -> event.getEventType().getName().equals("dev.partita.QueueWait"))
                .singleElement().satisfies(event -> assertThat(event.getDuration("waited")).isPositive());
        assertThat(events).filteredOn(event -> event.getEventType().getName().equals("dev.partita.AcceptPauses"))
                .isNotEmpty();
    }

    @Test
    void theRecorderIsNotToldOfFastRequests() throws Exception {
        Path file = temporary.resolve("recording.jfr");
        try (var recording = new Recording()) {
            recording.start();
            try (Running running = serve("--jfr-slow-millis", "3600000").plan().start()) {
                assertThat(Web.get(running.addresses().getFirst(), "/plaintext")).contains("200 OK");
            }
            recording.stop();
            recording.dump(file);
        }
        assertThat(RecordingFile.readAllEvents(file))
                .noneMatch(event -> event.getEventType().getName().equals("dev.partita.SlowRequest"));
    }

    @Test
    void theAccessLogIsWhereItWasAskedFor() throws Exception {
        Path file = temporary.resolve("access.log");
        Serve serve = serve("--access-log", file.toString(), "--access-log-format", "json");
        Plan plan = serve.plan();
        try (AccessLog log = Objects.requireNonNull(serve.openLog(plan)); Running running = plan.start(log)) {
            assertThat(Web.get(running.addresses().getFirst(), "/plaintext")).contains("200 OK");
        }
        assertThat(Files.readString(file)).startsWith("{\"remote\":\"127.0.0.1\"").endsWith("}\n")
                .contains("\"request\":\"GET /plaintext HTTP/1.1\",\"status\":200");
    }

    @Test
    void whatCannotBeIsRefusedWithWhatCan() {
        assertThatThrownBy(() -> openLog("--access-log-format", "xml")).isInstanceOf(Mistake.class)
                .hasMessageContaining("combined, json");
        assertThatThrownBy(() -> openLog("--access-log", temporary.resolve("no/where").toString()))
                .isInstanceOf(Mistake.class).hasMessageContaining("cannot be written");
        assertThatThrownBy(() -> serve("--trusted-proxy", "10.0.0.1/8").plan()).isInstanceOf(Mistake.class)
                .hasMessageContaining("10.0.0.1/8");
        assertThatThrownBy(() -> serve("--require-proxy-header").plan()).isInstanceOf(Mistake.class)
                .hasMessageContaining("--trusted-proxy");
        assertThatThrownBy(() -> serve("--jfr-slow-millis", "soon").plan()).isInstanceOf(Mistake.class)
                .hasMessageContaining("3600000");
    }

    @Test
    void aTrustedProxyIsBelieved() throws Exception {
        Path file = temporary.resolve("access.log");
        Serve serve = serve("--access-log", file.toString(), "--trusted-proxy", "127.0.0.1");
        Plan plan = serve.plan();
        try (AccessLog log = Objects.requireNonNull(serve.openLog(plan)); Running running = plan.start(log)) {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), running.port())) {
                String header = "PROXY TCP4 192.0.2.1 192.0.2.2 4711 80";
                String request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close";
                socket.getOutputStream().write((header + "\r\n" + request + "\r\n\r\n").getBytes(ISO_8859_1));
                assertThat(new String(socket.getInputStream().readAllBytes(), ISO_8859_1)).startsWith("HTTP/1.1 200");
            }
        }
        assertThat(Files.readString(file)).startsWith("192.0.2.1 - - [");
    }

    private static void openLog(String... options) {
        Serve serve = serve(options);
        serve.openLog(serve.plan());
    }
}
