package dev.partita.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.load.Arrivals;
import dev.partita.load.Load;
import dev.partita.load.LoadRun;
import dev.partita.load.Progress;
import dev.partita.load.RawDialogue;
import dev.partita.load.Result;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// The load generator against a server process that is stopped for a second (SIGSTOP) in a run of ten.
///
/// Requests are due every 2 ms. Those due while the server was stopped have to wait for its end: 500 of 5,000, with latencies
/// spread evenly from nothing to a second. So the worst hundredth of all, 50 requests, waited 0.9 to 1 s, and the 99th
/// percentile is 0.9 s. A generator that waits for replies before it asks on (coordinated omission) would have one slow request
/// for each connection, and a 99th percentile of next to nothing.
@Timeout(120)
@EnabledOnOs(OS.LINUX)
class StallTest {
    private static final int RATE = 500;
    private static final int SECONDS = 10;
    private static final int CONNECTIONS = 8;
    private static final long STALL_NANOS = 1_000_000_000L;
    private static final long AT_SECOND = 4;
    /// On a machine that has other work too, a try in which somebody else was late by as much as the margins says nothing.
    private static final int TRIES = 4;
    private static final long DISTURBED_NANOS = 40_000_000;

    @Test
    void aStallOfASecondInTenIsSeenInTheNinetyNinthPercentile() throws Exception {
        Process server = new ProcessBuilder(ChildJvm.command(StarvedServer.class, "sped", "nio"))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = server.inputReader()) {
            int port = Integer.parseInt(out.readLine());
            for (int tries = 1;; tries++) {
                var stall = new Stall(server.pid());
                Result result = load(port, stall);
                double p99 = result.latency().getValueAtPercentile(99) / 1e9;
                boolean disturbed = stall.nanos > STALL_NANOS + DISTURBED_NANOS
                        || result.late().getMaxValue() > DISTURBED_NANOS;
                System.out.printf(
                        "stopped for %.3f s: p99 %.3f s, max %.3f s; the generator was late by up to %.3f s%n",
                        stall.nanos / 1e9, p99, result.latency().getMaxValue() / 1e9,
                        result.late().getMaxValue() / 1e9);
                // What holds however slow the machine is: whoever was due in the first half of the stop waited for half of it.
                long waitedForHalf = result.latency().getCountBetweenValues(STALL_NANOS / 2, Long.MAX_VALUE / 2);
                assertThat(waitedForHalf).isGreaterThanOrEqualTo(RATE / 2 - CONNECTIONS);
                assertThat(result.requests()).isEqualTo(RATE * SECONDS);
                assertThat(result.failed()).isZero();
                if (!disturbed || tries == TRIES || p99 >= 0.8 && p99 <= 1.0) {
                    assertThat(p99).isBetween(0.8, 1.0);
                    return;
                }
            }
        } finally {
            server.destroyForcibly();
        }
    }

    private static Result load(int port, Progress progress) throws IOException, InterruptedException {
        var dialogue = new RawDialogue("echo Hello\n".getBytes(ISO_8859_1), "Hello".getBytes(ISO_8859_1));
        LoadRun run = Load.of(dialogue, new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .rate(RATE)
                .arrivals(Arrivals.CONSTANT)
                .connections(CONNECTIONS)
                .warmUp(Duration.ofSeconds(2))
                .duration(Duration.ofSeconds(SECONDS))
                .start(progress);
        return run.await();
    }

    /// Stops a process for a second. It runs on the thread that only looks at the load.
    private static final class Stall implements Progress {
        private final long pid;
        private int second;
        private long nanos;

        Stall(long pid) {
            this.pid = pid;
        }

        @Override
        public void second(Second told, Histogram latency) {
            if (!told.isWarmUp() && ++second == AT_SECOND) {
                long from = System.nanoTime();
                signal("-STOP");
                long until = System.nanoTime() + STALL_NANOS;
                for (long left = STALL_NANOS; left > 0; left = until - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                signal("-CONT");
                nanos = System.nanoTime() - from;
            }
        }

        private void signal(String name) {
            try {
                Process kill = new ProcessBuilder("kill", name, Long.toString(pid)).start();
                assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
                assertThat(kill.exitValue()).isZero();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            } catch (InterruptedException impatient) {
                throw new AssertionError(impatient);
            }
        }
    }
}
