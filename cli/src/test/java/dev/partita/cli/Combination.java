package dev.partita.cli;

import dev.partita.server.Running;
import dev.partita.transport.Transport;
import dev.partita.transport.Transports;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;

/// `partita serve --model M --transport T` in the JVM of a test, with every other setting as a user gets it.
record Combination(ModelName model, String transport) {

    /// Every model over every transport that works on this machine.
    static List<Combination> all() {
        return Transports.all().stream()
                .filter(transport -> transport.unavailable().isEmpty())
                .map(Transport::name)
                .flatMap(transport -> Stream.of(ModelName.values()).map(model -> new Combination(model, transport)))
                .toList();
    }

    /// Every model once, and every transport once: for what takes its time.
    static List<Combination> few() {
        List<Combination> all = all();
        String first = all.getFirst().transport();
        return all.stream()
                .filter(each -> each.transport().equals(first) || each.model() == ModelName.SYMPED)
                .toList();
    }

    /// Serves a folder on a free port.
    Running root(Path folder) throws IOException {
        return serve("--root", folder.toString());
    }

    /// Serves the demo, and a folder besides.
    Running demo(Path folder) throws IOException {
        return serve("--demo", "--work-per-micro", "1", "--root", folder.toString());
    }

    private Running serve(String... content) throws IOException {
        var nobody = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        var serve = new Serve(nobody, nobody);
        new CommandLine(serve).parseArgs(Stream.concat(
                Stream.of("--model", model.word(), "--transport", transport, "--port", "0"), Stream.of(content))
                .toArray(String[]::new));
        return serve.plan().start();
    }

    @Override
    public String toString() {
        return model.word() + " over " + transport;
    }
}
