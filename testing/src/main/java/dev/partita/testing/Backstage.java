package dev.partita.testing;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// What a test holds in its hands while a server works: gates at which blocking work stops until the test opens them, and
/// replies that the test completes from a thread of its own. So the order of events is decided, never slept for.
///
/// For any thread. Every wait ends after [WireClient#PATIENCE] with an error that says what did not happen.
public final class Backstage {
    /// A reply that the server has put off.
    @FunctionalInterface
    public interface PutOff {
        /// Brings the reply. From any thread.
        ///
        /// @return false if it was brought before: then nothing has changed
        boolean complete(String reply);
    }

    /// Where blocking work stops.
    public static final class Gate {
        private final String name;
        private final Queue<Thread> arrived = new ConcurrentLinkedQueue<>();
        private final Semaphore arrivals = new Semaphore(0);
        private final CountDownLatch open = new CountDownLatch(1);

        private Gate(String name) {
            this.name = name;
        }

        /// Stops the calling thread until the gate is open. By the work.
        public void pass() throws InterruptedException {
            arrived.add(Thread.currentThread());
            arrivals.release();
            if (!open.await(3 * WireClient.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("nobody opened gate " + name);
            }
        }

        /// Waits until so many more have arrived. By the test.
        public void awaitArrivals(int count) throws InterruptedException {
            if (!arrivals.tryAcquire(count, WireClient.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError(arrivals.availablePermits() + " of " + count + " arrived at gate " + name);
            }
        }

        /// The threads that have arrived, in that order.
        public List<Thread> arrived() {
            return List.copyOf(arrived);
        }

        /// Their names.
        public List<String> threads() {
            return arrived.stream().map(Thread::getName).toList();
        }

        /// Lets everybody pass, from now on.
        public void open() {
            open.countDown();
        }
    }

    private final ConcurrentHashMap<String, Gate> gates = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, BlockingQueue<PutOff>> putOff = new ConcurrentHashMap<>();
    private final AtomicLong produced = new AtomicLong();

    /// A backstage with closed gates.
    public Backstage() {}

    /// The gate of that name; closed at first.
    public Gate gate(String name) {
        return gates.computeIfAbsent(name, Gate::new);
    }

    /// Opens every gate that anybody has asked for: what a test does in the end, so that no thread stays behind.
    public void openAll() {
        gates.values().forEach(Gate::open);
    }

    /// Says that a reply has been put off. By the work.
    public void announce(String name, PutOff reply) {
        queue(name).add(reply);
    }

    /// Waits for the next reply that is put off under that name. By the test.
    public PutOff putOff(String name) throws InterruptedException {
        PutOff reply = queue(name).poll(WireClient.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (reply == null) {
            throw new AssertionError("no reply was put off under the name " + name);
        }
        return reply;
    }

    /// Counts bytes of a reply that is made while it is sent. By the work.
    public void produced(int bytes) {
        produced.addAndGet(bytes);
    }

    /// How many bytes were made so far. By the test.
    public long produced() {
        return produced.get();
    }

    private BlockingQueue<PutOff> queue(String name) {
        return putOff.computeIfAbsent(name, any -> new LinkedBlockingQueue<>());
    }
}
