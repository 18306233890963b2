package dev.partita.loop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.partita.limits.Counter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LineLogTest {
    private static final int BYTES_MAX = 256 << 10;

    @TempDir
    Path folder;

    @Test
    void linesOfManyThreadsArriveWholeAndInTheOrderOfEach() throws Exception {
        Path file = folder.resolve("log");
        int threads = 4;
        int each = 20_000;
        LineLog log = LineLog.to(file, "log", BYTES_MAX);
        try (log) {
            var start = new CountDownLatch(1);
            List<Thread> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int number = i;
                all.add(Thread.ofPlatform().start(() -> {
                    await(start);
                    for (int line = 0; line < each; line++) {
                        put(log, number + " " + line + " " + "x".repeat(line % 300));
                    }
                }));
            }
            start.countDown();
            for (Thread thread : all) {
                thread.join();
            }
        }
        long dropped = log.counters().get(Counter.LOG_LINES_DROPPED);
        List<String> lines = Files.readAllLines(file);
        assertThat(lines.size() + dropped).isEqualTo((long) threads * each);
        int[] last = {-1, -1, -1, -1};
        for (String line : lines) {
            String[] words = line.split(" ", -1);
            int thread = Integer.parseInt(words[0]);
            int number = Integer.parseInt(words[1]);
            assertThat(number).isGreaterThan(last[thread]);
            assertThat(words[2]).isEqualTo("x".repeat(number % 300));
            last[thread] = number;
        }
    }

    @Test
    void aLineIsWrittenSoonWithoutAnother() throws Exception {
        Path file = folder.resolve("log");
        try (LineLog log = LineLog.to(file, "log", BYTES_MAX)) {
            for (int i = 1; i <= 3; i++) {
                put(log, "line");
                int lines = i;
                eventually(() -> read(file).equals("line\n".repeat(lines)));
            }
        }
    }

    @Test
    void aLineThatIsNotCompleteHoldsUpNobodyButTheWriterAndTheRestIsDroppedAndCounted() throws Exception {
        Path file = folder.resolve("log");
        try (LineLog log = LineLog.to(file, "log", BYTES_MAX)) {
            int first = log.claim(100);
            int lines = 0;
            while (put(log, "y".repeat(999))) {
                lines++;
            }
            assertThat(lines).isBetween(200, 256);
            assertThat(put(log, "y".repeat(999))).isFalse();
            assertThat(log.counters().get(Counter.LOG_LINES_DROPPED)).isEqualTo(2);
            log.bytes()[first] = '\n';
            log.commit(first, 100, 1);
            int all = 1 + lines * 1_000;
            eventually(() -> read(file).length() == all);
            assertThat(put(log, "again")).isTrue();
        }
        assertThat(read(file)).endsWith("y\nagain\n");
    }

    @Test
    void afterAReopenItGoesOnInAFileOfTheSameName() throws Exception {
        Path file = folder.resolve("log");
        try (LineLog log = LineLog.to(file, "log", BYTES_MAX)) {
            put(log, "one");
            eventually(() -> read(file).equals("one\n"));
            Path old = folder.resolve("log.1");
            Files.move(file, old);
            put(log, "two");
            eventually(() -> read(old).equals("one\ntwo\n"));
            log.reopen();
            eventually(() -> Files.exists(file));
            put(log, "three");
            eventually(() -> read(file).equals("three\n"));
            assertThat(read(old)).isEqualTo("one\ntwo\n");
        }
    }

    @Test
    void aFullDiskDropsLinesAndCountsThem() throws Exception {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.isWritable(full), "there is no /dev/full here");
        try (LineLog log = LineLog.to(full, "log", BYTES_MAX)) {
            for (int i = 0; i < 10; i++) {
                put(log, "line");
            }
            eventually(() -> log.counters().get(Counter.LOG_LINES_DROPPED) == 10);
        }
    }

    @Test
    void linesThatAreStillWaitingAreWrittenWhenItIsClosedAndLaterOnesAreDropped() throws Exception {
        Path file = folder.resolve("log");
        LineLog log = LineLog.to(file, "log", BYTES_MAX);
        for (int i = 0; i < 100; i++) {
            put(log, "line");
        }
        log.close();
        assertThat(read(file)).isEqualTo("line\n".repeat(100));
        assertThat(put(log, "late")).isFalse();
        assertThat(log.counters().get(Counter.LOG_LINES_DROPPED)).isEqualTo(1);
    }

    private static boolean put(LineLog log, String text) {
        byte[] line = (text + "\n").getBytes(US_ASCII);
        int at = log.claim(line.length + 40); // more than it needs, as those do who cannot know
        if (at == LineLog.FULL) {
            return false;
        }
        System.arraycopy(line, 0, log.bytes(), at, line.length);
        log.commit(at, line.length + 40, line.length);
        return true;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, US_ASCII);
        } catch (IOException notYet) {
            return "";
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static void eventually(BooleanSupplier condition) {
        long giveUpAt = System.nanoTime() + 10_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("within 10 s").isLessThan(giveUpAt);
            LockSupport.parkNanos(200_000);
        }
    }
}
