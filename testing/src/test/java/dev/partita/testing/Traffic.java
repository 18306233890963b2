package dev.partita.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// What clients say, right and wrong, drawn from a seed.
final class Traffic {
    private static final List<String> WRONG_LINES = List.of(
            "", " ", "echo", "Echo x", "put", "put x", "put -1", "put 999999999", "big 99999999", "big +1",
            "stages 101",
            "file 1", "nonsense", "echo\tx", "\u00ff\u0000\u0001", "stream 1 2", "file -1 5", "wait", "stages 1 1");

    /// Requests after which it is in doubt where the next one begins, or nearly so. Each comes last in its conversation.
    private static final List<String> WRONG_HTTP = List.of(
            "GET / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n",
            "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
            "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
            "GET / HTTP/1.1\nHost: a\n\n",
            "GET / HTTP/1.1\r\nHost: a\n\r\n",
            "GET / HTTP/9.9\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.\r\nHost: a\r\n\r\n",
            "GET / http/1.1\r\nHost: a\r\n\r\n",
            "GET /\r\n",
            "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET foo HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /\u00e4 HTTP/1.1\r\nHost: a\r\n\r\n",
            "G@T / HTTP/1.1\r\nHost: a\r\n\r\n",
            "BREW / HTTP/1.1\r\nHost: a\r\n\r\n",
            "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "POST /put HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
            "POST /put HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nabcde",
            "POST /put HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\nabc",
            "POST /put HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\nabc",
            "POST /put HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST /put HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\nabc",
            "POST /put HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
            "POST /put HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST /put HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcdeX\r\n0\r\n\r\n",
            "POST /put HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabcde\r\n0\r\n\r\n",
            "POST /put HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nabcde\r\n0\r\n\r\n",
            "POST /put HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n11111111111111111\r\na",
            "POST /put HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\nabcde\r\n0\r\n\r\n",
            "POST /put HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\nContent-Length: 1\r\n\r\na",
            "POST /put HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\ntoo short",
            "GET /" + "x".repeat(9_000) + " HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(40_000) + "\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\n" + "X: y\r\n".repeat(200) + "\r\n",
            "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003",
            "get k\r\n", "*1\r\n$4\r\nPING\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "\r\n\r\n\r\n\r\n", "GET / HTT");

    private static final String ODD_CHUNKS = "0a;q=\"x;\\\"y\"\r\n0123456789\r\n000\r\nX-Trailer: y\r\n\r\n";

    private static final List<String> ODD_HTTP = List.of(
            "\r\nGET /plaintext HTTP/1.1\r\nHost: a\r\n\r\n",
            "HEAD /plaintext HTTP/1.1\r\nHost: a\r\n\r\n",
            "HEAD /stream/100001 HTTP/1.1\r\nHost: a\r\n\r\n",
            "HEAD /nowhere HTTP/1.1\r\nHost: a\r\n\r\n",
            "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
            "OPTIONS /plaintext HTTP/1.1\r\nHost: a\r\n\r\n",
            "PUT /plaintext HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
            "DELETE /echo/x HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET http://a/plaintext?q=1 HTTP/1.1\r\nHost: b\r\n\r\n",
            "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /big/x HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /fail HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /file/..%2f..%2fetc%2fpasswd HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /echo/x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
            "GET /plaintext HTTP/1.1\r\nhost: A:80\r\nCONNECTION: Keep-Alive\r\nAccept: */*\r\nX:\t y \r\n\r\n",
            "GET /plaintext HTTP/1.2\r\nHost: a\r\n\r\n",
            "GET /plaintext HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n3;a=b\r\nabc\r\n" + ODD_CHUNKS,
            "POST /put HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nabcd");

    private final Random random;

    Traffic(long seed) {
        random = new Random(seed);
    }

    /// A conversation: everything that one client says before it says no more.
    byte[] conversation(Dialect dialect) {
        boolean http = dialect.toString().equals("http");
        var all = new ByteArrayOutputStream();
        for (int i = random.nextInt(8); i >= 0; i--) {
            all.writeBytes(http ? httpRequest(dialect) : line(dialect));
        }
        switch (random.nextInt(4)) {
            case 0 -> all.writeBytes(
                    (http ? oneOf(WRONG_HTTP) : "x".repeat(LineProtocol.LINE_BYTES_MAX + 1)).getBytes(ISO_8859_1));
            case 1 -> all.writeBytes(dialect.request("quit"));
            case 2 -> {
                byte[] half = http ? httpRequest(dialect) : line(dialect);
                all.write(half, 0, random.nextInt(half.length + 1));
            }
            default -> {}
        }
        if (random.nextBoolean()) {
            all.writeBytes(dialect.request("echo behind"));
        }
        return all.toByteArray();
    }

    /// Where the conversation is cut into pieces, in order.
    int[] cuts(int length) {
        int[] cuts = new int[1 + random.nextInt(6)];
        for (int i = 0; i < cuts.length; i++) {
            cuts[i] = random.nextInt(length + 1);
        }
        Arrays.sort(cuts);
        return cuts;
    }

    private byte[] line(Dialect dialect) {
        return random.nextInt(5) == 0
                ? (oneOf(WRONG_LINES) + "\n").getBytes(ISO_8859_1)
                : commandWithBody(dialect);
    }

    private byte[] httpRequest(Dialect dialect) {
        return switch (random.nextInt(5)) {
            case 0, 1 -> oneOf(ODD_HTTP).getBytes(ISO_8859_1);
            case 2 -> chunked();
            default -> commandWithBody(dialect);
        };
    }

    private byte[] commandWithBody(Dialect dialect) {
        if (random.nextInt(6) == 0) {
            int length = random.nextInt(20_000);
            var all = new ByteArrayOutputStream();
            all.writeBytes(dialect.request("put " + length));
            all.writeBytes(Pattern.bytes(length));
            return all.toByteArray();
        }
        return dialect.request(command());
    }

    private String command() {
        return switch (random.nextInt(9)) {
            case 0 -> "big " + random.nextInt(100_000);
            case 1 -> "stream " + random.nextInt(100_000);
            case 2 -> "file " + random.nextInt(3) * 100 + " " + random.nextInt(3) * 7_000;
            case 3 -> "stages " + random.nextInt(4);
            case 4 -> "ready " + random.nextInt();
            case 5 -> "echo " + "y".repeat(random.nextInt(12_000));
            default -> "echo " + Integer.toString(random.nextInt(), 36);
        };
    }

    private byte[] chunked() {
        var all = new ByteArrayOutputStream();
        all.writeBytes("POST /put HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".getBytes(ISO_8859_1));
        List<Integer> sizes = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            sizes.add(1 + random.nextInt(random.nextBoolean() ? 20 : 9_000));
        }
        for (int size : sizes) {
            all.writeBytes((Integer.toHexString(size) + "\r\n").getBytes(ISO_8859_1));
            all.writeBytes(Pattern.bytes(size));
            all.writeBytes("\r\n".getBytes(ISO_8859_1));
        }
        all.writeBytes("0\r\n\r\n".getBytes(ISO_8859_1));
        return all.toByteArray();
    }

    private String oneOf(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
