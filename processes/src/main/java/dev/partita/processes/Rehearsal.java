package dev.partita.processes;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.partita.connection.Protocol;
import dev.partita.connection.Trial;
import dev.partita.limits.Counter;
import dev.partita.linux.socket.Descriptors;
import dev.partita.linux.socket.ListeningSocket;
import dev.partita.linux.socket.MessageChannel;
import dev.partita.server.Running;
import dev.partita.server.Server;
import dev.partita.server.ServerModel;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.Transport.Sharing;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;

/// What a worker tries before it says that it is ready: a small server like the one it is about to run takes a connection, sees
/// it end, answers what its protocol offers for a [Trial], and ends itself. So what cannot work is known before the old
/// generation stops, and the classes and the compiled code that the first client would have waited for are there.
final class Rehearsal {
    private static final int PATIENCE_MILLIS = 5_000;
    /// HotSpot compiles a method after 200 calls (`Tier3InvocationThreshold`); slow handlers are not asked so often.
    private static final int REQUESTS = 250;
    private static final long REQUESTS_NANOS = 700_000_000L;
    private static final int ANSWER_MILLIS = 2_000;
    private static final int ANSWER_BYTES_MAX = 64 << 10;
    private static final int COMPLAINT_LENGTH_MAX = 200;
    private static final byte[] CONNECTION = {1};

    private final MessageChannel passing;
    private final Running running;

    private Rehearsal(MessageChannel passing, Running running) {
        this.passing = passing;
        this.running = running;
    }

    /// @return what is wrong with the answers, which is the program's affair; empty if nothing
    /// @throws IOException if the server does not serve
    static String of(Server server, ServerModel worker) throws IOException {
        Trial trial = server.protocol().trial();
        Protocol protocol = trial == null ? server.protocol() : trial.protocol();
        MessageChannel[] passing = MessageChannel.pair();
        SocketAddress address = server.addresses().getFirst();
        var transport = new HandedTransport(server.transport());
        transport.hand(address, ListeningSocket.receiving(passing[1], address, server.options()));
        Server small = Server.of(protocol)
                .listen(address)
                .transport(transport)
                .socketOptions(server.options())
                .limits(server.limits().with(Map.of("connectionsMax", 2L, "drainMillis", 1_000L)));
        try (MessageChannel _ = passing[0];
                Running running = worker.start(small)) {
            var rehearsal = new Rehearsal(passing[0], running);
            rehearsal.connect();
            return trial == null ? "" : rehearsal.ask(trial);
        }
    }

    private void connect() throws IOException {
        MessageChannel[] connection = MessageChannel.pair();
        passing.send(CONNECTION, connection[1].fd());
        connection[1].close();
        connection[0].close();
        try {
            for (int tries = 0; tries < PATIENCE_MILLIS; tries++) {
                if (running.count(Counter.CLOSED) > 0) {
                    return;
                }
                if (running.await(Duration.ofMillis(1))) {
                    break;
                }
            }
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
        }
        throw new IOException("the server does not serve: a connection for a try was not taken and ended within "
                + PATIENCE_MILLIS / 1_000 + " s");
    }

    private String ask(Trial trial) throws IOException {
        byte[] request = trial.request().getBytes(ISO_8859_1);
        var anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        ListeningSocket here = ListeningSocket.open(anyPort, 1, SocketOptions.defaults(), Sharing.SINGLE);
        try {
            long end = System.nanoTime() + REQUESTS_NANOS;
            for (int left = REQUESTS; left > 0 && System.nanoTime() - end < 0; left--) {
                String answer = answer(here, request);
                if (!trial.isGood().test(answer)) {
                    return answer.isEmpty()
                            ? "a request for a try was not answered within " + ANSWER_MILLIS + " ms"
                            : "a request for a try was answered with "
                                    + answer.lines().findFirst().orElse("").transform(Rehearsal::shortened);
                }
            }
            return "";
        } finally {
            here.close();
        }
    }

    private static String shortened(String line) {
        return line.substring(0, Math.min(line.length(), COMPLAINT_LENGTH_MAX));
    }

    /// @return what came until the server closed, or it was enough, or nothing came for long
    private String answer(ListeningSocket here, byte[] request) throws IOException {
        try (var client = new Socket()) {
            client.connect(here.address(), ANSWER_MILLIS);
            client.setSoTimeout(ANSWER_MILLIS);
            int descriptor = here.accept(); // it is there: `connect` has returned
            if (descriptor < 0) {
                throw new IOException("a connection for a try was not accepted: error " + -descriptor);
            }
            boolean passed = passing.send(CONNECTION, descriptor);
            Descriptors.close(descriptor);
            if (!passed) {
                return "";
            }
            client.getOutputStream().write(request);
            return read(client.getInputStream());
        }
    }

    private static String read(InputStream in) throws IOException {
        byte[] bytes = new byte[ANSWER_BYTES_MAX];
        int length = 0;
        try {
            for (int more = 0; more >= 0 && length < bytes.length; length += Math.max(0, more)) {
                more = in.read(bytes, length, bytes.length - length);
            }
        } catch (SocketTimeoutException enough) {
            // what has come is the answer
        }
        return new String(bytes, 0, length, ISO_8859_1);
    }
}
