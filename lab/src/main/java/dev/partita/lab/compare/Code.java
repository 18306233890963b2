package dev.partita.lab.compare;

import dev.partita.lab.trial.Contestant;
import java.util.List;
import java.util.Locale;

/// A configuration as Java, to paste.
final class Code {
    private Code() {}

    /// @param app the handler's class; an empty string for a variable `handler`
    static String of(String model, List<String> server, String transport, String app) {
        String handler = app.isEmpty() ? "handler" : "new " + app + "()";
        return "Server.of(Http.serving(" + handler + "))\n"
                + "        .transport(Transports.named(\"" + transport + "\"))\n"
                + "        .listen(8080)\n"
                + "        .run(" + model(model, server) + ");\n";
    }

    private static String model(String name, List<String> server) {
        return name.endsWith(Contestant.IN_PROCESSES)
                ? threads(name.substring(0, name.length() - Contestant.IN_PROCESSES.length()), server)
                        + ".isolation(Isolation.PROCESSES)"
                : threads(name, server);
    }

    private static String threads(String model, List<String> server) {
        String workers = value(server, "--workers");
        return switch (model) {
            case "mp" -> "new Mp(" + workers + ")";
            case "sped" -> "new Sped()";
            case "seda" -> "new Seda(" + workers + ", 1)";
            case "amped" -> "new Amped(" + workers + ")";
            case "symped" -> "new Symped(" + workers + ", Symped.Accept."
                    + value(server, "--accept").toUpperCase(Locale.ROOT).replace('-', '_') + ")";
            default -> "new VirtualThreads(" + value(server, "--loops") + ")";
        };
    }

    private static String value(List<String> server, String option) {
        return server.stream()
                .filter(each -> each.startsWith(option + " "))
                .map(each -> each.substring(option.length() + 1))
                .findFirst()
                .orElse("1");
    }
}
