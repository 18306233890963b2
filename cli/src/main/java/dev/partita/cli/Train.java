package dev.partita.cli;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `partita train`, which only the launcher calls: goes through what every start goes through, so that the JVM can write down
/// which classes that takes (the AOT cache). It ends by itself.
///
/// Under the default model and transport only: the cache holds profiles too, and a call site that has seen every model and
/// transport would be compiled worse for the one that runs.
@Command(addMethodSubcommands = false, hidden = true, description = "Goes through a start, for the launcher's class cache.")
final class Train implements Callable<Integer> {
    private static final int ROUNDS = 20;
    private static final int TIMEOUT_MILLIS = 10_000;

    private final PrintStream out;

    Train(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("partita-train");
        Path file = folder.resolve("index.html");
        try {
            Files.writeString(file, "<!doctype html><title>train</title>");
            serve("--demo", "--work-per-micro", "100", "--root", folder.toString());
            serve();
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(folder);
        }
        return 0;
    }

    private void serve(String... options) throws IOException, InterruptedException {
        var serve = new Serve(out, out);
        var command = new CommandLine(serve);
        String[] arguments = new String[options.length + 2];
        arguments[0] = "--port";
        arguments[1] = "0";
        System.arraycopy(options, 0, arguments, 2, options.length);
        command.parseArgs(arguments);
        var ending = new Ending(out, out);
        int _ = serve.serve(serve.plan(), ending, running -> {
            for (int i = 0; i < ROUNDS; i++) {
                converse(running.port());
            }
            ending.drain(running);
            return 0;
        });
    }

    private static void converse(int port) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            OutputStream to = new BufferedOutputStream(socket.getOutputStream());
            InputStream from = new BufferedInputStream(socket.getInputStream());
            for (String path : new String[]{"/plaintext", "/json", "/", "/style.css", "/stream?bytes=9000"}) {
                send(to, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
            }
            send(to, "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello");
            send(to, "GET /work?micros=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            from.transferTo(OutputStream.nullOutputStream());
        }
    }

    private static void send(OutputStream to, String text) throws IOException {
        to.write(text.getBytes(StandardCharsets.ISO_8859_1));
        to.flush();
    }
}
