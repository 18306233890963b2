package dev.partita.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.partita.server.Running;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;

/// A plain socket to a server of this machine, so that a test sees what was sent and nothing that a library made of it.
final class Client implements AutoCloseable {
    /// How long anything is waited for: a guard against a test that hangs, never a measure.
    static final int PATIENCE_MILLIS = 10_000;

    private final Socket socket;

    Client(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
    }

    /// Sends one request on a connection of its own and gives the whole reply.
    ///
    /// @param request method and target
    static String ask(Running server, String request) throws IOException {
        return ask(server, request, "");
    }

    /// The same with a body.
    static String ask(Running server, String request, String body) throws IOException {
        try (var client = new Client(server.port())) {
            client.send(http(request, body));
            return client.rest();
        }
    }

    /// The same with a body of this media type.
    static String ask(Running server, String request, String type, String body) throws IOException {
        return ask(server, request + " HTTP/1.1\r\nContent-Type: " + type + "", body);
    }

    /// A request that ends its connection.
    ///
    /// @param request method and target, and further lines behind the version if there are any
    static String http(String request, String body) {
        return (request.contains(" HTTP/1.1\r\n") ? request : request + " HTTP/1.1")
                + "\r\nHost: localhost\r\nConnection: close\r\nContent-Length: "
                + body.getBytes(UTF_8).length + "\r\n\r\n" + body;
    }

    /// The body of a reply.
    static String body(String reply) {
        return reply.substring(reply.indexOf("\r\n\r\n") + 4);
    }

    void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(UTF_8));
    }

    /// Says that nothing else will be sent.
    void end() throws IOException {
        socket.shutdownOutput();
    }

    /// The next so many bytes.
    String read(int bytes) throws IOException {
        return new String(socket.getInputStream().readNBytes(bytes), UTF_8);
    }

    /// Everything until the server ends the connection.
    String rest() throws IOException {
        return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
