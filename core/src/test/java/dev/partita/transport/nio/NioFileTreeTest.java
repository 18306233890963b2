package dev.partita.transport.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.partita.connection.OpenFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NioFileTreeTest {
    @TempDir
    private Path folder = Path.of("");

    private Path root = Path.of("");

    @BeforeEach
    void makeATreeAndSomethingOutside() throws IOException {
        root = folder.resolve("root");
        Files.createDirectories(root.resolve("sub"));
        Files.writeString(root.resolve("sub/file.txt"), "inside");
        Files.writeString(folder.resolve("secret.txt"), "outside");
    }

    @Test
    void opensFilesAndFoldersBelowTheRoot() throws IOException {
        assertThat(size("sub/file.txt")).isEqualTo(6);
        try (OpenFile open = new NioFileTree(root).open("sub")) {
            assertThat(open).isNotNull().matches(OpenFile::isDirectory);
        }
    }

    @Test
    void followsALinkThatStaysInsideAndNoneThatLeadsOut() throws IOException {
        Files.createSymbolicLink(root.resolve("in"), Path.of("sub/file.txt"));
        Files.createSymbolicLink(root.resolve("out"), folder.resolve("secret.txt"));
        Files.createSymbolicLink(root.resolve("up"), folder);

        assertThat(size("in")).isEqualTo(6);
        assertThat(size("out")).isNull();
        assertThat(size("up/secret.txt")).isNull();
    }

    @Test
    void hasNothingForNamesThatAreNotThereOrCannotBe() throws IOException {
        assertThat(size("missing")).isNull();
        assertThat(size("sub/file.txt/below")).isNull();
        assertThat(size("../secret.txt")).isNull();
        assertThat(size("nul\0byte")).isNull();
        assertThat(size("x".repeat(5_000))).isNull();
    }

    @Test
    void refusesARootThatIsNoFolder() {
        assertThatThrownBy(() -> new NioFileTree(folder.resolve("secret.txt"))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> new NioFileTree(folder.resolve("missing"))).isInstanceOf(IOException.class);
    }

    private @Nullable Long size(String path) throws IOException {
        try (OpenFile open = new NioFileTree(root).open(path)) {
            return open == null ? null : open.bytes();
        }
    }
}
