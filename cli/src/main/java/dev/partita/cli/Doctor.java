package dev.partita.cli;

import dev.partita.limits.Limits;
import dev.partita.linux.LinuxFacts;
import dev.partita.transport.Listener;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.SocketOptions.Outcome;
import dev.partita.transport.SocketOptions.Result;
import dev.partita.transport.Transport;
import dev.partita.transport.Transport.Sharing;
import dev.partita.transport.Transports;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/// `partita doctor`: what this machine offers a server, what it does not, and what to do about it.
@Command(addMethodSubcommands = false, description = """
        Shows what works on this machine (transports, socket options, limits), and what to change and how.""")
final class Doctor implements Runnable {
    private static final long OPEN_FILES_BESIDES = 200;
    private static final int WIDTH = 20;

    private final PrintStream out;
    private final List<String> advice = new ArrayList<>();

    Doctor(PrintStream out) {
        this.out = out;
    }

    @Override
    public void run() {
        machine();
        LinuxFacts facts = LinuxFacts.read();
        limits(facts);
        network(facts);
        transports();
        out.println();
        out.println("to change");
        if (advice.isEmpty()) {
            out.println("  nothing");
        }
        for (String each : advice) {
            out.println("  " + each.replace("\n", "\n    "));
        }
    }

    private void machine() {
        var columns = new Columns(WIDTH);
        columns.add("system", System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                + System.getProperty("os.arch"));
        columns.add("processors", Runtime.getRuntime().availableProcessors() + ", " + Machine.processor());
        columns.add("java", Runtime.version() + ", " + System.getProperty("java.vm.name") + "\n"
                + System.getProperty("java.home"));
        columns.add("partita", Main.version());
        out.print(columns);
    }

    private void limits(LinuxFacts facts) {
        var columns = new Columns(WIDTH);
        long files = facts.descriptorsSoft();
        long needed = Limits.defaults().connectionsMax() + OPEN_FILES_BESIDES;
        columns.add("open files", files < 0
                ? "unknown"
                : files == Long.MAX_VALUE ? "no limit" : "at most " + files + " in this process, sockets included");
        if (files >= 0 && files < needed) {
            advice.add("open files: the default of --max-connections needs " + needed + "\nulimit -n " + needed
                    + ", which may take root, or nofile in /etc/security/limits.conf, or LimitNOFILE= of a systemd unit");
        }
        long threads = Math.min(
                Machine.number("/proc/sys/kernel/threads-max", Long.MAX_VALUE),
                Machine.number("/proc/sys/kernel/pid_max", Long.MAX_VALUE));
        columns.add("threads", threads == Long.MAX_VALUE
                ? "unknown"
                : "at most " + threads + " in the system; mp needs one for each connection");
        out.print(columns);
    }

    private void network(LinuxFacts facts) {
        var columns = new Columns(WIDTH);
        int backlog = facts.backlogMax();
        columns.add("backlog", backlog < 0 ? "unknown" : "at most " + backlog + " connections wait to be accepted");
        if (backlog >= 0 && backlog < Limits.defaults().backlog()) {
            advice.add("backlog: a burst of more than " + backlog + " connections is turned away\nsysctl -w"
                    + " net.core.somaxconn=" + Limits.defaults().backlog());
        }
        List<String> controls = facts.congestionControls();
        columns.add("congestion control", controls.isEmpty()
                ? "unknown"
                : "this kernel has "
                        + String.join(", ", controls) + "; new connections get " + congestionControl());
        if (!controls.isEmpty() && !controls.contains("bbr")) {
            advice.add("congestion control: bbr, often better on long or lossy ways, is not loaded\nmodprobe tcp_bbr,"
                    + " then --socket-option tcp-congestion=bbr");
        }
        int fastOpen = facts.fastOpen();
        if (fastOpen >= 0) {
            boolean servers = (fastOpen & 2) != 0; // ip-sysctl: bit 1 is for servers
            columns.add("fast open", servers ? "on for servers" : "off for servers");
            if (!servers) {
                advice.add("fast open: tcp-fastopen has no effect before servers may use it\nsysctl -w"
                        + " net.ipv4.tcp_fastopen=" + (fastOpen | 2));
            }
        }
        columns.add("kernel calls", "openat2 " + isHere(facts.openat2()) + ", epoll_pwait2 "
                + isHere(facts.epollPwait2()));
        columns.add("io_uring", facts.ioUring().isEmpty() ? "is not available" : facts.ioUring());
        out.print(columns);
    }

    private static String isHere(boolean here) {
        return here ? "works" : "is not available";
    }

    private static String congestionControl() {
        return Machine.read("/proc/sys/net/ipv4/tcp_congestion_control").strip();
    }

    private void transports() {
        List<Transport> usable = new ArrayList<>();
        var columns = new Columns(WIDTH);
        String label = "transports";
        for (Transport each : Transports.all()) {
            String unavailable = each.unavailable();
            if (unavailable.isEmpty()) {
                usable.add(each);
                columns.add(label, each.name() + " works: " + each.description());
            } else {
                columns.add(label, each.name() + " does not work: " + unavailable);
                advice.add("transport " + each.name() + ": " + unavailable);
            }
            label = "";
        }
        out.print(columns);
        for (Transport each : usable) {
            options(each);
        }
    }

    /// Tries every option on a listener of its own, so that one cannot spoil the other.
    private void options(Transport transport) {
        out.println();
        out.println("socket options with " + transport.name());
        for (SocketOptions.Name name : SocketOptions.Name.values()) {
            String result;
            try {
                Outcome outcome = tryOut(transport, name.option() + "=" + sample(name));
                result = "  " + Announcement.outcome(outcome);
                if (outcome.result() == Result.APPLIED) {
                    result = Columns.pad(result, 40) + name.description();
                }
            } catch (IOException failure) {
                result = "  " + Columns.pad(name.option(), 26) + "not tried: " + failure.getMessage();
            }
            out.println(result);
        }
    }

    private static Outcome tryOut(Transport transport, String setting) throws IOException {
        var anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        SocketOptions options = SocketOptions.defaults().with(setting);
        try (Listener listener = transport.listen(anyPort, 1, options, Sharing.SINGLE)) {
            return listener.outcomes().getLast(); // the setting that was added last
        }
    }

    /// The names of all socket options.
    static List<String> optionNames() {
        List<String> names = new ArrayList<>();
        for (SocketOptions.Name name : SocketOptions.Name.values()) {
            names.add(name.option());
        }
        return names;
    }

    /// A value that makes sense.
    private static String sample(SocketOptions.Name name) {
        return switch (name) {
            case TCP_NODELAY, TCP_QUICKACK, SO_KEEPALIVE -> "on";
            case TCP_DEFER_ACCEPT -> "5";
            case TCP_FASTOPEN -> "256";
            case TCP_CONGESTION -> {
                String current = congestionControl();
                yield current.isEmpty() ? "cubic" : current;
            }
            case TCP_USER_TIMEOUT -> "30000";
            case TCP_NOTSENT_LOWAT -> "131072";
            case SO_LINGER -> "5";
            case SO_RCVBUF, SO_SNDBUF -> "262144";
            case SO_BUSY_POLL -> "50";
            case SO_INCOMING_CPU -> "0";
        };
    }
}
