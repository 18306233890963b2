package dev.partita.load;

import dev.partita.transport.Transport;
import dev.partita.transport.Transports;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What load is put on which server:
///
///     Result result = Load.of(HttpDialogue.get(uri)).rate(10_000).duration(Duration.ofSeconds(10)).run();
///
/// With a [rate][#rate] it is an open loop: requests are due by the clock, whatever the server does, and their latency counts
/// from then. A [closed][#closed] loop sends a request when the one before it has ended, so a server that stops is asked
/// less, and the latencies say nothing about users who come by themselves. One of the two has to be chosen.
///
/// The methods that change it return it, and refuse what is out of range with an [IllegalArgumentException] that names the
/// range. For one thread; a load that was started is not changed any more.
public final class Load {
    /// The highest rate that can be asked for.
    public static final long RATE_MAX = 10_000_000;
    /// The lowest one.
    public static final double RATE_MIN = 0.001;
    private static final double NOT_CHOSEN = -1;

    private final Dialogue dialogue;
    private final SocketAddress to;
    private double ratePerSecond = NOT_CHOSEN;
    private Arrivals arrivals = Arrivals.POISSON;
    private int connections = 64;
    private int pipeline = 1;
    private int requestsPerConnection;
    private int slowReaders;
    private Duration warmUp = Duration.ofSeconds(3);
    private Duration duration = Duration.ofSeconds(10);
    private Duration interval = Duration.ofSeconds(1);
    private Duration timeout = Duration.ofSeconds(10);
    private int lineMax = 100_000;
    private int threads = 1;
    private long seed = 1;
    private @Nullable Transport transport;
    private boolean sharing;
    private boolean ownHost;

    private Load(Dialogue dialogue, SocketAddress to) {
        this.dialogue = dialogue;
        this.to = to;
    }

    /// A load of that dialogue on the server at that address.
    public static Load of(Dialogue dialogue, SocketAddress to) {
        return new Load(dialogue, to);
    }

    /// A load on the HTTP server of the dialogue's URL.
    public static Load of(HttpDialogue dialogue) {
        return new Load(dialogue, dialogue.address());
    }

    /// An open loop.
    ///
    /// @param perSecond requests due in a second, over all threads; 0.001 to 10,000,000
    public Load rate(double perSecond) {
        if (!(perSecond >= RATE_MIN && perSecond <= RATE_MAX)) {
            throw new IllegalArgumentException("the rate is " + perSecond + ": valid are 0.001 to 10000000");
        }
        ratePerSecond = perSecond;
        return this;
    }

    /// A closed loop.
    public Load closed() {
        ratePerSecond = 0;
        return this;
    }

    /// How an open loop's requests are spread over time. Poisson unless somebody says otherwise.
    public Load arrivals(Arrivals arrivals) {
        this.arrivals = arrivals;
        return this;
    }

    /// How many connections, over all threads: 1 to 1,000,000, and 64 unless somebody says otherwise.
    public Load connections(int connections) {
        this.connections = inRange("connections", connections, 1, 1_000_000);
        return this;
    }

    /// How many requests may be open on one connection: 1 to 1,024, and 1 unless somebody says otherwise.
    public Load pipeline(int pipeline) {
        this.pipeline = inRange("pipeline", pipeline, 1, 1_024);
        return this;
    }

    /// After how many requests a connection is closed, and another one opened when a request needs it; 0, as it is unless
    /// somebody says otherwise, for never.
    public Load requestsPerConnection(int requests) {
        requestsPerConnection = inRange("requests per connection", requests, 0, Integer.MAX_VALUE);
        return this;
    }

    /// How many further connections read their replies slowly, a few KiB a second: 0 to 100,000, and 0 unless somebody says
    /// otherwise. Their requests are not counted.
    public Load slowReaders(int slowReaders) {
        this.slowReaders = inRange("slow readers", slowReaders, 0, 100_000);
        return this;
    }

    /// Load before the measured time, so that both sides are compiled and caches are filled: up to 1 h, and 3 s unless
    /// somebody says otherwise.
    public Load warmUp(Duration warmUp) {
        inRange("warm-up in milliseconds", warmUp.toMillis(), 0, 3_600_000);
        this.warmUp = warmUp;
        return this;
    }

    /// The measured time: 100 ms to 24 h, and 10 s unless somebody says otherwise.
    public Load duration(Duration duration) {
        inRange("duration in milliseconds", duration.toMillis(), 100, 86_400_000);
        this.duration = duration;
        return this;
    }

    /// How long a reply may take, kept to about a second, and how long a request stands in line: 100 ms to 1 h, and 10 s
    /// unless somebody says otherwise.
    public Load timeout(Duration timeout) {
        inRange("timeout in milliseconds", timeout.toMillis(), 100, 3_600_000);
        this.timeout = timeout;
        return this;
    }

    /// How often [Progress] is told, and how long what [Result#seconds] has is: 50 ms to 1 s, and 1 s unless somebody says
    /// otherwise.
    public Load interval(Duration interval) {
        inRange("interval in milliseconds", interval.toMillis(), 50, 1_000);
        this.interval = interval;
        return this;
    }

    /// How many requests of one thread stand in line for a connection: 1 to 10,000,000, and 100,000 unless somebody says
    /// otherwise. Beyond it they fail as [ErrorKind#UNSENT].
    public Load lineMax(int lineMax) {
        this.lineMax = inRange("line", lineMax, 1, 10_000_000);
        return this;
    }

    /// How many event loops: 1 to 1,024, and 1 unless somebody says otherwise. Each needs a connection.
    public Load threads(int threads) {
        this.threads = inRange("threads", threads, 1, 1_024);
        return this;
    }

    /// Decides the arrivals and the choice among kinds; 1 unless somebody says otherwise.
    public Load seed(long seed) {
        this.seed = seed;
        return this;
    }

    /// How it talks to the kernel: the best that works here unless somebody says otherwise.
    public Load transport(Transport transport) {
        this.transport = transport;
        return this;
    }

    /// Whether the load has its processors in common with the server; false unless somebody says otherwise. How busy its threads are
    /// is no reason against the result then, only what they began late is.
    public Load sharingProcessors(boolean sharing) {
        this.sharing = sharing;
        return this;
    }

    /// Lets the load go to another machine than this one, whose owner says so by this call.
    public Load iOwnThisHost() {
        ownHost = true;
        return this;
    }

    /// Runs it to its end.
    ///
    /// @throws IOException if the server cannot be reached; the message says why and what to do
    /// @throws IllegalStateException if neither [#rate] nor [#closed] was called
    /// @throws IllegalArgumentException as [#start]
    public Result run() throws IOException, InterruptedException {
        return start(Progress.NONE).await();
    }

    /// Starts it.
    ///
    /// @param progress is told once a second how it goes, by the thread that waits in [LoadRun#await]
    /// @throws IOException if the system refuses what is needed
    /// @throws IllegalStateException if neither [#rate] nor [#closed] was called
    /// @throws IllegalArgumentException if the server is on another machine and [#iOwnThisHost] was not called, or there
    ///     are more threads than connections
    public LoadRun start(Progress progress) throws IOException {
        if (ratePerSecond == NOT_CHOSEN) {
            throw new IllegalStateException("a load is an open loop or a closed one: call rate(perSecond) or closed()");
        }
        if (threads > connections) {
            throw new IllegalArgumentException(
                    threads + " threads share " + connections + " connections: each needs one at least");
        }
        if (!ownHost && !isThisMachine(to)) {
            throw new IllegalArgumentException(
                    to + " is another machine: load on it is an attack, unless its owner wants it");
        }
        return LoadRun.start(
                new Plan(dialogue, to, ratePerSecond, arrivals, connections, pipeline, requestsPerConnection,
                        slowReaders, warmUp, duration, timeout, interval, lineMax, threads, seed, sharing,
                        transport != null ? transport : Transports.best()),
                progress);
    }

    /// Whether a server at that address can only be on this machine.
    public static boolean isThisMachine(SocketAddress address) {
        return !(address instanceof InetSocketAddress inet)
                || inet.getAddress() != null && inet.getAddress().isLoopbackAddress();
    }

    private static int inRange(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(what + " is " + value + ": valid are " + least + " to " + most);
        }
        return (int) value;
    }
}
