package dev.partita.load;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

/// The latencies of the measured time in HdrHistogram's own log format, one line a second, in nanoseconds: for its tools, such
/// as HistogramLogProcessor and HdrHistogramVisualizer.
public final class HistogramLog implements Progress, AutoCloseable {
    /// The column of the largest value is in milliseconds, as those tools expect.
    private static final double NANOS_PER_MILLI = 1e6;

    private final PrintStream out;
    private final HistogramLogWriter writer;
    private final Progress then;
    private boolean headed;

    /// @param then is told the same afterwards
    /// @throws IOException if the file cannot be written
    public HistogramLog(Path file, Progress then) throws IOException {
        out = new PrintStream(file.toFile(), StandardCharsets.UTF_8);
        writer = new HistogramLogWriter(out);
        this.then = then;
    }

    @Override
    public void begins(int connections) {
        then.begins(connections);
    }

    @Override
    public void second(Second second, Histogram latency) {
        if (!second.isWarmUp()) {
            long end = System.currentTimeMillis();
            long start = end - second.nanos() / 1_000_000;
            if (!headed) {
                headed = true;
                writer.outputComment("[Latency of requests served, in nanoseconds; counted from when each was due]");
                writer.outputBaseTime(start);
                writer.setBaseTime(start);
                writer.outputStartTime(start);
                writer.outputLegend();
            }
            writer.outputIntervalHistogram(
                    (start - writer.getBaseTime()) / 1e3, (end - writer.getBaseTime()) / 1e3, latency, NANOS_PER_MILLI);
        }
        then.second(second, latency);
    }

    /// @throws UncheckedIOException if something could not be written
    @Override
    public void close() {
        boolean failed = out.checkError();
        out.close();
        if (failed) {
            throw new UncheckedIOException(new IOException("the histogram log could not be written"));
        }
    }
}
