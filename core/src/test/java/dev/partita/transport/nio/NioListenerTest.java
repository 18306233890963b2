package dev.partita.transport.nio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.transport.SocketOptions;
import dev.partita.transport.Transport.Sharing;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NioListenerTest {
    @TempDir
    private static Path folder;

    @Test
    void leavesTheSocketFileOfWhoeverListensThereAfterIt() throws IOException {
        Path path = folder.resolve("socket");
        NioListener first = open(path);
        first.close();
        assertThat(path).doesNotExist();
        NioListener second = open(path);
        first.close();
        assertThat(path).exists();

        Files.delete(path);
        NioListener third = open(path);
        second.close();
        assertThat(path).exists();
        third.close();
        assertThat(path).doesNotExist();
    }

    private static NioListener open(Path path) throws IOException {
        return NioListener.open(UnixDomainSocketAddress.of(path), 16, SocketOptions.defaults(), Sharing.SINGLE);
    }
}
