package dev.partita.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.server.Running;
import dev.partita.server.WorkerStatus;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/// The table in docs/operate.md: every option, metric, signal and exit code, made from what the program itself says of them.
@Timeout(60)
class OperateGuideTest {
    private static final Path GUIDE = LauncherTest.projectRoot().resolve("docs/operate.md");
    private static final String BEGIN = "<!-- generated: begin -->\n";
    private static final String END = "<!-- generated: end -->\n";
    private static final String REWRITE = "mvn -q -pl cli -am test -Dtest=OperateGuideTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dpartita.docs=write";

    @Test
    void saysWhatTheProgramSays() throws IOException {
        String guide = Files.readString(GUIDE);
        int from = guide.indexOf(BEGIN) + BEGIN.length();
        int to = guide.indexOf(END);
        String made = table();
        if ("write".equals(System.getProperty("partita.docs"))) {
            Files.writeString(GUIDE, guide.substring(0, from) + made + guide.substring(to));
        } else {
            assertThat(guide.substring(from, to)).as("docs/operate.md is out of date; write it anew with\n" + REWRITE)
                    .isEqualTo(made);
        }
    }

    private static String table() throws IOException {
        var command = new CommandLine(new Serve(nowhere(), nowhere()));
        var table = new StringBuilder("<!-- Made by OperateGuideTest; write it anew with\n     " + REWRITE + " -->\n");
        table.append("\n| option | default | meaning |\n|---|---|---|\n");
        for (OptionSpec option : command.getCommandSpec().options()) {
            if (!option.hidden()) {
                row(table, "`" + String.join("`, `", option.names()) + "`" + parameter(option), theDefault(option),
                        meaning(option));
            }
        }
        table.append("\n| metric | kind | meaning |\n|---|---|---|\n");
        metrics(command).forEach((name, kindAndMeaning) -> row(table, "`" + name + "`", kindAndMeaning[0],
                kindAndMeaning[1]));
        table.append("\n| signal | meaning |\n|---|---|\n");
        Ending.RELOADING_SIGNALS.strip().lines().forEach(line -> {
            String[] columns = line.strip().split(" {2,}", 2);
            row(table, columns[0], columns[1]);
        });
        table.append("\n| exit code | meaning |\n|---|---|\n");
        command.getCommandSpec().usageMessage().exitCodeList().forEach((code, meaning) -> row(table, code, meaning));
        return table.toString();
    }

    private static String parameter(OptionSpec option) {
        return option.arity().max() == 0 ? "" : " " + option.paramLabel().replace("|", "\\|");
    }

    /// The description without its sentence about the default, which has a column of its own.
    private static String meaning(OptionSpec option) {
        return description(option).replaceFirst(" Default: .*", "");
    }

    private static String theDefault(OptionSpec option) {
        Matcher said = Pattern.compile(" Default: (.*)").matcher(description(option));
        return said.find() ? said.group(1).replaceFirst("\\.$", "") : "";
    }

    private static String description(OptionSpec option) {
        return String.join(" ", option.description())
                .replace("${DEFAULT-VALUE}", String.valueOf(option.defaultValueString()))
                .replaceAll("\\s+", " ");
    }

    /// What a server under a model with queues tells Prometheus of itself.
    private static Map<String, String[]> metrics(CommandLine command) throws IOException {
        command.parseArgs("--port", "0", "--model", "amped", "--max-connections", "10");
        Plan plan = ((Serve) command.getCommand()).plan();
        Map<String, String[]> metrics = new TreeMap<>();
        try (var server = plan.start();
                AdminListener admin = plan.setup().admin().start(withAWorker(server))) {
            String port = admin.state().replaceAll(".*:(\\d+)/", "$1");
            String text;
            try (var client = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(port))) {
                client.getOutputStream().write("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                        .getBytes(StandardCharsets.ISO_8859_1));
                text = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            }
            text.lines().filter(line -> line.startsWith("# HELP partita_")).forEach(line -> {
                String[] words = line.split(" ", 4);
                metrics.computeIfAbsent(words[2], name -> new String[2])[1] = words[3];
            });
            text.lines().filter(line -> line.startsWith("# TYPE partita_")).forEach(line -> {
                String[] words = line.split(" ", 4);
                metrics.computeIfAbsent(words[2], name -> new String[2])[0] = words[3];
            });
        }
        return metrics;
    }

    /// The server as it were with a process.
    private static Running withAWorker(Running server) {
        List<WorkerStatus> one = List.of(new WorkerStatus(1, 0, 1, "serving", Duration.ZERO, 0, 0, 0, ""));
        return (Running) Proxy.newProxyInstance(
                Running.class.getClassLoader(),
                new Class<?>[]{Running.class},
                (_, method, arguments) -> method.getName().equals("workers") ? one : method.invoke(server, arguments));
    }

    private static void row(StringBuilder table, String... columns) {
        table.append("| ").append(String.join(" | ", columns)).append(" |\n");
    }

    private static PrintStream nowhere() {
        return new PrintStream(PrintStream.nullOutputStream());
    }
}
