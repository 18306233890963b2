package dev.partita.processes;

import dev.partita.linux.User;
import dev.partita.linux.socket.MessageChannel;
import dev.partita.linux.socket.MessageListener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/// Where a master can be reached: `partita-PORT.sock` in the user's runtime directory, which nobody else can enter, or in a
/// folder like it.
final class ControlPath {
    private static final String PREFIX = "partita-";

    private ControlPath() {}

    /// The path that belongs to a server by its first address.
    ///
    /// @param addresses with the port that was chosen where any was meant
    /// @param user whose folder it is in
    static Path of(List<SocketAddress> addresses, String user) throws IOException {
        return folder(user).resolve(name(addresses));
    }

    /// The same as somebody looks for it who may be root, and so may mean a server of any user's.
    static Path find(List<SocketAddress> addresses) throws IOException {
        Path own = of(addresses, us());
        if (!Files.exists(own) && User.isRoot()) {
            try (Stream<Path> folders = Files.list(temporary())) {
                return folders.filter(each -> each.getFileName().toString().startsWith(PREFIX))
                        .map(each -> each.resolve(name(addresses)))
                        .filter(Files::exists)
                        .findFirst()
                        .orElse(own);
            }
        }
        return own;
    }

    /// Who this process was started as.
    static String us() {
        return System.getProperty("user.name", "user");
    }

    private static Path temporary() {
        return Path.of(System.getProperty("java.io.tmpdir"));
    }

    private static String name(List<SocketAddress> addresses) {
        String name = switch (addresses.getFirst()) {
            case InetSocketAddress inet -> Integer.toString(inet.getPort());
            case UnixDomainSocketAddress unix -> unix.getPath().toAbsolutePath().toString().replace('/', '_');
            default -> Long.toString(ProcessHandle.current().pid());
        };
        return PREFIX + name + ".sock";
    }

    private static Path folder(String user) throws IOException {
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        if (runtime != null && Files.isDirectory(Path.of(runtime)) && Files.isWritable(Path.of(runtime))) {
            return Path.of(runtime);
        }
        Path folder = temporary().resolve(PREFIX + user);
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(
                    PosixFilePermissions.fromString("rwx------")));
        }
        boolean own = Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                && Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).getName().equals(user)
                && PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)).endsWith("------");
        if (!own) {
            throw new IOException(
                    "the folder " + folder + " is not this user's alone; remove it, or name another place for"
                            + " the control socket with --control");
        }
        return folder;
    }

    /// Listens there.
    ///
    /// @throws IOException if another master does, which the message names, or it cannot be done
    static MessageListener listen(Path path) throws IOException {
        MessageListener listener = MessageListener.open(path);
        if (listener == null) {
            throw new IOException("the control socket " + path + " belongs to the process " + owner(path)
                    + ", which runs; end that one, or name another path with --control");
        }
        return listener;
    }

    private static String owner(Path path) {
        try (var channel = MessageChannel.connect(path)) {
            return Integer.toString(channel.peer().pid());
        } catch (IOException unknown) {
            return "of another kind";
        }
    }
}
