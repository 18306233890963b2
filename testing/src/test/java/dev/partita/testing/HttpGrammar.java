package dev.partita.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/// Draws conversations with [Telling] from a seed: requests that HTTP/1.1 allows, in all the ways it allows them, and such
/// requests with something changed that makes most of them wrong.
final class HttpGrammar {
    /// What is put into a right request to make a wrong one, or another right one.
    private static final List<String> DAMAGE = List.of("\r\n", "\n", "\r", " ", "\t", "\0", ":", ";", ",", "/", "?",
            "#", "%",
            "\u007f", "\u0080", "\u00ff", "0", "1", "9", "a", "X", "-", "+", "\"", "\r\n\r\n", "\r\n ", "\u000b",
            "Content-Length: 5\r\n", "Content-Length: 0\r\n", "\r\nContent-Length: 1", "Transfer-Encoding: chunked\r\n",
            "\r\nTransfer-Encoding: chunked", "chunked", ", chunked", "identity", "Host: b\r\n", "HTTP/1.0", "HTTP/1.1",
            "HTTP/2.0",
            "Expect: 100-continue\r\n", "Expect: x\r\n", "Connection: close\r\n", "0\r\n\r\n", "5\r\nhello\r\n", "GET ",
            "POST ",
            "http://", "@", "ffffffffffffffff", "x".repeat(70));
    private static final List<String> METHODS =
            List.of("GET", "GET", "GET", "POST", "POST", "HEAD", "PUT", "DELETE", "PATCH",
                    "OPTIONS");
    private static final List<String> KINDS =
            List.of("now", "now", "now", "may-block", "staged", "chunks", "pieces", "later", "later-chunks",
                    "get", "fails", "nowhere");
    private static final List<String> HOSTS =
            List.of("a", "a", "a:80", "example.com", "[::1]:8080", "127.0.0.1", "x_y~z:", "");
    private static final List<String> QUERIES = List.of("", "", "", "?", "?q", "?a=b&c=%20", "??", "?padding=100",
            "?padding=9000", "?padding=x", "?padding=&padding=7");
    private static final List<String> FIELDS =
            List.of("X: a", "x:b", "X:\t a\tb \t", "X:", "Accept: */*", "User-Agent: test/1 (x)",
                    "Cookie: a=b; c=d", "Y: \u00e4\u00ff", "Accept-Encoding: gzip, br;q=0.1",
                    "A-name-as-long-as-a-word: b", "~!#$%&'*+.^_`|: z", "Upgrade: h2c",
                    "Content-Type: text/plain; charset=utf-8");
    private static final List<String> EXTENSIONS = List.of("", "", ";a", ";a=b", ";a=\"b;c\"", "; x \u00e4");
    private static final List<String> TRAILERS =
            List.of("", "", "", "X: trailer\r\n", "Content-Length: 7\r\nHost: evil\r\n", "Y:\r\n");
    private static final int BODY_MAX = 300;
    private static final int LARGE_BODY_MAX = 20_000;

    private final Random random;
    private int requests;

    HttpGrammar(long seed) {
        random = new Random(seed);
    }

    /// How many requests were drawn so far.
    int requests() {
        return requests;
    }

    /// Everything that one client says before it says no more.
    byte[] conversation() {
        var all = new StringBuilder();
        for (int i = random.nextInt(14); i > 0; i--) {
            all.append(request(false));
        }
        switch (random.nextInt(4)) {
            case 0 -> all.append(request(true));
            case 1 -> {
                String half = request(false);
                all.append(half, 0, random.nextInt(half.length() + 1));
            }
            default -> {
                String damaged = damaged(request(false));
                all.append(damaged).append(behind(damaged));
            }
        }
        return all.toString().getBytes(ISO_8859_1);
    }

    /// A request behind the damaged one, unless the client has asked for the end: it must not say more then, or the server's
    /// reset may overtake the answer.
    private String behind(String damaged) {
        boolean asked = damaged.toLowerCase(Locale.ROOT).contains("close") || damaged.contains("HTTP/1.0");
        return asked ? "" : request(false);
    }

    /// Where a conversation is cut into pieces, in order.
    int[] cuts(int length) {
        return random.ints(1 + random.nextInt(4), 0, length + 1).sorted().toArray();
    }

    private String request(boolean last) {
        requests++;
        boolean http10 = last && random.nextInt(3) == 0;
        String method = oneOf(METHODS);
        boolean absolute = random.nextInt(10) == 0;
        boolean asterisk = method.equals("OPTIONS") && random.nextInt(3) == 0;
        String path = asterisk
                ? "*"
                : "/" + oneOf(KINDS) + oneOf(List.of("/", "/a", "/a/b", "/%41"))
                        + (random.nextInt(100) == 0 ? "?x=1&padding=30000" : oneOf(QUERIES));
        List<String> fields = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            fields.add(oneOf(FIELDS));
        }
        if (!http10 || random.nextBoolean()) {
            String host = oneOf(HOSTS);
            fields.add(anyCase("Host") + ":" + space() + (absolute && host.isEmpty() ? "a" : host) + space());
        }
        if (last) {
            fields.add(anyCase("Connection") + ": " + oneOf(List.of("close", "Close", "x, close", "close,keep-alive")));
        } else if (random.nextInt(8) == 0) {
            fields.add("Connection: " + oneOf(List.of("keep-alive", "Keep-Alive, x", "upgrade", ",", "")));
        }
        String body = body(fields, http10);
        Collections.shuffle(fields, random);
        return "\r\n".repeat(random.nextInt(12) == 0 ? 1 + random.nextInt(4) : 0)
                + method + " " + (absolute && !asterisk ? "http://" + oneOf(HOSTS.subList(0, 6)) : "") + path
                + (http10 ? " HTTP/1.0" : random.nextInt(20) == 0 ? " HTTP/1.2" : " HTTP/1.1") + "\r\n"
                + String.join("", fields.stream().map(field -> field + "\r\n").toList()) + "\r\n" + body;
    }

    private String body(List<String> fields, boolean http10) {
        int length = random.nextInt(random.nextInt(12) == 0 ? LARGE_BODY_MAX : BODY_MAX);
        String body = "b".repeat(length);
        boolean expects = random.nextInt(6) == 0;
        switch (random.nextInt(http10 ? 3 : 4)) {
            case 0 -> {
                fields.add(
                        anyCase("Content-Length") + ":" + space() + "0".repeat(random.nextInt(3)) + length + space());
                expects &= length > 0;
            }
            case 3 -> {
                fields.add(anyCase("Transfer-Encoding") + ":" + space() + anyCase("chunked") + space());
                body = chunked(body);
            }
            default -> body = "";
        }
        if (expects) {
            fields.add(anyCase("Expect") + ": " + anyCase("100-continue"));
        }
        return body;
    }

    private String chunked(String body) {
        var coded = new StringBuilder();
        for (int at = 0; at < body.length();) {
            int size = Math.min(body.length() - at, 1 + random.nextInt(random.nextBoolean() ? 20 : 5_000));
            coded.append("0".repeat(random.nextInt(3))).append(anyCase(Integer.toHexString(size)))
                    .append(oneOf(EXTENSIONS))
                    .append("\r\n").append(body, at, at + size).append("\r\n");
            at += size;
        }
        return coded.append("0".repeat(1 + random.nextInt(2))).append(oneOf(EXTENSIONS)).append("\r\n")
                .append(oneOf(TRAILERS))
                .append("\r\n").toString();
    }

    /// Changes one to three places, most of them where the head is.
    private String damaged(String request) {
        var damaged = new StringBuilder(request);
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            int at = random.nextInt(Math.min(damaged.length(), random.nextInt(4) == 0 ? Integer.MAX_VALUE : 200));
            int end = Math.min(damaged.length(), at + 1 + random.nextInt(random.nextInt(4) == 0 ? 40 : 2));
            switch (random.nextInt(6)) {
                case 0 -> damaged.delete(at, end);
                case 1 -> damaged.insert(at, damaged.substring(at, end));
                case 2 -> damaged.setCharAt(at, (char) random.nextInt(256));
                case 3 -> damaged.replace(at, end, oneOf(DAMAGE));
                default -> damaged.insert(at, oneOf(DAMAGE));
            }
            if (damaged.isEmpty()) {
                damaged.append(oneOf(DAMAGE));
            }
        }
        return damaged.toString();
    }

    private String space() {
        return oneOf(List.of("", " ", " ", "\t", " \t "));
    }

    private String anyCase(String text) {
        return switch (random.nextInt(4)) {
            case 0 -> text.toLowerCase(Locale.ROOT);
            case 1 -> text.toUpperCase(Locale.ROOT);
            default -> text;
        };
    }

    private String oneOf(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
