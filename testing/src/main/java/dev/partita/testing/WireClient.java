package dev.partita.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.partita.server.Running;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/// A client that sends the very bytes it is told to, in the pieces it is told to, and says exactly what came back. For one
/// thread.
///
/// No read waits longer than [#PATIENCE]; then an [AssertionError] shows what had come by then.
public final class WireClient implements AutoCloseable {
    /// How long a read waits. A guard against a test that hangs, never a measure: what works takes a thousandth of it.
    public static final Duration PATIENCE = Duration.ofSeconds(10);

    /// A reply in HTTP/1.1.
    ///
    /// @param status the number
    /// @param fields the header fields as they came, `name: value`
    /// @param text the body without the chunked coding, each byte a character up to U+00FF
    public record HttpReply(int status, List<String> fields, String text) {
        /// The first value of a field, whatever the case of its name.
        public Optional<String> field(String name) {
            String prefix = name.toLowerCase(Locale.ROOT) + ":";
            return fields.stream()
                    .filter(field -> field.toLowerCase(Locale.ROOT).startsWith(prefix))
                    .map(field -> field.substring(prefix.length()).strip())
                    .findFirst();
        }
    }

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    /// Read too far while looking for a mark.
    private byte[] ahead = {};

    private WireClient(Socket socket) throws IOException {
        this.socket = socket;
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    /// Connects to a server on this machine.
    public static WireClient connect(Running server) throws IOException {
        return connect(server.port());
    }

    /// Connects to a port of this machine.
    public static WireClient connect(int port) throws IOException {
        return connect(port, 0);
    }

    /// Connects with a receive buffer of about so many bytes, for a slow reader: the kernel would otherwise take megabytes
    /// on its behalf.
    public static WireClient connect(int port, int receiveBufferBytes) throws IOException {
        Socket socket = new Socket();
        try {
            if (receiveBufferBytes > 0) {
                socket.setReceiveBufferSize(receiveBufferBytes);
            }
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    Math.toIntExact(PATIENCE.toMillis()));
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(Math.toIntExact(PATIENCE.toMillis()));
            return new WireClient(socket);
        } catch (IOException | RuntimeException failure) {
            socket.close();
            throw failure;
        }
    }

    /// The port on this side.
    public int localPort() {
        return socket.getLocalPort();
    }

    // Sending.

    /// Sends characters up to U+00FF as bytes, in one piece.
    public WireClient send(String text) throws IOException {
        return send(text.getBytes(ISO_8859_1));
    }

    /// Sends in one piece.
    public WireClient send(byte[] bytes) throws IOException {
        out.write(bytes);
        return this;
    }

    /// Sends in pieces that end at the given positions and at the end. Between two pieces nothing is waited for; the server
    /// may see several at once.
    public WireClient sendInPieces(byte[] bytes, int... cuts) throws IOException {
        int from = 0;
        for (int cut : cuts) {
            out.write(bytes, from, cut - from);
            LockSupport.parkNanos(1); // gives a server the time to see this piece alone
            from = cut;
        }
        out.write(bytes, from, bytes.length - from);
        return this;
    }

    /// Sends one byte at a time.
    public WireClient sendByteByByte(byte[] bytes) throws IOException {
        for (byte each : bytes) {
            out.write(each);
        }
        return this;
    }

    /// Says that no more will be sent; what comes can still be read.
    public WireClient halfClose() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /// Ends the connection by a reset.
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /// Ends the connection in the ordinary way.
    public void leave() throws IOException {
        socket.close();
    }

    /// The same as [#leave].
    @Override
    public void close() throws IOException {
        leave();
    }

    // Reading.

    /// Reads exactly so many bytes.
    public byte[] readExactly(int count) throws IOException {
        byte[] bytes = new byte[count];
        int had = Math.min(count, ahead.length);
        System.arraycopy(ahead, 0, bytes, 0, had);
        ahead = Arrays.copyOfRange(ahead, had, ahead.length);
        while (had < count) {
            int read = read(bytes, had, "after " + had + " of " + count + " bytes", bytes, had);
            if (read < 0) {
                throw new AssertionError(
                        "the connection ended after " + had + " of " + count + " bytes: " + show(bytes, had));
            }
            had += read;
        }
        return bytes;
    }

    /// Reads up to and including a mark.
    public String readThrough(String mark) throws IOException {
        var text = new StringBuilder();
        byte[] one = new byte[1];
        while (!endsWith(text, mark)) {
            if (ahead.length == 0) {
                byte[] more = new byte[8192];
                int read = read(more, 0, "before " + show(mark), text.toString().getBytes(ISO_8859_1), text.length());
                if (read < 0) {
                    throw new AssertionError(
                            "the connection ended before " + show(mark) + ": " + show(text.toString()));
                }
                ahead = Arrays.copyOf(more, read);
            }
            System.arraycopy(readExactly(1), 0, one, 0, 1);
            text.append((char) (one[0] & 0xFF));
        }
        return text.toString();
    }

    /// Reads one line and takes its end, LF or CR LF, away.
    public String readLine() throws IOException {
        String line = readThrough("\n");
        return line.substring(0, line.length() - (line.endsWith("\r\n") ? 2 : 1));
    }

    /// Reads until the server closes. A reset is a failure.
    public byte[] readToEnd() throws IOException {
        var all = new ByteArrayOutputStream();
        all.writeBytes(ahead);
        ahead = new byte[0];
        byte[] bytes = new byte[8192];
        while (true) {
            int read = read(bytes, 0, "and the connection did not end", all.toByteArray(), all.size());
            if (read < 0) {
                return all.toByteArray();
            }
            all.write(bytes, 0, read);
        }
    }

    /// Reads until the connection ends in whatever way, and gives what came before.
    public byte[] readToAnyEnd() throws IOException {
        var all = new ByteArrayOutputStream();
        all.writeBytes(ahead);
        ahead = new byte[0];
        byte[] bytes = new byte[8192];
        try {
            while (true) {
                int read = read(bytes, 0, "and the connection did not end", all.toByteArray(), all.size());
                if (read < 0) {
                    return all.toByteArray();
                }
                all.write(bytes, 0, read);
            }
        } catch (SocketException reset) {
            return all.toByteArray();
        }
    }

    /// Expects the server to close without another byte.
    public void expectEnd() throws IOException {
        byte[] more = readToEnd();
        if (more.length != 0) {
            throw new AssertionError("instead of the end came: " + show(more, more.length));
        }
    }

    /// How many bytes are here and not read yet.
    public int available() throws IOException {
        return ahead.length + in.available();
    }

    /// Whether something is here and not read yet.
    ///
    /// @throws UncheckedIOException if the connection is broken
    public boolean isAnswered() {
        try {
            return available() > 0;
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /// Reads a reply to any request but HEAD.
    public HttpReply readReply() throws IOException {
        return readReply(false);
    }

    /// Reads a reply.
    ///
    /// @param toHead true if it answers HEAD, and so has no body
    public HttpReply readReply(boolean toHead) throws IOException {
        String head = readThrough("\r\n\r\n");
        List<String> lines = new ArrayList<>(List.of(head.strip().split("\r\n")));
        String statusLine = lines.removeFirst();
        if (!statusLine.matches("HTTP/1\\.1 [1-9][0-9][0-9] .*")) {
            throw new AssertionError("no status line: " + show(head));
        }
        var bodiless = new HttpReply(Integer.parseInt(statusLine.substring(9, 12)), lines, "");
        if (toHead || bodiless.status() == 204 || bodiless.status() == 304 || bodiless.status() < 200) {
            return bodiless;
        }
        return new HttpReply(bodiless.status(), lines, new String(readBody(bodiless), ISO_8859_1));
    }

    private byte[] readBody(HttpReply reply) throws IOException {
        Optional<String> length = reply.field("Content-Length");
        if (length.isPresent()) {
            return readExactly(Integer.parseInt(length.get()));
        }
        if (reply.field("Transfer-Encoding").isEmpty()) {
            return readToEnd();
        }
        var body = new ByteArrayOutputStream();
        while (true) {
            int size = Integer.parseInt(readLine(), 16);
            body.writeBytes(readExactly(size));
            if (!readThrough("\r\n").equals("\r\n")) {
                throw new AssertionError("a chunk of " + size + " bytes does not end there");
            }
            if (size == 0) {
                return body.toByteArray();
            }
        }
    }

    private int read(byte[] into, int from, String where, byte[] soFar, int length) throws IOException {
        try {
            return in.read(into, from, into.length - from);
        } catch (SocketTimeoutException nothing) {
            throw new AssertionError("nothing came within " + PATIENCE.toSeconds() + " s " + where + "; so far: "
                    + show(soFar, length), nothing);
        }
    }

    private static boolean endsWith(CharSequence text, String mark) {
        return text.length() >= mark.length()
                && mark.contentEquals(text.subSequence(text.length() - mark.length(), text.length()));
    }

    private static String show(byte[] bytes, int length) {
        return show(new String(bytes, 0, length, ISO_8859_1));
    }

    private static String show(String text) {
        String start = text.length() <= 300 ? text : text.substring(0, 300) + "... (" + text.length() + " bytes)";
        return '"' + start.replace("\r", "\\r").replace("\n", "\\n") + '"';
    }
}
