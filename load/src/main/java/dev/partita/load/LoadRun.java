package dev.partita.load;

import dev.partita.connection.BufferPool;
import dev.partita.connection.Connection;
import dev.partita.connection.ConnectionTable;
import dev.partita.limits.Counters;
import dev.partita.limits.Limits;
import dev.partita.loop.EventLoop;
import dev.partita.loop.Turn;
import dev.partita.transport.Connecting;
import dev.partita.transport.Destination;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.Transport;
import dev.partita.transport.Wire;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// A load that was started. [#await] once, by one thread; [#stop] by any.
public final class LoadRun {
    /// From the last connection to the first arrival: every thread has heard of it by then.
    private static final long BEGIN_NANOS = 20_000_000;
    private static final long PATIENCE_NANOS = 5_000_000_000L;
    /// A slow reader's socket holds no more than a few KiB, so that the server notices.
    private static final String SLOW_OPTION = "so-rcvbuf=4096";

    private final Plan plan;
    private final Progress progress;
    private final List<Member> members = new ArrayList<>();
    private final CountDownLatch stopped = new CountDownLatch(1);

    // For await.
    private final Histogram[] served;
    private final Histogram all = Ledger.histogram();
    private final Histogram second = Ledger.histogram();
    private final Histogram refused = Ledger.histogram();
    private final List<Progress.Second> seconds = new ArrayList<>();
    private long repliesBefore;
    private long servedBefore;
    private Map<ErrorKind, Long> errorsBefore = new EnumMap<>(ErrorKind.class);

    private LoadRun(Plan plan, Progress progress) {
        this.plan = plan;
        this.progress = progress;
        int kinds = plan.dialogue().kinds().size();
        int own = kinds <= Ledger.KINDS_MAX ? kinds : 1;
        served = new Histogram[own];
        for (int i = 0; i < own; i++) {
            served[i] = Ledger.histogram();
        }
    }

    static LoadRun start(Plan plan, Progress progress) throws IOException {
        var run = new LoadRun(plan, progress);
        var seeds = new SplittableRandom(plan.seed());
        try {
            for (int i = 0; i < plan.threads(); i++) {
                run.members.add(Member.of(plan, i, seeds.split()));
            }
        } catch (IOException | RuntimeException | Error failure) {
            run.members.forEach(Member::free);
            throw failure;
        }
        run.members.forEach(member -> member.loop.start());
        return run;
    }

    /// Ends it early: what was measured so far is the result.
    public void stop() {
        members.forEach(member -> {
            member.generator.stop();
            member.loop.wake();
        });
        stopped.countDown();
    }

    /// Waits until it is over.
    ///
    /// @throws IOException if no connection could be opened; the message says why and what to do
    public Result await() throws IOException, InterruptedException {
        try {
            for (Member member : members) {
                member.generator.ready().await();
            }
            requireConnections();
            progress.begins(openNow());
            long start = System.nanoTime() + BEGIN_NANOS;
            for (int i = 0; i < members.size(); i++) {
                members.get(i).begin(plan, i, start);
            }
            return watch(start);
        } finally {
            stop();
            long patience = System.nanoTime() + PATIENCE_NANOS;
            for (Member member : members) {
                if (member.loop.join(patience - System.nanoTime())) {
                    member.free();
                }
            }
        }
    }

    private void requireConnections() throws IOException {
        Connecting failure = null;
        for (Member member : members) {
            Connecting each = member.generator.failure();
            failure = each != null ? each : failure;
        }
        if (failure == Connecting.NO_DESCRIPTOR || failure != null && openNow() == 0) {
            throw new IOException("cannot connect to " + Dialogue.show(plan.to()) + ": "
                    + switch (failure) {
                        case NO_PORT -> "every port of every source address is taken; use fewer connections";
                        case NO_DESCRIPTOR -> "too many open files after " + openNow()
                                + " connections; use fewer, or raise the limit (ulimit -n)";
                        default -> "nobody answers there; start the server first";
                    });
        }
    }

    /// Looks at the ledgers once in an interval until every thread has ended.
    private Result watch(long start) throws InterruptedException {
        long measureAt = start + plan.warmUp().toNanos();
        long endAt = measureAt + plan.duration().toNanos();
        long intervalNanos = plan.interval().toNanos();
        long lookedAt = start;
        while (lookedAt < measureAt && sleepUntil(Math.min(lookedAt + intervalNanos, measureAt))) {
            lookedAt = look(start, lookedAt, true);
        }
        lookedAt = Math.max(lookedAt, Math.min(measureAt, System.nanoTime()));
        Instant began = Instant.now();
        members.forEach(member -> member.before = member.time());
        Duration cpuBefore = processCpu();
        while (lookedAt < endAt && sleepUntil(Math.min(lookedAt + intervalNanos, endAt))) {
            lookedAt = look(start, lookedAt, false);
        }
        long now = System.nanoTime();
        boolean early = stopped.getCount() == 0 && now < endAt;
        Duration cpu = processCpu().minus(cpuBefore);
        long measured = Math.max(1, early ? now - measureAt : plan.duration().toNanos());
        double busy = 0;
        double waited = 0;
        for (Member member : members) {
            // The last replies, then the connections' end; a thread that does not end then is stuck.
            member.loop.join(plan.timeout().toNanos() + PATIENCE_NANOS);
            ThreadTime.Reading spent = member.after.since(member.before);
            busy = Math.max(busy, (double) spent.busyNanos() / measured);
            waited = Math.max(waited, (double) spent.waitedNanos() / measured);
        }
        gather(false);
        if (second.getTotalCount() > 0 || !errors().equals(errorsBefore)) {
            tell(start, lookedAt, false); // what was answered after the time was over
        }
        return result(began, Duration.ofNanos(measured), early, busy, waited, cpu);
    }

    /// @return false if the load was stopped meanwhile
    private boolean sleepUntil(long nanoTime) throws InterruptedException {
        return !stopped.await(nanoTime - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    /// @return when
    private long look(long start, long lookedAt, boolean isWarmUp) {
        gather(isWarmUp);
        return tell(start, lookedAt, isWarmUp);
    }

    /// @return when
    private long tell(long start, long lookedAt, boolean isWarmUp) {
        long now = System.nanoTime();
        long replies = count(Ledger.Count.REPLIES);
        long servedNow = count(Ledger.Count.SERVED);
        Map<ErrorKind, Long> errors = errors();
        Map<ErrorKind, Long> newErrors = new EnumMap<>(ErrorKind.class);
        errors.forEach((kind, sum) -> {
            long more = sum - errorsBefore.getOrDefault(kind, 0L);
            if (more > 0) {
                newErrors.put(kind, more);
            }
        });
        var told = new Progress.Second(
                isWarmUp,
                Duration.ofNanos(now - start),
                plan.warmUp().plus(plan.duration()),
                now - lookedAt,
                replies - repliesBefore,
                openNow(),
                servedNow - servedBefore,
                newErrors,
                second.getValueAtPercentile(50),
                second.getValueAtPercentile(99),
                second.getMaxValue());
        if (!isWarmUp) {
            seconds.add(told);
        }
        repliesBefore = replies;
        servedBefore = servedNow;
        errorsBefore = errors;
        progress.second(told, second);
        return now;
    }

    /// Takes what the ledgers have recorded since the last time.
    private void gather(boolean isWarmUp) {
        second.reset();
        for (Member member : members) {
            Ledger ledger = member.generator.ledger();
            for (int kind = 0; kind < served.length; kind++) {
                Histogram since = ledger.served(kind, member.reused[kind]);
                member.reused[kind] = since;
                served[kind].add(since);
                second.add(since);
            }
            member.reusedRefused = ledger.refused(member.reusedRefused);
            refused.add(member.reusedRefused);
        }
        all.add(second);
        for (Member member : members) {
            member.reusedWarmUp = member.generator.ledger().servedInWarmUp(member.reusedWarmUp);
            if (isWarmUp) {
                second.add(member.reusedWarmUp);
            }
        }
    }

    private static Duration processCpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private Result result(
            Instant began, Duration measured, boolean early, double busy, double waited, Duration cpu) {
        Histogram late = Ledger.histogram();
        long due = 0;
        long slowBytes = 0;
        for (int i = 0; i < members.size(); i++) {
            Ledger ledger = members.get(i).generator.ledger();
            late.add(ledger.late());
            due += early ? ledger.get(Ledger.Count.DUE) : plan.due(plan.duration(), i);
            slowBytes += ledger.get(Ledger.Count.SLOW_BYTES);
        }
        List<Dialogue.Kind> names = plan.dialogue().kinds();
        List<Result.OfKind> kinds = new ArrayList<>();
        for (int i = 0; served.length > 1 && i < served.length; i++) {
            kinds.add(new Result.OfKind(names.get(i).name(), served[i]));
        }
        Map<ErrorKind, Long> errors = errors();
        long replies = all.getTotalCount() + refused.getTotalCount();
        long servedWell = count(Ledger.Count.SERVED);
        long failed = errors.values().stream().mapToLong(Long::longValue).sum();
        long unanswered = early ? Math.max(0, due - servedWell - failed) : 0;
        return new Result(
                Dialogue.show(plan.to()),
                plan.transport().name(),
                plan.ratePerSecond(),
                plan.arrivals(),
                plan.connections(),
                plan.threads(),
                plan.pipeline(),
                plan.requestsPerConnection(),
                plan.slowReaders(),
                plan.warmUp(),
                plan.seed(),
                began,
                measured,
                early,
                servedWell,
                count(Ledger.Count.SERVED_WITHIN),
                count(Ledger.Count.ANSWERED_WITHIN),
                unanswered,
                errors,
                count(Ledger.Count.WAITED),
                all,
                Fairness.of(members.stream().flatMapToDouble(each -> each.generator.meanNanos()).toArray()),
                kinds,
                refused,
                late,
                count(Ledger.Count.OPENED),
                seconds,
                busy,
                waited,
                cpu,
                slowBytes,
                SelfCheck.whyVoid(busy, plan.sharing(), plan.isClosed() ? 0 : due,
                        count(Ledger.Count.IN_TIME), replies, unanswered));
    }

    private int openNow() {
        return members.stream().mapToInt(member -> member.generator.openNow()).sum();
    }

    private long count(Ledger.Count count) {
        return members.stream().mapToLong(member -> member.generator.ledger().get(count)).sum();
    }

    private Map<ErrorKind, Long> errors() {
        Map<ErrorKind, Long> sums = new EnumMap<>(ErrorKind.class);
        for (ErrorKind kind : ErrorKind.values()) {
            sums.put(kind, members.stream().mapToLong(member -> member.generator.ledger().get(kind)).sum());
        }
        return sums;
    }

    /// One thread of the load and what it owns.
    private static final class Member implements Generator.Hands {
        private final Arena arena = Arena.ofShared();
        private final Counters counters = Counters.confined();
        private final Generator generator;
        private final ConnectionTable table;
        private final EventLoop loop;
        private final SplittableRandom random;
        private final @Nullable Histogram[] reused;
        private @Nullable Histogram reusedRefused;
        private @Nullable Histogram reusedWarmUp;
        private volatile @Nullable ThreadTime time;
        private volatile ThreadTime.Reading before = ThreadTime.Reading.NONE;
        private volatile ThreadTime.Reading after = ThreadTime.Reading.NONE;

        private Member(Plan plan, int thread, SplittableRandom random) throws IOException {
            this.random = random;
            Transport transport = plan.transport();
            SocketOptions options = SocketOptions.defaults();
            generator = new Generator(
                    plan,
                    plan.share(plan.connections(), thread),
                    plan.share(plan.slowReaders(), thread),
                    random.nextLong(),
                    Sources.of(transport, plan.to(), options),
                    Sources.of(transport, plan.to(), options.with(SLOW_OPTION)),
                    counters,
                    System::nanoTime,
                    () -> after = time());
            Limits limits = generator.limits();
            table = new ConnectionTable(generator, limits, transport.files(), transport::endpoint);
            int count = limits.connectionsMax();
            long bytes = BufferPool.bytesNeeded(limits.bufferBytes(), 2 * count, limits.inboundBytesMax(), count);
            var pool = new BufferPool(
                    transport.map(bytes, arena),
                    limits.bufferBytes(),
                    2 * count,
                    limits.inboundBytesMax(),
                    count,
                    false);
            loop = new EventLoop(
                    "load-" + thread,
                    transport.poller(table, counters),
                    table,
                    count,
                    pool,
                    counters,
                    this::onThread,
                    self -> turn(self.wire()));
            loop.schedule(generator);
            generator.begin(table, this);
            reused = new Histogram[generator.ledger().kinds()];
        }

        static Member of(Plan plan, int thread, SplittableRandom random) throws IOException {
            return new Member(plan, thread, random);
        }

        /// What a client does at each step: everything itself, as under SPED.
        private static Turn turn(Wire wire) {
            return c -> switch (c.next()) {
                case READ -> wire.read(c);
                case WORK, BLOCKING -> {
                    c.work();
                    yield true;
                }
                case WRITE -> wire.write(c);
                case WAIT -> wire.await(c);
                case CLOSE -> {
                    wire.close(c);
                    yield false;
                }
            };
        }

        void begin(Plan plan, int thread, long start) {
            long measureAt = start + plan.warmUp().toNanos();
            Timetable timetable = plan.isClosed()
                    ? null
                    : new Timetable(
                            plan.arrivals(),
                            random,
                            (double) thread / plan.threads(),
                            start,
                            plan.warmUp().toNanos(),
                            plan.due(plan.warmUp(), thread),
                            plan.duration().toNanos(),
                            plan.due(plan.duration(), thread));
            generator.run(new Generator.Span(start, measureAt, measureAt + plan.duration().toNanos(), timetable));
            loop.wake();
        }

        ThreadTime.Reading time() {
            ThreadTime started = time;
            return started == null ? ThreadTime.Reading.NONE : started.read();
        }

        private void onThread() {
            time = new ThreadTime();
            ThreadTime.bePunctual();
        }

        void free() {
            loop.close();
            table.close();
            arena.close();
        }

        @Override
        public Connecting connect(Connection slot, Destination destination) {
            return loop.connect(slot, destination);
        }

        @Override
        public void turn(Connection connection) {
            loop.turn(connection);
        }

        @Override
        public void wake() {
            loop.wake();
        }
    }
}
