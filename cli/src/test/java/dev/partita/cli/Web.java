package dev.partita.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/// A client that sends what it is told and reads until the server closes.
final class Web {
    private Web() {}

    /// One request on a connection of its own; the whole answer.
    static String ask(SocketAddress server, String method, String path, String body) throws IOException {
        try (SocketChannel channel = SocketChannel.open(server)) {
            send(channel, method, path, body);
            return receive(channel);
        }
    }

    static String get(SocketAddress server, String path) throws IOException {
        return ask(server, "GET", path, "");
    }

    static void send(SocketChannel channel, String method, String path, String body) throws IOException {
        String length = body.isEmpty() ? "" : "Content-Length: " + body.length() + "\r\n";
        ByteBuffer request = ByteBuffer.wrap((method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" + length
                + "Connection: close\r\n\r\n" + body).getBytes(ISO_8859_1));
        while (request.hasRemaining()) {
            channel.write(request);
        }
    }

    /// What comes back for this, which has to end the connection.
    static String say(SocketAddress server, String text) throws IOException {
        try (SocketChannel channel = SocketChannel.open(server)) {
            channel.write(ByteBuffer.wrap(text.getBytes(ISO_8859_1)));
            return receive(channel);
        }
    }

    static String receive(SocketChannel channel) throws IOException {
        return new String(Channels.newInputStream(channel).readAllBytes(), ISO_8859_1);
    }

    /// Asks on so many connections, and waits for no answer.
    static List<SocketChannel> ask(SocketAddress server, int count, String path) throws IOException {
        List<SocketChannel> asking = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            asking.add(SocketChannel.open(server));
            send(asking.getLast(), "GET", path, "");
        }
        return asking;
    }

    /// The answer of each, which ends there.
    static List<String> receive(List<SocketChannel> asking) throws IOException {
        List<String> answers = new ArrayList<>();
        for (SocketChannel each : asking) {
            try (each) {
                answers.add(receive(each));
            }
        }
        return answers;
    }

    /// One request on a connection that stays open, and its answer, whose length it says.
    static String exchange(SocketChannel channel, String request) throws IOException {
        channel.write(ByteBuffer.wrap(request.getBytes(ISO_8859_1)));
        var in = channel.socket().getInputStream();
        var answer = new StringBuilder();
        while (answer.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("ended after '" + answer + "'");
            }
            answer.append((char) next);
        }
        int length = Integer.parseInt(answer.toString().replaceFirst("(?s).*Content-Length: (\\d+).*", "$1"));
        return answer + new String(in.readNBytes(length), ISO_8859_1);
    }

    static String body(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }
}
