package dev.partita.lab.trial;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Small readings from /proc.
final class Proc {
    private Proc() {}

    /// What stands behind `name` in a file of `name value` lines; an empty string if nothing does.
    static String field(String text, String name) {
        int at = text.startsWith(name) ? 0 : text.indexOf("\n" + name) + 1;
        if (at == 0 && !text.startsWith(name)) {
            return "";
        }
        int end = text.indexOf('\n', at);
        return text.substring(at + name.length(), end < 0 ? text.length() : end).strip();
    }

    /// All processors' time so far, in ticks.
    ///
    /// @param all of it
    /// @param idle with nothing to do, or waiting for a disk
    /// @param steal that the hypervisor gave to others
    record Machine(long all, long idle, long steal) {
        static final Machine UNKNOWN = new Machine(0, 0, 0);
        private static final int FIELDS = 8;

        /// `cpu user nice system idle iowait irq softirq steal guest guest_nice` (proc_stat(5)).
        static Machine now() {
            try {
                List<String> lines = Files.readAllLines(Path.of("/proc/stat"));
                String[] fields = lines.getFirst().strip().split("\\s+", -1);
                long sum = 0;
                for (int i = 1; i <= FIELDS; i++) {
                    sum += Long.parseLong(fields[i]);
                }
                return new Machine(sum, Long.parseLong(fields[4]) + Long.parseLong(fields[5]),
                        Long.parseLong(fields[FIELDS]));
            } catch (IOException | RuntimeException notLinux) {
                return UNKNOWN;
            }
        }

        double stealSince(Machine before) {
            return share(steal - before.steal, before);
        }

        private double share(long ticks, Machine before) {
            return all == before.all ? 0 : (double) ticks / (all - before.all);
        }
    }
}
