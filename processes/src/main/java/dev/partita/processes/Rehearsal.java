package dev.partita.processes;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.partita.connection.Protocol;
import dev.partita.connection.Trial;
import dev.partita.limits.Counter;
import dev.partita.linux.socket.Descriptors;
import dev.partita.linux.socket.ListeningSocket;
import dev.partita.linux.socket.MessageChannel;
import dev.partita.server.Division;
import dev.partita.server.Running;
import dev.partita.server.Server;
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
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// What a process tries before it serves: a small server like the one it is about to run takes a connection, sees it end, and
/// answers what its protocol offers for a [Trial]. So what cannot work is known before the old generation stops, and the classes and
/// the compiled code that the first client would have waited for are there. For one thread.
final class Rehearsal implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 5_000;
    /// HotSpot compiles a method after 200 calls (`Tier3InvocationThreshold`); slow handlers are not asked so often.
    private static final int REQUESTS = 250;
    private static final long REQUESTS_NANOS = 700_000_000L;
    private static final int ANSWER_MILLIS = 2_000;
    private static final int ANSWER_BYTES_MAX = 64 << 10;
    private static final int COMPLAINT_LENGTH_MAX = 200;
    /// More than others connect by chance.
    private static final int BACKLOG = 128;
    private static final byte[] CONNECTION = {1};

    private final @Nullable Trial trial;
    /// Where its clients are accepted; null without a trial.
    private final @Nullable ListeningSocket here;
    private final MessageChannel passing;
    private final Running running;
    /// What lies behind `running`, where the work is lent.
    private final @Nullable SmallFront front;
    private int left = REQUESTS;

    private Rehearsal(
            @Nullable Trial trial,
            @Nullable ListeningSocket here,
            MessageChannel passing,
            Running running,
            @Nullable SmallFront front) {
        this.trial = trial;
        this.here = here;
        this.passing = passing;
        this.running = running;
        this.front = front;
    }

    /// Starts the small server and gives it a connection.
    ///
    /// @param division what this process is a part of: all of that is tried, but the processes
    /// @throws IOException if it does not serve
    static Rehearsal begin(Server server, Division division) throws IOException {
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
        ListeningSocket here = null;
        SmallFront front = division.front() == null ? null : new SmallFront(division.worker(), division.front());
        Running running = null;
        try {
            here = trial == null ? null : open();
            running = front == null ? division.worker().start(small) : front.start(small);
            var rehearsal = new Rehearsal(trial, here, passing[0], running, front);
            rehearsal.connect();
            return rehearsal;
        } catch (IOException | RuntimeException failure) {
            close(here, running, front, passing[0]);
            throw failure;
        }
    }

    private static ListeningSocket open() throws IOException {
        var anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return ListeningSocket.open(anyPort, BACKLOG, SocketOptions.defaults(), Sharing.SINGLE);
    }

    @Override
    public void close() {
        close(here, running, front, passing);
    }

    private static void close(
            @Nullable ListeningSocket here,
            @Nullable Running running,
            @Nullable SmallFront front,
            MessageChannel passing) {
        if (here != null) {
            here.close();
        }
        if (running != null) {
            running.close();
        }
        if (front != null) {
            front.close();
        }
        passing.close();
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

    /// Asks once.
    ///
    /// @return what is wrong with the answer, which is the program's affair, and the last thing that is tried; empty if nothing
    String once() throws IOException {
        Trial what = trial;
        ListeningSocket accepting = here;
        if (what == null || accepting == null || left == 0) {
            return "";
        }
        left--;
        String answer = answer(accepting, what.request().getBytes(ISO_8859_1));
        if (what.isGood().test(answer)) {
            return "";
        }
        left = 0;
        return answer.isEmpty()
                ? "a request for a try was not answered within " + ANSWER_MILLIS + " ms"
                : "a request for a try was answered with "
                        + answer.lines().findFirst().orElse("").transform(Rehearsal::shortened);
    }

    /// Asks until the code is compiled, or it has taken long, or there is something better to do.
    ///
    /// @return as [#once]
    String often(BooleanSupplier goesOn) throws IOException {
        long end = System.nanoTime() + REQUESTS_NANOS;
        String doubt = "";
        while (left > 0 && doubt.isEmpty() && System.nanoTime() - end < 0 && goesOn.getAsBoolean()) {
            doubt = once();
        }
        return doubt;
    }

    private static String shortened(String line) {
        return line.substring(0, Math.min(line.length(), COMPLAINT_LENGTH_MAX));
    }

    /// @return what came until the server closed, or it was enough, or nothing came for long
    private String answer(ListeningSocket here, byte[] request) throws IOException {
        try (var client = new Socket()) {
            client.connect(here.address(), ANSWER_MILLIS);
            int descriptor = accept(here, client.getLocalSocketAddress());
            boolean passed = passing.send(CONNECTION, descriptor);
            Descriptors.close(descriptor);
            if (!passed) {
                return "";
            }
            client.getOutputStream().write(request);
            return read(client);
        }
    }

    /// Takes our own client, which is there, since it has connected. The port is open to every program here: others that have found
    /// it are turned away.
    private static int accept(ListeningSocket here, SocketAddress client) throws IOException {
        for (int tries = 0; tries < BACKLOG; tries++) {
            int descriptor = here.accept();
            if (descriptor < 0) {
                throw new IOException("a connection for a try was not accepted: error " + -descriptor);
            }
            if (client.equals(Descriptors.peer(descriptor))) {
                return descriptor;
            }
            Descriptors.close(descriptor);
        }
        throw new IOException("a connection for a try was not accepted: other programs connect to its port");
    }

    private static String read(Socket client) throws IOException {
        InputStream in = client.getInputStream();
        byte[] bytes = new byte[ANSWER_BYTES_MAX];
        int length = 0;
        long end = System.nanoTime() + ANSWER_MILLIS * 1_000_000L;
        try {
            for (int more = 0; more >= 0 && length < bytes.length; length += Math.max(0, more)) {
                client.setSoTimeout((int) Math.max(1, (end - System.nanoTime()) / 1_000_000));
                more = in.read(bytes, length, bytes.length - length);
            }
        } catch (SocketTimeoutException enough) {
            // what has come is the answer
        }
        return new String(bytes, 0, length, ISO_8859_1);
    }
}
