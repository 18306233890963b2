package dev.partita.load;

import dev.partita.connection.Connection;
import dev.partita.connection.ConnectionTable;
import dev.partita.connection.Place;
import dev.partita.connection.Protocol;
import dev.partita.connection.Session;
import dev.partita.limits.Counter;
import dev.partita.limits.Counters;
import dev.partita.limits.Limits;
import dev.partita.loop.Schedule;
import dev.partita.transport.Connecting;
import dev.partita.transport.Destination;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongSupplier;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/// One thread of the load: turns to each request when it is due, gives it to a client with a free place or lets it stand in
/// line, and keeps the ledger.
///
///     timetable -- due --> client with a place -- said --> replied, failed --> ledger
///                    \--> line, until a client has a place --^
///
/// In a closed loop there is no timetable: a request is due when the one before it has ended.
///
/// A connection that ended is opened again when a request needs it. Everything here belongs to the loop's thread, but for
/// what says otherwise.
final class Generator implements Protocol, Schedule {
    /// What the generator needs of its loop.
    interface Hands {
        Connecting connect(Connection slot, Destination destination);

        void turn(Connection connection);

        void wake();
    }

    /// When things happen, by [System#nanoTime].
    ///
    /// @param timetable null in a closed loop
    record Span(long startAt, long measureAt, long endAt, @Nullable Timetable timetable) {}

    private enum Stage {
        OPENING, READY, RUNNING, FINISHING, ENDED
    }

    /// Requests that are turned to before the connections get their turn.
    private static final int DUE_PER_ROUND = 64;
    /// Connections that are being opened at a time, and in one round: a backlog that overflows costs a second.
    private static final int CONNECTING_MAX = 256;
    private static final int OPENED_PER_ROUND = 64;
    /// Between two tries of a closed loop to open a connection.
    private static final long RETRY_NANOS = 100_000_000;
    private static final long TICK_NANOS = 20_000_000;
    /// Between two looks of a slow reader.
    private static final long SLOW_NANOS = 1_000_000_000;
    /// How long replies to requests of a run that was stopped are waited for, and how long connections have to close.
    private static final long STOPPED_NANOS = 500_000_000;
    private static final long CLOSING_NANOS = 200_000_000;
    /// How long after the end requests are still turned to that were due before it.
    private static final long OVERTIME_NANOS = 1_000_000_000;

    private final Plan plan;
    private final LongSupplier clock;
    private final SplittableRandom random;
    private final Mix mix;
    private final int connections;
    private final int slowReaders;
    private final long timeoutNanos;
    private final Sources sources;
    private final Sources slowSources;
    private final Counters counters;
    private final Ledger ledger;
    private final Line line;
    private final Runnable afterwards;
    private final long precisionNanos;

    // Set before the first round.
    private @Nullable ConnectionTable table;
    private @Nullable Hands hands;

    // The loop's own.
    private final Client[] clients;
    /// Clients with a place free, the one that was given a request longest ago first: a ring.
    private final Client[] listed;
    private int listedFirst;
    private int listedCount;
    private final SlowReader[] slow;
    private int slowCount;
    private Stage stage = Stage.OPENING;
    /// Connections that are not open and not being opened.
    private int closed;
    private int connecting;
    private boolean trying;
    /// Requests that clients were given and that have not ended.
    private int inFlight;
    private long tickedAt;
    private long slowAt;
    private long retryAt = Long.MIN_VALUE;
    private long lateWrites;
    private @Nullable Timetable timetable;
    private long nextAt = Timetable.NEVER;
    private long endAt = Long.MAX_VALUE;
    private long giveUpAt = Long.MAX_VALUE;

    // Other threads'.
    private final CountDownLatch ready = new CountDownLatch(1);
    private volatile @Nullable Span span;
    private volatile boolean stop;
    private volatile @Nullable Connecting failure;

    /// @param connections how many of the load's connections are this one's
    /// @param afterwards is called when the measured time is over
    Generator(
            Plan plan,
            int connections,
            int slowReaders,
            long seed,
            Sources sources,
            Sources slowSources,
            Counters counters,
            LongSupplier clock,
            Runnable afterwards) {
        this.plan = plan;
        this.connections = connections;
        this.slowReaders = slowReaders;
        this.sources = sources;
        this.slowSources = slowSources;
        this.counters = counters;
        this.clock = clock;
        this.afterwards = afterwards;
        random = new SplittableRandom(seed);
        mix = new Mix(plan.dialogue().kinds(), random.split());
        timeoutNanos = plan.timeout().toNanos();
        precisionNanos = plan.transport().waitNanosMin();
        ledger = new Ledger(plan.dialogue().kinds().size());
        line = new Line(Math.max(plan.lineMax(), connections * plan.pipeline()));
        clients = new Client[connections];
        listed = new Client[connections];
        slow = new SlowReader[slowReaders];
        closed = connections + slowReaders;
    }

    /// Bounds of the table: one slot for each connection, and a deadline that is the load's timeout. Connections may be idle
    /// for as long as they like.
    Limits limits() {
        int timeoutMillis = (int) plan.timeout().toMillis();
        int day = 86_400_000;
        return Limits.defaults()
                .withConnectionsMax(connections + slowReaders)
                .with(Map.of(
                        "headMillisMax", (long) timeoutMillis,
                        "writeMillisMax", (long) timeoutMillis,
                        "idleMillisMax", (long) day,
                        "workMillisMax", (long) day));
    }

    /// The session of a slot: the last ones are slow readers.
    @Override
    public Session open(Connection connection) {
        Speaker speaker = plan.dialogue().speaker(random);
        if (connection.slot() >= connections) {
            var reader = new SlowReader(this, connection, speaker, mix);
            slow[slowCount++] = reader;
            return reader;
        }
        var client = new Client(this, connection, speaker, plan.pipeline(), plan.requestsPerConnection());
        clients[connection.slot()] = client;
        return client;
    }

    /// Before the first round.
    void begin(ConnectionTable table, Hands hands) {
        this.table = table;
        this.hands = hands;
    }

    // For other threads.

    /// Waits until every connection is open, or has failed.
    CountDownLatch ready() {
        return ready;
    }

    /// Lets the load begin.
    void run(Span span) {
        this.span = span;
    }

    /// Ends the load now.
    void stop() {
        stop = true;
    }

    /// The mean latencies of the connections that were answered. Once the thread has ended.
    DoubleStream meanNanos() {
        return Arrays.stream(clients).filter(Objects::nonNull).mapToDouble(Client::meanNanos).filter(each -> each > 0);
    }

    /// How many connections are open.
    int openNow() {
        long ended = ledger.get(Ledger.Count.ENDED);
        return (int) (ledger.get(Ledger.Count.OPENED) - ended);
    }

    /// Why a connection could not be opened, the last time; null if that never happened.
    @Nullable Connecting failure() {
        return failure;
    }

    // The rounds of the loop.

    @Override
    public long run() {
        long now = now();
        if (now - tickedAt >= TICK_NANOS) {
            tickedAt = now;
            table().tick(now);
        }
        if (slowCount > 0 && now - slowAt >= SLOW_NANOS) {
            slowAt = now;
            for (SlowReader each : slow) {
                each.mayRead();
            }
            for (int i = stage == Stage.RUNNING ? closed : 0; i > 0; i--) {
                openOne(now); // those that the server has ended
            }
        }
        if (stop && stage != Stage.FINISHING && stage != Stage.ENDED) {
            stopNow(now);
        }
        long wait = switch (stage) {
            case OPENING -> openAll(now);
            case READY -> ready(now);
            case RUNNING -> generate(now);
            case FINISHING -> finish(now);
            case ENDED -> end(now);
        };
        return slowCount > 0 ? Math.min(wait, SLOW_NANOS) : wait;
    }

    private long openAll(long now) {
        // One failure is enough to know; the rest is opened when it is needed.
        for (int i = 0; i < OPENED_PER_ROUND && closed > 0 && connecting < CONNECTING_MAX && failure == null; i++) {
            openOne(now);
        }
        if (connecting == 0 && (closed == 0 || failure != null)) {
            stage = Stage.READY;
            ready.countDown();
        }
        return closed > 0 && connecting < CONNECTING_MAX && failure == null ? 0 : NEVER;
    }

    private long ready(long now) {
        Span given = span;
        if (given == null) {
            return NEVER;
        }
        if (now < given.startAt()) {
            return waitable(given.startAt() - now);
        }
        stage = Stage.RUNNING;
        ledger.measure(given.measureAt(), given.endAt());
        timetable = given.timetable();
        endAt = given.endAt();
        if (timetable != null) {
            nextAt = timetable.next();
        } else {
            for (int i = connections * plan.pipeline(); i > 0; i--) {
                dueAgain(now);
            }
        }
        return generate(now);
    }

    private long generate(long beginning) {
        long now = beginning;
        for (int i = 0; nextAt <= now; i++) {
            if (i == DUE_PER_ROUND) {
                return 0;
            }
            if (now - endAt > OVERTIME_NANOS) {
                nextAt = Timetable.NEVER; // hopelessly behind: what was due in time says so
                break;
            }
            due(nextAt, now);
            nextAt = timetable == null ? Timetable.NEVER : timetable.next();
            now = now();
        }
        attendToLine(now);
        if (now >= endAt) {
            finishBy(endAt + timeoutNanos);
            return finish(now);
        }
        return untilNext(now);
    }

    private long untilNext(long now) {
        long next = Math.min(nextAt, endAt);
        if (!line.isEmpty() && closed > 0 && retryAt > now) {
            next = Math.min(next, retryAt);
        }
        return waitable(next - now);
    }

    /// A wait that is too short for the poller would end too late: the loop goes round instead.
    private long waitable(long nanos) {
        return nanos < precisionNanos ? 0 : nanos - (precisionNanos - 1);
    }

    private void stopNow(long now) {
        Span given = span;
        if (given != null) {
            ledger.measure(given.measureAt(), Math.min(now, given.endAt()));
        }
        finishBy(now + STOPPED_NANOS);
    }

    private void finishBy(long giveUpAt) {
        stage = Stage.FINISHING;
        this.giveUpAt = giveUpAt;
        afterwards.run();
        ready.countDown(); // for one that was stopped while it opened its connections
    }

    private long finish(long now) {
        attendToLine(now);
        if (inFlight == 0 && line.isEmpty() || now >= giveUpAt) {
            stage = Stage.ENDED;
            giveUpAt = now + CLOSING_NANOS;
            for (Client each : clients) {
                if (each.leave()) {
                    turn(each);
                }
            }
            table().drain();
            hands().wake();
            return 0;
        }
        return giveUpAt - now;
    }

    /// Connections in the middle of something get no more time.
    private long end(long now) {
        if (now < giveUpAt) {
            return giveUpAt - now;
        }
        if (!table().isAborting()) {
            table().abort();
            hands().wake();
        }
        return NEVER;
    }

    // Requests.

    private void due(long intended, long now) {
        ledger.due(intended, now, now < endAt);
        int kind = mix.next();
        Client client = line.isEmpty() ? nextListed() : null;
        if (client != null) {
            give(client, intended, kind);
        } else if (line.join(intended, kind)) {
            if (closed == 0) {
                ledger.waits(intended);
            }
        } else {
            ledger.failed(intended, ErrorKind.UNSENT);
        }
    }

    /// A closed loop's request that is due because the one before it has ended.
    private void dueAgain(long now) {
        if (stage == Stage.RUNNING && now < endAt) {
            ledger.due(now, now, true);
            line.join(now, mix.next());
        }
    }

    private void give(Client client, long intended, int kind) {
        client.give(intended, kind);
        inFlight++;
        list(client);
        turn(client);
    }

    private void turn(Client client) {
        Connection connection = client.connection();
        if (connection.place() == Place.HOME) { // otherwise it has its turn anyway
            hands().turn(connection);
        }
    }

    /// Those in line that have waited too long leave it; the others get what places and connections there are.
    private void attendToLine(long now) {
        while (!line.isEmpty() && now - line.intended() > timeoutNanos) {
            leaveLine(ErrorKind.TIMEOUT, now);
        }
        while (!line.isEmpty()) {
            Client client = nextListed();
            if (client == null) {
                break;
            }
            long intended = line.intended();
            int kind = line.kind();
            line.leave();
            give(client, intended, kind);
        }
        for (int i = 0; i < OPENED_PER_ROUND && closed > 0 && now >= retryAt && connecting < CONNECTING_MAX
                && line.length() > connecting * plan.pipeline(); i++) {
            openOne(now);
        }
    }

    private void leaveLine(ErrorKind error, long now) {
        ledger.failed(line.intended(), error);
        line.leave();
        if (plan.isClosed()) {
            dueAgain(now);
        }
    }

    // For clients.

    long now() {
        return clock.getAsLong();
    }

    /// A client's connection is there.
    void established(Client client) {
        established();
        hasPlace(client);
    }

    /// A connection is there.
    void established() {
        connecting--;
        ledger.add(Ledger.Count.OPENED);
    }

    void replied(long intended, int kind, long now, @Nullable ErrorKind error) {
        inFlight--;
        ledger.replied(intended, kind, now, error);
        if (plan.isClosed()) {
            dueAgain(now);
        }
    }

    Ledger ledger() {
        return ledger;
    }

    void failed(long intended, ErrorKind error) {
        inFlight--;
        if (stage != Stage.ENDED || !stop) {
            ledger.failed(intended, error);
        }
        if (plan.isClosed()) {
            dueAgain(now());
        }
    }

    /// A request was never said, and its connection takes no more: it goes back in line.
    void takeBack(long intended, int kind) {
        inFlight--;
        if (!line.join(intended, kind)) {
            ledger.failed(intended, ErrorKind.UNSENT);
        }
    }

    /// A client that may have a place free gets who is first in line, or is listed.
    void hasPlace(Client client) {
        while (!line.isEmpty() && client.hasRoom()) {
            client.give(line.intended(), line.kind());
            inFlight++;
            line.leave();
        }
        list(client);
    }

    /// True if a connection that ends now does so because a deadline has passed.
    boolean isLate() {
        long late = counters.get(Counter.LATE_WRITES);
        boolean more = late != lateWrites;
        lateWrites = late;
        return more || stage == Stage.ENDED;
    }

    /// A connection has ended, or could not be opened.
    void ended(boolean wasEstablished) {
        if (wasEstablished) {
            ledger.add(Ledger.Count.ENDED);
            closed++;
        } else if (!trying) {
            connecting--;
            closed++;
            connectFailed(Connecting.UNREACHABLE, now());
        }
    }

    // Connections.

    private void openOne(long now) {
        closed--;
        connecting++;
        trying = true;
        Connecting outcome;
        int tries = 0;
        Sources from;
        do {
            Connection slot = table().reserve();
            if (slot == null) {
                throw new IllegalStateException("more connections than slots");
            }
            from = slot.slot() >= connections ? slowSources : sources;
            outcome = hands().connect(slot, from.current());
            tries++;
        } while (from.tryAgainAfter(outcome, tries));
        trying = false;
        if (outcome.isFailed()) {
            connecting--;
            closed++;
            connectFailed(outcome, now);
        }
    }

    private void connectFailed(Connecting outcome, long now) {
        failure = outcome;
        if (plan.isClosed()) {
            retryAt = now + RETRY_NANOS;
        }
        if (!line.isEmpty()) {
            leaveLine(ErrorKind.CONNECT, now);
        }
    }

    // The ring of those with a place.

    private void list(Client client) {
        if (!client.listed && client.hasRoom()) {
            client.listed = true;
            int last = listedFirst + listedCount++;
            listed[last < listed.length ? last : last - listed.length] = client;
        }
    }

    private @Nullable Client nextListed() {
        while (listedCount > 0) {
            Client client = listed[listedFirst];
            listedFirst = listedFirst + 1 < listed.length ? listedFirst + 1 : 0;
            listedCount--;
            client.listed = false;
            if (client.hasRoom()) {
                return client;
            }
        }
        return null;
    }

    private ConnectionTable table() {
        return Objects.requireNonNull(table);
    }

    private Hands hands() {
        return Objects.requireNonNull(hands);
    }
}
