package dev.partita.server;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// What is known of a process that serves.
///
/// @param generation which start of the program it belongs to: 1, and one more with every reload
/// @param place its number among those of its generation, which a replacement inherits; -1 for a spare
/// @param pid its process's number
/// @param state what it does, in a word
/// @param age since it was started
/// @param connections that are open
/// @param requests since it was started
/// @param restarts how often its place had to be filled again
/// @param lastEnd why it had to the last time; empty if never
public record WorkerStatus(
        int generation,
        int place,
        long pid,
        String state,
        Duration age,
        long connections,
        long requests,
        long restarts,
        String lastEnd) {
    private static final String ROW = "%-10s %5s %8s %-9s %9s %11s %12s %8s  %s%n";

    /// Some of them as text: a line of headings, and one for each.
    public static String table(List<WorkerStatus> workers) {
        var text = new StringBuilder(String.format(Locale.ROOT, ROW, "generation", "place", "pid", "state", "age",
                "connections", "requests", "restarts", "last end"));
        for (WorkerStatus each : workers) {
            text.append(String.format(
                    Locale.ROOT,
                    ROW,
                    each.generation,
                    each.place < 0 ? "-" : each.place,
                    each.pid,
                    each.state,
                    text(each.age),
                    each.connections,
                    each.requests,
                    each.restarts,
                    each.lastEnd));
        }
        return text.toString().replaceAll(" +\n", "\n");
    }

    /// An age, such as `3d 04:05:06`.
    public static String text(Duration age) {
        String days = age.toDays() == 0 ? "" : age.toDays() + "d ";
        return days + String.format(
                Locale.ROOT, "%02d:%02d:%02d", age.toHoursPart(), age.toMinutesPart(), age.toSecondsPart());
    }
}
