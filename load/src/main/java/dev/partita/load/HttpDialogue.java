package dev.partita.load;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// HTTP/1.1 requests to one server. A reply with a status below 400 is one that was served well.
///
/// A request has the fields that it needs and no others: `Host`, and `Content-Length` for one with a body.
public final class HttpDialogue implements Dialogue {
    private static final int PORT = 80;

    private final InetSocketAddress address;
    private final List<Kind> kinds;
    private final byte[][] requests;
    private final boolean[] heads;

    private HttpDialogue(InetSocketAddress address, String host, List<Request> mix) {
        this.address = address;
        kinds = mix.stream().map(Request::kind).toList();
        requests = mix.stream().map(request -> request.bytes(host)).toArray(byte[][]::new);
        heads = new boolean[mix.size()];
        for (int i = 0; i < heads.length; i++) {
            heads[i] = mix.get(i).method.equals("HEAD");
        }
    }

    /// A request, and how often it is made.
    public static final class Request {
        private final int weight;
        private final String method;
        private final String target;
        private final byte[] body;

        private Request(int weight, String method, String target, byte[] body) {
            if (!method.matches("[A-Z]{1,20}")) {
                throw new IllegalArgumentException("'" + method + "' is no method: valid are GET, POST and so on");
            }
            if (!target.matches("/[!-~]*")) {
                throw new IllegalArgumentException(
                        "'" + target + "' is no path: it begins with / and is ASCII without spaces");
            }
            this.weight = weight;
            this.method = method;
            this.target = target;
            this.body = body;
        }

        /// @param weight in proportion to the others; 1 to 1,000,000
        /// @param method such as `GET`
        /// @param target the path and query, such as `/work?micros=5`
        /// @param body may be empty; it must not change any more
        /// @throws IllegalArgumentException if one of them is none; the message says what is valid
        public static Request of(int weight, String method, String target, byte[] body) {
            var request = new Request(weight, method, target, body);
            request.kind();
            return request;
        }

        private Kind kind() {
            return new Kind(method + " " + target, weight);
        }

        private byte[] bytes(String host) {
            String length = body.length > 0 || method.matches("POST|PUT|PATCH")
                    ? "Content-Length: " + body.length + "\r\n"
                    : "";
            var bytes = new ByteArrayOutputStream();
            bytes.writeBytes((method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n" + length + "\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            bytes.writeBytes(body);
            return bytes.toByteArray();
        }
    }

    /// GET requests of one URL, such as `http://127.0.0.1:8080/plaintext`.
    ///
    /// @throws IllegalArgumentException if it is none, or the host is not known; the message says what is valid
    public static HttpDialogue get(URI url) {
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
        return of(url, List.of(Request.of(1, "GET", path + query, new byte[0])));
    }

    /// A mix of requests to the server of a URL, whose path does not count.
    ///
    /// @throws IllegalArgumentException as [#get], or if there is no request
    public static HttpDialogue of(URI url, List<Request> mix) {
        if (!"http".equalsIgnoreCase(url.getScheme()) || url.getHost() == null || url.getRawUserInfo() != null) {
            throw new IllegalArgumentException(
                    "'" + url + "' is no URL of a server: valid are such as http://127.0.0.1:8080/path");
        }
        if (mix.isEmpty()) {
            throw new IllegalArgumentException("a mix has one request at least");
        }
        int port = url.getPort() < 0 ? PORT : url.getPort();
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("the port of '" + url + "' is out of range: valid are 1 to 65535");
        }
        String host = url.getHost() + (url.getPort() < 0 ? "" : ":" + port);
        return new HttpDialogue(resolve(url.getHost(), port), host, mix);
    }

    private static InetSocketAddress resolve(String host, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException unknown) {
            throw new IllegalArgumentException("the host '" + host + "' is not known here", unknown);
        }
    }

    /// Reads a mix: lines of `weight method path [body-file]`; empty ones and those that begin with `#` are left out. A body
    /// file is found from the folder of the mix.
    ///
    /// @throws IOException if a file cannot be read
    /// @throws IllegalArgumentException if a line says something else; the message names the file, the line and what is
    ///     valid
    public static List<Request> mix(Path file) throws IOException {
        List<Request> mix = new ArrayList<>();
        int number = 0;
        for (String line : Files.readAllLines(file)) {
            number++;
            String text = line.strip();
            if (!text.isEmpty() && !text.startsWith("#")) {
                try {
                    mix.add(request(text, file));
                } catch (IllegalArgumentException wrong) {
                    throw new IllegalArgumentException(file + ":" + number + ": " + wrong.getMessage(), wrong);
                }
            }
        }
        if (mix.isEmpty()) {
            throw new IllegalArgumentException(
                    file + ": there is no request in it; a line is: weight method path [body-file]");
        }
        return mix;
    }

    private static Request request(String text, Path file) throws IOException {
        String[] fields = text.split("\\s+", -1);
        if (fields.length < 3 || fields.length > 4 || !fields[0].matches("[0-9]{1,7}")) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no request; a line is: weight method path [body-file]");
        }
        int weight = Integer.parseInt(fields[0]);
        byte[] body = new byte[0];
        if (fields.length == 4) {
            Path bodyFile = file.resolveSibling(fields[3]);
            if (!Files.isReadable(bodyFile)) {
                throw new IllegalArgumentException("the body file " + bodyFile + " cannot be read");
            }
            body = Files.readAllBytes(bodyFile);
        }
        return Request.of(weight, fields[1], fields[2], body);
    }

    /// Where the server is.
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public List<Kind> kinds() {
        return kinds;
    }

    @Override
    public Speaker speaker(RandomGenerator random) {
        return new HttpSpeaker(requests, heads);
    }
}
