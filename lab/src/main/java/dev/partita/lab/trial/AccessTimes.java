package dev.partita.lab.trial;

import dev.partita.lab.results.Trial.Split;
import dev.partita.lab.statistics.Quantile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A server's access log, read for where the time of its requests went.
final class AccessTimes {
    private static final Pattern LINE =
            Pattern.compile(" us=(\\d+) accept=(\\d+) lag=(\\d+) queue=(\\d+) work=(\\d+) write=(\\d+)");
    private static final int LINES_MAX = 200_000;
    /// A server writes its log in batches, at most 10 ms apart.
    private static final int QUIET_MILLIS = 50;
    private static final int SETTLE_MILLIS_MAX = 2_000;

    private final Path file;

    AccessTimes(Path file) {
        this.file = file;
    }

    /// Forgets what has been logged until now, and what is about to be.
    void clear() throws IOException, InterruptedException {
        settle();
        Files.write(file, new byte[0]);
    }

    /// Waits until nothing has been written for a while.
    private void settle() throws IOException, InterruptedException {
        long until = System.nanoTime() + SETTLE_MILLIS_MAX * 1_000_000L;
        long before = -1;
        for (long size = Files.size(file); size != before && System.nanoTime() < until; size = Files.size(file)) {
            before = size;
            Thread.sleep(QUIET_MILLIS);
        }
    }

    /// Where the time went, once all is logged.
    Split split() throws IOException, InterruptedException {
        settle();
        double[] sums = new double[6];
        List<Double> queues = new ArrayList<>();
        for (double[] line : lines()) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] += line[i];
            }
            queues.add(line[3]);
        }
        int n = Math.max(1, queues.size());
        return new Split(sums[1] / n, sums[2] / n, sums[3] / n, queues.isEmpty() ? 0 : Quantile.of(0.99, queues),
                sums[4] / n, sums[5] / n, queues.size());
    }

    /// How long each request's work took, in microseconds.
    List<Double> work() throws IOException {
        List<Double> work = new ArrayList<>();
        for (double[] line : lines()) {
            work.add(line[4]);
        }
        return work;
    }

    private List<double[]> lines() throws IOException {
        List<double[]> lines = new ArrayList<>();
        List<String> text = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        for (String line : text.subList(Math.max(0, text.size() - LINES_MAX), text.size())) {
            Matcher matcher = LINE.matcher(line);
            if (matcher.find()) {
                double[] values = new double[6];
                for (int i = 0; i < values.length; i++) {
                    values[i] = Double.parseDouble(matcher.group(i + 1));
                }
                lines.add(values);
            }
        }
        return lines;
    }
}
