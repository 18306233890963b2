package dev.partita.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Options from a file, what is printed of them, and the check of all of it before a start.
@Timeout(30)
class ConfigFileTest {
    @TempDir
    Path temporary;

    private Path file;

    @BeforeEach
    void namesTheFile() {
        file = temporary.resolve("partita.properties");
    }

    @Test
    void saysEveryValueAndWhereItComesFrom() throws IOException {
        write("""
                # what this server is for
                model = amped
                request-line-bytes-max=\\
                    4096
                listen=127.0.0.1:0
                listen=unix:/tmp/a,b
                demo=true
                workers=3
                """);
        assertThat(print("--workers", "2").lines()).containsSubsequence(
                "# " + file + ":2", "model=amped",
                "# command line", "workers=2",
                "# default", "transport=auto",
                "# default", "connections-max=10000",
                "# " + file + ":3", "request-line-bytes-max=4096",
                "# " + file + ":5", "listen=127.0.0.1:0",
                "# " + file + ":6", "listen=unix:/tmp/a,b",
                "# " + file + ":7", "demo=true")
                .noneMatch(line -> line.startsWith("host=") || line.startsWith("port=") || line.startsWith("loops="))
                .last().asString().startsWith("# not set: ").contains("loops", "root");
    }

    @Test
    void whatIsPrintedIsAFileThatSaysTheSame() throws IOException {
        write("model=seda\nsocket-option=so-keepalive=on\nsocket-option=tcp-nodelay=off\nroot=" + temporary + "\n");
        List<String> values = print("--queue-max", "7").lines().filter(line -> !line.startsWith("#")).toList();
        write(String.join("\n", values));
        assertThat(print().lines().filter(line -> !line.startsWith("#"))).isEqualTo(values);
        assertThat(values).contains("queue-max=7", "loops=1", "socket-option=so-keepalive=on");
    }

    @Test
    void theCommandLineWinsAlsoWhereItSaysItInOtherWords() throws IOException {
        write("max-connections=5\nport=4711\nsocket-option=so-keepalive=on\n");
        assertThat(print("--connections-max", "6", "--listen", "0", "--socket-option=tcp-nodelay=off").lines())
                .contains("connections-max=6", "listen=0", "socket-option=tcp-nodelay=off")
                .doesNotContain("port=4711", "socket-option=so-keepalive=on");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            model=sped%nmodle=vt             | :2: there is no option 'modle'; did you mean model?
            requestLineBytesMax=9000         | :1: there is no option 'requestLineBytesMax'; did you mean request-line-bytes-max?
            %n%nwhatever=1                   | :3: there is no option 'whatever'
            check=true                       | :1: there is no option 'check'
            model=simped                     | :1: there is no model 'simped'; did you mean symped?
            %nhead-fields-max=0              | :2: --head-fields-max is '0': valid are 1 to 10000
            model=sped%nworkers=2            | :2: the model sped has no --workers
            demo=yes                         | :1: demo is 'yes': valid are true and false
            root=                            | :1: root has no value
            root=/no/such/folder             | :1: --root /no/such/folder: there is no such folder
            port=1%nport=2                   | :2: port stands in line 1 already
            port=1%nlisten=2                 | :1: --port and --listen exclude each other
            model=\\u00zz                    | :1: Malformed
            """)
    void namesTheLineThatIsWrong(String text, String complaint) throws IOException {
        write(text.formatted());
        for (String also : List.of("--check", "--print-config", "--pin-loops")) {
            Console console = Console.run("serve", "--config", file.toString(), also);
            assertThat(console.exit()).isEqualTo(2);
            assertThat(console.out()).isEmpty();
            assertThat(console.err()).startsWith("partita: " + file + complaint);
        }
    }

    @Test
    void saysThatThereIsNoSuchFile() {
        Console console = Console.run("serve", "--config", file.toString());
        assertThat(console.exit()).isEqualTo(2);
        assertThat(console.err()).startsWith("partita: --config " + file + ": there is no such file\n");
    }

    @Test
    void theCheckFindsOtherServersWithoutDisturbingThem() throws IOException {
        Path socket = temporary.resolve("socket");
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var live = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            live.bind(UnixDomainSocketAddress.of(socket));
            live.configureBlocking(false);
            taken.setSoTimeout(1);
            String port = Integer.toString(taken.getLocalPort());
            Console console = Console.run("serve", "--check", "--listen", port, "--listen", "unix:" + socket, "--admin",
                    port);
            assertThat(console.exit()).isEqualTo(1);
            assertThat(console.out()).isEmpty();
            assertThat(console.err().lines()).hasSize(3)
                    .allMatch(line -> line.contains("it is in use; that is no mistake if the server that runs there"))
                    .anyMatch(line -> line.startsWith("partita: cannot listen on 127.0.0.1:" + port + ": "))
                    .anyMatch(line -> line.startsWith("partita: cannot listen on unix:" + socket + ": "))
                    .anyMatch(line -> line.startsWith("partita: --admin: cannot listen on "));
            assertThat(live.accept()).as("nobody connects to a server that runs").isNull();
        }
    }

    /// Bound by one name and asked for by another: by a path from the working directory, through a link, or after a move.
    @Test
    void theCheckFindsAUnixSocketByAnyNameOfItsFile() throws IOException {
        Path socket = temporary.resolve("socket");
        Path fromHere = Path.of("").toAbsolutePath().relativize(socket);
        Path moved = temporary.resolve("moved");
        Path folder = Files.createSymbolicLink(temporary.resolve("folder"), temporary);
        try (var live = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            live.bind(UnixDomainSocketAddress.of(socket));
            live.configureBlocking(false);
            assertInUse(fromHere);
            Files.move(socket, moved);
            assertInUse(moved);
            assertInUse(folder.resolve("moved"));
            assertThat(live.accept()).as("nobody connects to a server that runs").isNull();
        }
    }

    private static void assertInUse(Path socket) {
        Console console = Console.run("serve", "--check", "--listen", "unix:" + socket);
        assertThat(console.exit()).isEqualTo(1);
        assertThat(console.err()).contains("it is in use");
    }

    @Test
    void theCheckPassesOverWhatACrashHasLeftBehind() throws IOException {
        Path socket = temporary.resolve("socket");
        try (var gone = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            gone.bind(UnixDomainSocketAddress.of(socket));
        }
        assertThat(socket).exists();
        Console console =
                Console.run("serve", "--check", "--model", "sped", "--listen", "unix:" + socket, "--listen", "[::1]:0");
        assertThat(console.err()).isEmpty();
        assertThat(console.exit()).isZero();
        assertThat(console.out()).startsWith("in order: sped over ").endsWith(" on unix:" + socket
                + ", [0:0:0:0:0:0:0:1]:0\n");
        assertThat(socket).as("a check changes nothing").exists();
    }

    @Test
    void theCheckRefusesAFileThatIsNoSocketAndAFolderThatIsNotThere() throws IOException {
        Path precious = Files.createFile(temporary.resolve("precious"));
        Console console = Console.run("serve", "--check", "--listen", "unix:" + precious, "--listen",
                "unix:" + temporary.resolve("missing/socket"));
        assertThat(console.exit()).isEqualTo(1);
        assertThat(console.err()).contains("it is not a socket", "nothing can be written to its folder");
        assertThat(precious).exists();
    }

    private String print(String... options) {
        String[] all = new String[options.length + 4];
        all[0] = "serve";
        all[1] = "--config";
        all[2] = file.toString();
        all[3] = "--print-config";
        System.arraycopy(options, 0, all, 4, options.length);
        Console console = Console.run(all);
        assertThat(console.err()).isEmpty();
        assertThat(console.exit()).isZero();
        return console.out();
    }

    private void write(String text) throws IOException {
        Files.writeString(file, text);
    }
}
