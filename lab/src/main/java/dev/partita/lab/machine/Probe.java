package dev.partita.lab.machine;

import dev.partita.lab.results.MachineCard;
import dev.partita.lab.statistics.Quantile;
import dev.partita.transport.Transport;
import dev.partita.transport.Transports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Makes the machine card.
public final class Probe {
    private static final int BATCHES = 40;
    private static final int CALLS = 5_000;
    private static final int WAKES = 2_000;
    private static final int ROUND_TRIPS = 3_000;

    private Probe() {}

    /// Looks, and measures nothing: what things cost is left out.
    ///
    /// @param jvmOptions of the servers
    public static MachineCard unmeasured(List<String> jvmOptions) {
        return new MachineCard(
                line("/proc/cpuinfo", "model name") + " " + System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(),
                1024 * number(line("/proc/meminfo", "MemTotal"), 0),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                Runtime.version() + ", " + System.getProperty("java.vm.name"),
                jvmOptions,
                openFilesMax(),
                0,
                0,
                null,
                null,
                null,
                null);
    }

    /// Looks and measures.
    ///
    /// @param jvmOptions of the servers
    public static MachineCard card(List<String> jvmOptions) throws InterruptedException {
        MachineCard known = unmeasured(jvmOptions);
        return new MachineCard(
                known.processor(),
                known.processors(),
                known.memoryBytes(),
                known.kernel(),
                known.jdk(),
                known.jvmOptions(),
                known.openFilesMax(),
                median(Probe::clock),
                systemCall(),
                wake(0, 0),
                known.processors() < 2 ? null : wake(0, 1),
                roundTrip(),
                busyBefore());
    }

    /// How many descriptors this process, and so those that it starts, may have.
    public static long openFilesMax() {
        return number(line("/proc/self/limits", "Max open files"), Long.MAX_VALUE);
    }

    private interface Batch {
        void run(int calls) throws IOException;
    }

    private static double median(Batch batch) {
        List<Double> each = new ArrayList<>();
        try {
            for (int i = 0; i < BATCHES; i++) {
                long begin = System.nanoTime();
                batch.run(CALLS);
                each.add((double) (System.nanoTime() - begin) / CALLS);
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return Quantile.median(each);
    }

    private static void clock(int calls) {
        long sum = 0;
        for (int i = 0; i < calls; i++) {
            sum ^= System.nanoTime();
        }
        if (sum == 1) {
            throw new IllegalStateException("a clock that stands"); // never: so the compiler keeps the calls
        }
    }

    private static double systemCall() {
        try (FileChannel file = FileChannel.open(Path.of("/proc/self/limits"))) {
            return median(calls -> {
                for (int i = 0; i < calls; i++) {
                    file.position(); // lseek(2): about the least that a call can do
                }
            });
        } catch (IOException | UncheckedIOException none) {
            return 0;
        }
    }

    /// Two threads that wake each other in turns: from one of the first one's turns to its next.
    private static @Nullable Double wake(int cpu, int otherCpu) throws InterruptedException {
        Transport transport = Transports.best();
        if (!transport.pins()) {
            return null;
        }
        var turn = new AtomicInteger();
        var partner = new Thread[2];
        double[] nanos = new double[WAKES];
        for (int side = 0; side < 2; side++) {
            int me = side;
            partner[side] = Thread.ofPlatform().daemon().unstarted(() -> {
                transport.pin(me == 0 ? cpu : otherCpu);
                long last = System.nanoTime();
                for (int i = 0; i < WAKES; i++) {
                    while (turn.get() != me) {
                        LockSupport.park();
                    }
                    if (me == 0) {
                        long now = System.nanoTime();
                        nanos[i] = now - last;
                        last = now;
                    }
                    turn.set(1 - me);
                    LockSupport.unpark(partner[1 - me]);
                }
            });
        }
        for (Thread each : partner) {
            each.start();
        }
        for (Thread each : partner) {
            each.join();
        }
        return Quantile.median(box(nanos));
    }

    private static @Nullable Double roundTrip() throws InterruptedException {
        try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var socket = new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort())) {
            socket.setTcpNoDelay(true);
            Thread echo = Thread.ofPlatform().daemon().start(() -> {
                try (Socket accepted = listener.accept()) {
                    accepted.setTcpNoDelay(true);
                    for (int read = accepted.getInputStream().read(); read >= 0; read =
                            accepted.getInputStream().read()) {
                        accepted.getOutputStream().write(read);
                    }
                } catch (IOException over) {
                    // The other side has what it wanted.
                }
            });
            double[] nanos = new double[ROUND_TRIPS];
            for (int i = 0; i < ROUND_TRIPS; i++) {
                long begin = System.nanoTime();
                socket.getOutputStream().write(1);
                socket.getInputStream().read();
                nanos[i] = System.nanoTime() - begin;
            }
            socket.shutdownOutput();
            echo.join();
            return Quantile.median(box(nanos));
        } catch (IOException refused) {
            return null;
        }
    }

    private static List<Double> box(double[] values) {
        List<Double> list = new ArrayList<>();
        for (double each : values) {
            list.add(each);
        }
        return list;
    }

    private static @Nullable Double busyBefore() throws InterruptedException {
        long[] before = ticks();
        Thread.sleep(300);
        long[] after = ticks();
        return after[0] == before[0] ? null : (Double) (1 - (double) (after[1] - before[1]) / (after[0] - before[0]));
    }

    /// All of them, and the idle ones.
    private static long[] ticks() {
        String[] fields = line("/proc/stat", "cpu ").strip().split("\\s+", -1);
        long all = 0;
        long idle = 0;
        for (int i = 0; i < Math.min(8, fields.length); i++) {
            long ticks = number(fields[i], 0);
            all += ticks;
            idle += i == 3 || i == 4 ? ticks : 0;
        }
        return new long[]{all, idle};
    }

    private static String line(String file, String name) {
        try {
            for (String line : Files.readAllLines(Path.of(file))) {
                if (line.startsWith(name)) {
                    return line.substring(name.length()).replaceFirst("^\\s*:", "").strip();
                }
            }
        } catch (IOException none) {
            // Not Linux.
        }
        return "";
    }

    private static long number(String text, long otherwise) {
        try {
            return Long.parseLong(text.strip().split("\\s+", 2)[0]);
        } catch (NumberFormatException none) {
            return otherwise;
        }
    }
}
