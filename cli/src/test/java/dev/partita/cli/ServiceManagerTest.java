package dev.partita.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// What a service manager gives a server, and hears of it. Its part is played by a few lines of Python: they open the listening
/// socket, start the server with it as descriptor 3, and print what comes to the socket for notices.
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
@EnabledOnOs(OS.LINUX)
class ServiceManagerTest {
    private static final String MANAGER = """
            import os, socket, sys
            heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            heard.bind(sys.argv[1])
            listening = socket.create_server(("127.0.0.1", 0), backlog=100)
            child = os.fork()
            if child == 0:
                os.dup2(listening.detach(), 3) if listening.fileno() != 3 else None
                os.set_inheritable(3, True)
                os.execve(sys.argv[2], sys.argv[2:], {**os.environ, "NOTIFY_SOCKET": sys.argv[1], "LISTEN_FDS": "1",
                                                      "LISTEN_PID": str(os.getpid())})
            print("listens on", listening.getsockname()[1], "for", child, flush=True)
            listening.close()
            while True:
                print("heard " + heard.recv(4096).decode().replace("\\n", " "), flush=True)
            """;

    @TempDir
    Path temporary;

    @RegisterExtension
    final Masters masters = new Masters(() -> temporary);

    @Test
    void theManagersSocketIsServedAndItHearsOfEveryChange() throws Exception {
        Path script = Files.writeString(temporary.resolve("manager.py"), MANAGER);
        List<String> command = new ArrayList<>(List.of(Tool.installed("python3").toString(), script.toString(),
                temporary.resolve("notify").toString()));
        command.addAll(Program.java("serve", "--port", "1", "--admin", "off", "--model", "sped", "--control",
                temporary.resolve("control").toString()));
        Program manager = masters.run(command);
        String port = manager.line("listens on ").split(" ", -1)[2];
        assertThat(manager.line("heard READY=1")).isEqualTo("heard READY=1 STATUS=serving with sped");
        assertThat(manager.line("serving ")).isEqualTo("serving      http://127.0.0.1:" + port + "/");
        assertThat(Web.get(manager.server(), "/")).startsWith("HTTP/1.1 200");

        assertThat(masters.control("reload")).contains("generation 2 serves");
        assertThat(manager.line("heard RELOADING=1")).matches("heard RELOADING=1 MONOTONIC_USEC=\\d+ STATUS=.*");
        assertThat(manager.line("heard READY=1 STATUS=generation 2")).endsWith("generation 1 drains");
        assertThat(Web.get(manager.server(), "/")).startsWith("HTTP/1.1 200");

        assertThat(masters.control("upgrade")).contains(" serves; ");
        ProcessHandle successor = masters.successor();
        assertThat(manager.line("heard MAINPID=")).isEqualTo("heard MAINPID=" + successor.pid());
        assertThat(Web.get(manager.server(), "/")).startsWith("HTTP/1.1 200");
        Masters.send("TERM", successor.pid());
        assertThat(manager.line("heard STOPPING=1")).isEqualTo("heard STOPPING=1 STATUS=draining");
    }
}
