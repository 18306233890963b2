package dev.partita.lab.trial;

import dev.partita.lab.results.Trial.Cost;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the kernel has counted for a process so far, thread by thread.
///
/// `task/*/schedstat` has nanoseconds on a processor and in the run queue, `task/*/status` the switches (proc(5)), but only of
/// threads that live. `stat` has the time of all threads, in ticks of 10 ms. So figures of threads come from the former, and
/// where threads ended meanwhile the time comes from the latter and switches are unknown.
///
/// The JVM's compiler threads are left out: what they do is over once the server is warm.
///
/// @param nanoTime when
/// @param ticksUser of all threads, also of those that ended
/// @param ticksSystem the same
/// @param residentBytes of the process
/// @param size how many threads there were when the look began; `threads` misses those that ended during it
/// @param threads those that live, by their ids
record ProcessSample(
        long nanoTime,
        long ticksUser,
        long ticksSystem,
        long residentBytes,
        int size,
        Map<Integer, ThreadSample> threads) {

    private static final long TICK_NANOS = 10_000_000;
    private static final long PAGE_BYTES = 4096;
    /// Fields of /proc/PID/stat behind the name in brackets, from 0: utime and stime are 14 and 15 from 1, num_threads 20, rss 24.
    private static final int UTIME = 11;
    private static final int STIME = 12;
    private static final int THREADS = 17;
    private static final int RSS = 21;
    /// A few threads of the JVM's come and go; when more than this share has ended, they were the server's.
    private static final double ENDED_MAX = 0.05;

    /// One thread.
    record ThreadSample(boolean compiles, long nanos, long queueNanos, long voluntary, long involuntary) {
        static final ThreadSample NONE = new ThreadSample(false, 0, 0, 0, 0);
    }

    /// @throws IOException if the process is not there any more
    static ProcessSample of(long pid) throws IOException {
        return of(List.of(pid));
    }

    /// Of a master and its workers. What they share is counted for each of them in `residentBytes`.
    ///
    /// @param pids the first one has to be there; others may have ended
    static ProcessSample of(List<Long> pids) throws IOException {
        ProcessSample all = one(pids.getFirst());
        for (long worker : pids.subList(1, pids.size())) {
            try {
                all = all.and(one(worker));
            } catch (IOException ended) {
                // Its threads are missing now, as those of a thread that has ended.
            }
        }
        return all;
    }

    private ProcessSample and(ProcessSample other) {
        Map<Integer, ThreadSample> both = new HashMap<>(threads);
        both.putAll(other.threads);
        return new ProcessSample(other.nanoTime, ticksUser + other.ticksUser, ticksSystem + other.ticksSystem,
                residentBytes + other.residentBytes, size + other.size, both);
    }

    private static ProcessSample one(long pid) throws IOException {
        Path process = Path.of("/proc", Long.toString(pid));
        String stat = Files.readString(process.resolve("stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        Map<Integer, ThreadSample> threads = new HashMap<>();
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(process.resolve("task"))) {
            for (Path task : tasks) {
                ThreadSample sample = thread(task);
                if (sample != null) {
                    threads.put(Integer.parseInt(task.getFileName().toString()), sample);
                }
            }
        } catch (DirectoryIteratorException ended) {
            throw ended.getCause();
        }
        return new ProcessSample(System.nanoTime(), Long.parseLong(fields[UTIME]), Long.parseLong(fields[STIME]),
                Long.parseLong(fields[RSS]) * PAGE_BYTES, Integer.parseInt(fields[THREADS]), threads);
    }

    /// @return null if it has just ended
    private static @Nullable ThreadSample thread(Path task) {
        try {
            String[] sched = Files.readString(task.resolve("schedstat")).strip().split(" ", -1);
            String status = Files.readString(task.resolve("status"));
            String name = Proc.field(status, "Name:");
            return new ThreadSample(
                    name.startsWith("C1 Compiler") || name.startsWith("C2 Compiler"),
                    Long.parseLong(sched[0]), Long.parseLong(sched[1]),
                    Long.parseLong(Proc.field(status, "voluntary_ctxt_switches:")),
                    Long.parseLong(Proc.field(status, "nonvoluntary_ctxt_switches:")));
        } catch (IOException | NumberFormatException ended) {
            return null;
        }
    }

    /// The share of one processor that the compiler has used since.
    double compilingSince(ProcessSample before) {
        long nanos = 0;
        for (Map.Entry<Integer, ThreadSample> each : threads.entrySet()) {
            if (each.getValue().compiles) {
                nanos += each.getValue().nanos - before.thread(each.getKey()).nanos;
            }
        }
        return (double) nanos / (nanoTime - before.nanoTime);
    }

    /// What a request has cost since, if so many were answered in a second.
    Cost since(ProcessSample before, double requestsPerSecond) {
        double seconds = (nanoTime - before.nanoTime) / 1e9;
        double requests = Math.max(1, requestsPerSecond * seconds);
        long nanos = 0;
        long allNanos = 0;
        long queued = 0;
        long voluntary = 0;
        long involuntary = 0;
        for (Map.Entry<Integer, ThreadSample> each : threads.entrySet()) {
            ThreadSample now = each.getValue();
            ThreadSample then = before.thread(each.getKey());
            allNanos += now.nanos - then.nanos;
            if (!now.compiles) {
                nanos += now.nanos - then.nanos;
                queued += now.queueNanos - then.queueNanos;
                voluntary += now.voluntary - then.voluntary;
                involuntary += now.involuntary - then.involuntary;
            }
        }
        long user = ticksUser - before.ticksUser;
        long system = ticksSystem - before.ticksSystem;
        long ended = before.threads.keySet().stream().filter(id -> !threads.containsKey(id)).count();
        // Threads that began and ended between the two samples are seen only in what the process has used without them.
        boolean complete = ended <= ENDED_MAX * before.size() && (user + system) * TICK_NANOS < 1.3 * allNanos + 1e8;
        double micros = (complete ? nanos : (user + system) * TICK_NANOS) / 1e3 / requests;
        double systemShare = user + system == 0 ? 0 : (double) system / (user + system);
        return new Cost(
                micros,
                micros * (1 - systemShare),
                micros * systemShare,
                micros * requests / 1e6 / seconds,
                complete ? voluntary / requests : null,
                complete ? involuntary / requests : null,
                complete ? queued / 1e3 / requests : null,
                null);
    }

    private ThreadSample thread(int id) {
        return threads.getOrDefault(id, ThreadSample.NONE);
    }
}
