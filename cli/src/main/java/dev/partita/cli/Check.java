package dev.partita.cli;

import dev.partita.linux.LinuxFacts;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// `--check`: whether what was asked for could be started now. Touches no server that runs: nothing is listened on, and nobody
/// is connected to, since a listener that shares a port with that server would get some of its clients.
final class Check {
    private static final int S_IFMT = 0170000;
    private static final int S_IFSOCK = 0140000;

    private Check() {}

    /// Tries what has not been checked by reading the options.
    ///
    /// @param refused the exit code for what the system refuses
    /// @return the exit code
    static int of(Setup setup, PrintStream out, PrintStream err, int refused) {
        List<String> problems = new ArrayList<>();
        for (SocketAddress address : setup.addresses()) {
            add(problems, address, "");
        }
        if (setup.admin().isAsked()) {
            setup.admin().address().ifPresent(address -> add(problems, address, "--admin: "));
        }
        if (problems.isEmpty()) {
            out.println("in order: " + setup.model().name() + " over " + setup.choice().transport().name() + " on "
                    + String.join(", ", setup.addresses().stream().map(Address::text).toList()));
            return 0;
        }
        problems.forEach(problem -> err.println("partita: " + problem));
        return refused;
    }

    private static void add(List<String> problems, SocketAddress address, String option) {
        String problem = address instanceof UnixDomainSocketAddress unix ? unix(unix) : inet(address);
        if (!problem.isEmpty()) {
            problems.add(option + "cannot listen on " + Address.text(address) + ": " + problem);
        }
    }

    /// Binds and does not listen (bind(2)): refused where somebody listens, and unseen by clients where nobody does.
    private static String inet(SocketAddress address) {
        try (var probe = new Socket()) {
            probe.setReuseAddress(true); // as a listener does, for what the last one has left behind
            probe.bind(address);
            return "";
        } catch (IOException refused) {
            String message = String.valueOf(refused.getMessage());
            boolean inUse = message.contains("in use");
            boolean privileged = message.contains("ermission");
            return inUse
                    ? "it is in use; that is no mistake if the server that runs there is to be replaced"
                    : privileged && ((InetSocketAddress) address).getPort() < 1_024
                            ? "ports below 1024 need a right (CAP_NET_BIND_SERVICE)"
                            : message;
        }
    }

    private static String unix(UnixDomainSocketAddress address) {
        Path path = address.getPath();
        try {
            if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                Path parent = path.toAbsolutePath().getParent();
                return parent != null && Files.isWritable(parent) ? "" : "nothing can be written to its folder";
            }
            int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            if ((mode & S_IFMT) != S_IFSOCK) {
                return "there is a file of that name, and it is not a socket; choose another path";
            }
            return LinuxFacts.isBound(path)
                    ? "it is in use; that is no mistake if the server that runs there is to be replaced"
                    : ""; // left behind by a server that is gone: a start removes it
        } catch (IOException failure) {
            return String.valueOf(failure.getMessage());
        }
    }
}
