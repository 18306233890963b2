package dev.partita.testing;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// How many bytes certain threads have allocated on the heap, by the JVM's own count. Platform threads only.
public final class AllocationMeter {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final List<Thread> threads;
    private final long[] ids;

    private AllocationMeter(List<Thread> threads) {
        this.threads = threads;
        ids = threads.stream().mapToLong(Thread::threadId).toArray();
    }

    /// Of the threads alive now that are wanted.
    public static AllocationMeter of(Predicate<Thread> wanted) {
        return new AllocationMeter(Thread.getAllStackTraces().keySet().stream()
                .filter(wanted)
                .sorted(Comparator.comparing(Thread::getName))
                .toList());
    }

    /// The names of the threads, sorted.
    public List<String> names() {
        return threads.stream().map(Thread::getName).toList();
    }

    /// Bytes that each of them has allocated since it started, by name. Exact only while they do nothing.
    public Map<String, Long> bytes() {
        long[] bytes = THREADS.getThreadAllocatedBytes(ids);
        Map<String, Long> byName = new LinkedHashMap<>();
        for (int i = 0; i < bytes.length; i++) {
            byName.merge(threads.get(i).getName(), bytes[i], Long::sum);
        }
        return byName;
    }
}
