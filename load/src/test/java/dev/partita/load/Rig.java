package dev.partita.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.partita.connection.Buffer;
import dev.partita.connection.BufferPool;
import dev.partita.connection.Close;
import dev.partita.connection.Connection;
import dev.partita.connection.ConnectionTable;
import dev.partita.connection.Endpoint;
import dev.partita.connection.Inbox;
import dev.partita.connection.OpenFile;
import dev.partita.connection.Place;
import dev.partita.connection.Step;
import dev.partita.limits.Counters;
import dev.partita.limits.Limits;
import dev.partita.transport.Connecting;
import dev.partita.transport.Destination;
import dev.partita.transport.Transports;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.HdrHistogram.Histogram;

/// A generator whose clock, loop and server are the test's. Time is in milliseconds.
final class Rig implements Generator.Hands {
    /// A socket whose peer is the test.
    static final class Socket extends Endpoint {
        final StringBuilder arriving = new StringBuilder();
        final StringBuilder sent = new StringBuilder();
        boolean ended;
        boolean broken;
        boolean full;
        boolean open;

        @Override
        public int receive(Buffer into) {
            if (broken) {
                return BROKEN;
            }
            int fits = Math.min(arriving.length(), into.room());
            into.putLatin1(arriving.substring(0, fits));
            arriving.delete(0, fits);
            return fits > 0 ? fits : ended ? END : AGAIN;
        }

        @Override
        public int send(Buffer from, boolean more) {
            if (broken || full) {
                return broken ? BROKEN : AGAIN;
            }
            int length = from.length();
            byte[] bytes = new byte[length];
            from.copy(0, bytes, 0, length);
            sent.append(new String(bytes, ISO_8859_1));
            from.skip(length);
            return length;
        }

        @Override
        public long transfer(OpenFile file, long position, long bytesMax, Buffer scratch) {
            return BROKEN;
        }

        @Override
        public void shutdownOutput() {}

        @Override
        public void close(Close how) {
            open = false;
        }
    }

    /// An address that connections only seem to go to.
    record Nowhere(String from) implements Destination {
        @Override
        public SocketAddress address() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        }
    }

    final Generator generator;
    final Counters counters = Counters.confined();
    final Ledger ledger;
    /// Where connections were opened to, in order.
    final List<String> opened = new ArrayList<>();
    Function<Destination, Connecting> server = to -> Connecting.ESTABLISHED;
    private final ConnectionTable table;
    private final BufferPool pool;
    private final Inbox home = connection -> false;
    private long now;

    Rig(Plan plan, List<Destination> sources) {
        generator = new Generator(
                plan, plan.connections(), 0, 7, Sources.of(sources), Sources.of(sources), counters, () -> now,
                () -> {});
        ledger = generator.ledger();
        Limits limits = generator.limits();
        table = new ConnectionTable(generator, limits, Transports.named("nio").files(), Socket::new);
        int count = limits.connectionsMax();
        pool = new BufferPool(
                Arena.ofAuto().allocate(
                        BufferPool.bytesNeeded(limits.bufferBytes(), 2 * count, limits.inboundBytesMax(), count)),
                limits.bufferBytes(),
                2 * count,
                limits.inboundBytesMax(),
                count,
                false);
        generator.begin(table, this);
    }

    /// A load of lines, constant arrivals.
    static Plan plan(double rate, int connections, int pipeline, int requestsPerConnection, int lineMax) {
        return plan("ask\n", rate, connections, pipeline, requestsPerConnection, lineMax);
    }

    static Plan plan(
            String request, double rate, int connections, int pipeline, int requestsPerConnection, int lineMax) {
        return new Plan(
                new RawDialogue(request.getBytes(ISO_8859_1), "\n".getBytes(ISO_8859_1)),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                rate,
                Arrivals.CONSTANT,
                connections,
                pipeline,
                requestsPerConnection,
                0,
                Duration.ZERO,
                Duration.ofSeconds(1),
                Duration.ofMillis(600),
                Duration.ofSeconds(1),
                lineMax,
                1,
                1,
                false,
                Transports.named("nio"));
    }

    static Rig of(Plan plan) {
        return new Rig(plan, List.of(new Nowhere("anywhere")));
    }

    /// Opens the connections and lets a load of one second begin now.
    Rig begin(Plan plan) {
        generator.run();
        long start = now;
        long end = start + plan.duration().toNanos();
        Timetable timetable = plan.isClosed()
                ? null
                : new Timetable(
                        plan.arrivals(), new java.util.SplittableRandom(1), 0, start, 0, 0, plan.duration().toNanos(),
                        plan.due(plan.duration(), 0));
        generator.run(new Generator.Span(start, start, end, timetable));
        generator.run();
        return this;
    }

    /// Lets time pass, and the generator have as many rounds as it wants at the end of it.
    void passMillis(long millis) {
        now += millis * 1_000_000;
        rounds();
    }

    void rounds() {
        for (int i = 0; i < 1_000 && generator.run() == 0; i++) {
            // until it waits
        }
    }

    /// Lets time pass in steps of a millisecond.
    void passSlowly(long millis) {
        for (long i = 0; i < millis; i++) {
            passMillis(1);
        }
    }

    Socket socket(int slot) {
        return (Socket) table.at(slot).endpoint();
    }

    /// How many requests have arrived at the server by that connection and wait there.
    int asked(int slot) {
        return (int) socket(slot).sent.chars().filter(c -> c == '\n').count();
    }

    /// The server says something.
    void reply(int slot, String text) {
        socket(slot).sent.setLength(0);
        socket(slot).arriving.append(text);
        turn(table.at(slot));
    }

    /// The server answers everything that it was asked, until nothing more comes.
    void answerAll() {
        boolean some = true;
        while (some) {
            some = false;
            for (int slot = 0; slot < table.size(); slot++) {
                int asked = asked(slot);
                if (asked > 0) {
                    some = true;
                    reply(slot, "yes\n".repeat(asked));
                }
            }
        }
    }

    void end(int slot) {
        socket(slot).ended = true;
        turn(table.at(slot));
    }

    void reset(int slot) {
        socket(slot).broken = true;
        turn(table.at(slot));
    }

    /// The latencies so far, in milliseconds, the shortest first.
    List<Long> latencies() {
        Histogram all = ledger.served(0, null);
        List<Long> millis = new ArrayList<>();
        all.recordedValues().forEach(value -> {
            for (long i = 0; i < value.getCountAddedInThisIterationStep(); i++) {
                millis.add(Math.round(all.medianEquivalentValue(value.getValueIteratedTo()) / 1e6));
            }
        });
        return millis;
    }

    long errors(ErrorKind kind) {
        return ledger.get(kind);
    }

    // As an event loop does it.

    @Override
    public Connecting connect(Connection slot, Destination destination) {
        slot.begin(home, pool, counters);
        Connecting outcome = server.apply(destination);
        opened.add(((Nowhere) destination).from());
        Socket socket = (Socket) slot.endpoint();
        socket.ended = false;
        socket.broken = false;
        socket.open = !outcome.isFailed();
        socket.sent.setLength(0);
        socket.arriving.setLength(0);
        if (outcome == Connecting.ESTABLISHED) {
            turn(slot);
        } else if (outcome == Connecting.UNDER_WAY) {
            slot.connecting();
        } else {
            slot.close();
        }
        return outcome;
    }

    @Override
    public void turn(Connection c) {
        c.place(Place.HOME);
        boolean goesOn = true;
        while (goesOn) {
            Step step = c.next();
            goesOn = switch (step) {
                case READ -> c.receive();
                case WORK, BLOCKING -> {
                    c.work();
                    yield true;
                }
                case WRITE -> c.send();
                case WAIT -> c.await();
                case CLOSE -> {
                    c.close();
                    yield false;
                }
            };
            if (!goesOn && step == Step.READ) {
                c.rest();
            }
        }
    }

    @Override
    public void wake() {}
}
