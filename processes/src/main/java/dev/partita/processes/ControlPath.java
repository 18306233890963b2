package dev.partita.processes;

import dev.partita.linux.User;
import dev.partita.linux.socket.Descriptors;
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
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Where a master can be reached: `partita-PORT.sock` in the user's runtime directory, which nobody else can enter, or in a
/// folder like it.
final class ControlPath {
    private static final String PREFIX = "partita-";

    private ControlPath() {}

    /// The path that belongs to a server by its first address.
    ///
    /// @param addresses with the port that was chosen where any was meant
    static Path of(List<SocketAddress> addresses) throws IOException {
        Path runtime = runtime();
        return (runtime == null ? folder() : runtime).resolve(name(addresses));
    }

    /// The same as somebody looks for it: who has started the server may have had another environment, and root may mean a server
    /// of any user's. If none of the paths is answered, the likeliest.
    static Path find(List<SocketAddress> addresses) throws IOException {
        String name = name(addresses);
        Path own = temporary().resolve(PREFIX + Descriptors.user());
        Path runtime = runtime();
        if (runtime != null && isAnswered(runtime, name)) {
            return runtime.resolve(name);
        }
        List<Path> folders = new ArrayList<>(List.of(own));
        if (User.isRoot()) {
            try (Stream<Path> all = Files.list(temporary())) {
                all.filter(each -> each.getFileName().toString().startsWith(PREFIX)).forEach(folders::add);
            }
        }
        return folders.stream()
                .filter(each -> isOneUsers(each) && isAnswered(each, name))
                .findFirst()
                .orElse(runtime == null ? own : runtime)
                .resolve(name);
    }

    /// Whether somebody listens there to whom the folder belongs, or root.
    private static boolean isAnswered(Path folder, String name) {
        try (var channel = MessageChannel.connect(folder.resolve(name))) {
            int user = channel.peer().uid();
            return user == 0 || user == user(folder);
        } catch (IOException nobody) {
            return false;
        }
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

    private static @Nullable Path runtime() {
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        return runtime != null && Files.isDirectory(Path.of(runtime)) && Files.isWritable(Path.of(runtime))
                ? Path.of(runtime)
                : null;
    }

    private static Path folder() throws IOException {
        Path folder = temporary().resolve(PREFIX + Descriptors.user());
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(
                    PosixFilePermissions.fromString("rwx------")));
        }
        if (!isOneUsers(folder)) {
            throw new IOException(
                    "the folder " + folder + " is not this user's alone; remove it, or name another place for"
                            + " the control socket with --control");
        }
        return folder;
    }

    /// Whether the folder belongs to whom it is named after, and nobody else can enter it.
    private static boolean isOneUsers(Path folder) {
        try {
            return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                    && folder.getFileName().toString().equals(PREFIX + user(folder))
                    && PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS)).endsWith("------");
        } catch (IOException gone) {
            return false;
        }
    }

    /// By number: not every user has a name.
    private static int user(Path folder) throws IOException {
        return (int) Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS);
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
