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

    private final Path file;

    AccessTimes(Path file) {
        this.file = file;
    }

    Split split() throws IOException {
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
