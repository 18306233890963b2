package dev.partita.cli;

import dev.partita.limits.Counter;
import dev.partita.loop.Attendant;
import dev.partita.server.Running;
import java.io.IOException;
import java.io.PrintStream;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Ends a server by signals: the first SIGINT, SIGTERM or SIGHUP begins a drain, after which the exit code is 0; the second
/// one stops the program at once, with 128 and its number. Where the server can be reloaded SIGHUP does that.
///
/// The JVM's own handlers would end it with 130 or 143 before a request is finished.
final class Ending {
    /// What each signal does, for the help: a line for each, name and meaning.
    static final String SIGNALS = """
              INT, TERM, HUP    drains and ends with 0; HUP not under nohup, which wants it ignored
              one more of them  stops now and ends with 130, 143 or 129
              QUIT              writes the stack of every thread to standard output and goes on: the JVM does
            """;
    /// The same for a server that can be reloaded; for the operator's guide too.
    static final String RELOADING_SIGNALS = """
              INT, TERM         drains and ends with 0
              one more of them  stops now and ends with 130 or 143
              HUP               reloads: a new generation of the program takes over; not under nohup
              USR1              opens the file of --access-log again, after a rotation has renamed it
              QUIT              writes the stack of every thread to standard output and goes on: the JVM does
            """;
    private static final int SIGNAL_EXIT = 128;
    private static final long WORDS_NANOS = 500_000_000L;
    /// What an orderly exit may take where nobody reads: an access log gives up after two seconds.
    private static final long EXIT_MILLIS = 3_000;

    private final PrintStream out;
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CompletableFuture<Running> known = new CompletableFuture<>();
    private volatile @Nullable Running running;
    /// What this server listened on is another process's.
    private volatile boolean superseded;

    Ending(PrintStream out) {
        this.out = out;
        Signals.handle("INT", this::onSignal);
        Signals.handle("TERM", this::onSignal);
        Signals.handleUnlessIgnored("HUP", this::onSignal); // nohup wants it ignored
    }

    /// @param err where a reload that fails is told
    Ending(PrintStream out, PrintStream err) {
        this.out = out;
        Signals.handle("INT", this::onSignal);
        Signals.handle("TERM", this::onSignal);
        Signals.handleUnlessIgnored("HUP", _ -> reload(err));
    }

    /// On a thread of the JVM's, which is kept until the new generation serves; before, until this one does.
    private void reload(PrintStream err) {
        Running current = known.join();
        try {
            current.reload();
            say(() -> "reloaded: a new generation serves");
        } catch (IOException refused) {
            err.println("partita: " + refused.getMessage());
            err.flush();
        }
    }

    /// The server runs: from now on signals are about it.
    void serves(Running running) {
        this.running = running;
        known.complete(running);
    }

    /// Waits for the first signal and ends the server.
    ///
    /// @return the exit code
    int await(Running running) throws InterruptedException {
        serves(running);
        try {
            asked.await();
        } finally {
            drain(running);
        }
        return 0;
    }

    /// Ends the wait, since another process has taken over.
    void leave() {
        superseded = true;
        ask();
    }

    /// Ends the wait as a signal would.
    void ask() {
        asked.countDown();
    }

    /// Ends the server and says how that went.
    void drain(Running running) {
        say(() -> "draining: " + plural(running.connections(), "connection") + " open, up to "
                + running.limits().drainMillis() / 1_000 + " s for requests in flight; again to stop now");
        long abortedBefore = running.count(Counter.ABORTED);
        running.drain();
        say(() -> "ended: " + plural(running.count(Counter.REQUESTS), "request") + " served, "
                + (running.count(Counter.ABORTED) - abortedBefore) + " given up");
    }

    /// On a thread of the JVM's, a new one for each signal.
    private void onSignal(int signal) {
        synchronized (asked) {
            if (asked.getCount() > 0) {
                asked.countDown();
                return;
            }
        }
        stopNow(SIGNAL_EXIT + signal);
    }

    /// Halts: an orderly exit would wait for what is stuck, which is why somebody asks twice.
    private void stopNow(int exitCode) {
        Running current = running;
        if (current != null) {
            if (!superseded) {
                current.addresses().forEach(Ending::removeFile);
            }
            say(() -> "stopped: " + plural(current.connections(), "connection") + " given up");
        }
        Runtime.getRuntime().halt(exitCode);
    }

    /// Ends the program. Who does not read what was said is not waited for; whoever writes to him may hold what an orderly exit
    /// needs, the log's handler for example, which is not waited for either then.
    static void exit(int exitCode, PrintStream... streams) {
        boolean read = true;
        for (PrintStream each : streams) {
            read &= takesWords("flush", each::flush);
        }
        if (!read) {
            new Attendant("halt", () -> halt(exitCode)).start();
        }
        System.exit(exitCode);
    }

    private static void halt(int exitCode) {
        try {
            Thread.sleep(EXIT_MILLIS);
        } catch (InterruptedException impatient) {
            // then at once
        }
        Runtime.getRuntime().halt(exitCode);
    }

    private static void removeFile(SocketAddress address) {
        if (address instanceof UnixDomainSocketAddress unix) {
            try {
                Files.deleteIfExists(unix.getPath());
            } catch (IOException kept) {
                // The next start removes it, since nobody answers there.
            }
        }
    }

    /// Does not wait for long: nobody has to read what is said.
    private void say(Supplier<String> line) {
        boolean _ = takesWords("words", () -> {
            out.println(line.get());
            out.flush();
        });
    }

    /// Lets a thread of its own say something.
    ///
    /// @return false if whoever should read it does not within half a second; the thread goes on waiting
    static boolean takesWords(String name, Runnable words) {
        var speaker = new Attendant(name, words);
        speaker.start();
        try {
            return speaker.join(WORDS_NANOS);
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static String plural(long count, String thing) {
        return count + " " + thing + (count == 1 ? "" : "s");
    }
}
