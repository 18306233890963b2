package dev.partita.cli.demo;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/// Useful work that takes a known time on an idle processor: a fixed number of rounds of arithmetic.
///
/// Never a loop on the clock, because the time of a thread that was preempted runs on: 8 threads that spun by the clock "did"
/// 528 units of work where two processors can do 400.
public final class Work {
    /// No machine does more rounds in a microsecond.
    public static final long PER_MICRO_MAX = 100_000;
    private static final long UNKNOWN = 0;
    /// Calls before measuring, so that the loop is compiled.
    private static final int WARM_UP_CALLS = 20_000;
    private static final long WARM_UP_ROUNDS = 100;

    private final CountDownLatch known = new CountDownLatch(1);
    private final String processor;
    private final String origin;
    private volatile long perMicro;

    private Work(String processor, long perMicro, String origin) {
        this.processor = processor;
        this.perMicro = perMicro;
        this.origin = origin;
        if (perMicro != UNKNOWN) {
            known.countDown();
        }
    }

    /// Work of which that many rounds take a microsecond.
    public static Work of(long perMicro) {
        return new Work("", perMicro, "as given");
    }

    /// Work as it was measured on this machine before, or will be by [#warmUp].
    ///
    /// @param processor the name of the processor: the figure is kept for it
    public static Work calibrated(String processor) {
        return new Work(
                processor, Calibration.recall(processor).orElse(UNKNOWN), "measured before on this machine");
    }

    /// How many rounds a microsecond has; 0 as long as nobody has measured it.
    public long perMicro() {
        return perMicro;
    }

    /// What is known, in words.
    public String description() {
        long rounds = perMicro;
        return rounds == UNKNOWN
                ? "being measured: how many rounds of /work take a microsecond"
                : rounds + " rounds of /work take a microsecond, " + origin;
    }

    /// Has the loop compiled and, if it is not known yet, measures how long it takes; called once, while requests come in
    /// already. It is not done before the first of them, since a server has to start fast; /work waits for it.
    ///
    /// @return what was found out, if anything
    public Optional<String> warmUp() {
        long sum = 0;
        for (int i = 0; i < WARM_UP_CALLS; i++) {
            sum += spin(WARM_UP_ROUNDS);
        }
        if (perMicro != UNKNOWN || sum == 0) {
            return Optional.empty();
        }
        perMicro = Calibration.measure();
        known.countDown();
        Calibration.remember(processor, perMicro);
        return Optional.of("measured: " + perMicro + " rounds of /work take a microsecond (--work-per-micro "
                + perMicro + ")");
    }

    /// Works for that many microseconds of an idle processor.
    ///
    /// @return something that depends on all of it, to be looked at by the caller: otherwise the compiler drops the loop
    long run(long micros) throws InterruptedException {
        if (perMicro == UNKNOWN) {
            known.await();
        }
        return spin(micros * perMicro);
    }

    /// Rounds of xorshift64, each of which needs the one before. Never 0.
    static long spin(long rounds) {
        long x = 0x9E3779B97F4A7C15L;
        for (long i = 0; i < rounds; i++) {
            x ^= x << 13;
            x ^= x >>> 7;
            x ^= x << 17;
        }
        return x;
    }
}
