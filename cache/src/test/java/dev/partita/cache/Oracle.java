package dev.partita.cache;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/// Debian's memcached, to be asked what we are asked.
final class Oracle implements AutoCloseable {
    private static final Path MEMCACHED = Path.of("/usr/bin/memcached");
    /// Answered at once and by nothing else, so that whoever waits for its reply has heard all others.
    private static final String END = "mn\r\n";

    private final Process process;
    private final int port;

    private Oracle(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /// Starts it; where it is not installed, the test is skipped and says so.
    static Oracle start() throws IOException {
        assumeTrue(Files.isExecutable(MEMCACHED), "memcached is not installed: apt-get install memcached");
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Process process = new ProcessBuilder(MEMCACHED.toString(), "-u", System.getProperty("user.name"), "-l",
                "127.0.0.1", "-p", "" + port).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        var oracle = new Oracle(process, port);
        long patience = System.nanoTime() + 10_000_000_000L;
        while (true) {
            try (Talking talking = oracle.talk()) {
                assertThat(talking.ask("")).isEmpty();
                return oracle;
            } catch (IOException notYet) {
                assertThat(System.nanoTime()).as("memcached starts").isLessThan(patience);
                LockSupport.parkNanos(10_000_000);
            }
        }
    }

    /// A new connection.
    Talking talk() throws IOException {
        return new Talking(port);
    }

    @Override
    public void close() {
        process.destroy();
    }

    /// A connection to it.
    static final class Talking implements AutoCloseable {
        private final Socket socket;
        private boolean over;

        private Talking(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(10_000);
        }

        /// Says whole commands and answers with what came back to them; or until the end of the conversation, if one of them
        /// ended it.
        String ask(String text) throws IOException {
            socket.getOutputStream().write((text + END).getBytes(ISO_8859_1));
            var heard = new StringBuilder();
            var some = new byte[1 << 16];
            while (!heard.toString().endsWith("MN\r\n")) {
                int count = receive(some, text);
                if (count < 0) {
                    over = true;
                    return heard.toString();
                }
                heard.append(new String(some, 0, count, ISO_8859_1));
            }
            return heard.substring(0, heard.length() - 4);
        }

        /// Says something that begins a stream of lines without an end, and answers with its first line.
        String begin(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(ISO_8859_1));
            return hear(1);
        }

        /// The next lines of the stream.
        String hear(int lines) throws IOException {
            var heard = new StringBuilder();
            for (int left = lines; left > 0;) {
                int next = socket.getInputStream().read();
                heard.append((char) next);
                left -= next == '\n' ? 1 : 0;
            }
            return heard.toString();
        }

        /// Whether memcached has ended the conversation.
        boolean isOver() {
            return over;
        }

        private int receive(byte[] into, String text) throws IOException {
            try {
                return socket.getInputStream().read(into);
            } catch (SocketTimeoutException waits) {
                throw new AssertionError("memcached waits for more after " + text, waits);
            } catch (SocketException reset) {
                return -1;
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
