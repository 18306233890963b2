package dev.partita.transport.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.partita.connection.OpenFile;
import dev.partita.connection.Symlinks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
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
        try (OpenFile open = new NioFileTree(root, Symlinks.INSIDE).open("sub")) {
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
    void followsNoLinkOrEveryLinkAsItIsTold() throws IOException {
        Files.createSymbolicLink(root.resolve("in"), Path.of("sub/file.txt"));
        Files.createSymbolicLink(root.resolve("folder"), Path.of("sub"));
        Files.createSymbolicLink(root.resolve("out"), folder.resolve("secret.txt"));

        assertThat(size("in", Symlinks.NEVER)).isNull();
        assertThat(size("folder/file.txt", Symlinks.NEVER)).isNull();
        assertThat(size("sub/file.txt", Symlinks.NEVER)).isEqualTo(6);
        assertThat(size("out", Symlinks.ALWAYS)).isEqualTo(7);
        assertThat(size("../secret.txt", Symlinks.ALWAYS)).isNull();
    }

    @Test
    void knowsOneVersionOfAFileFromAnother() throws IOException {
        Path file = root.resolve("sub/file.txt");
        long version = version();
        assertThat(version()).isEqualTo(version);
        Files.writeString(root.resolve("other"), "INSIDE");
        Files.setLastModifiedTime(root.resolve("other"), Files.getLastModifiedTime(file));
        Files.move(root.resolve("other"), file, StandardCopyOption.REPLACE_EXISTING);
        assertThat(version()).isNotEqualTo(version);
    }

    @Test
    void aFolderTellsWhatIsInIt() throws IOException {
        try (OpenFile open = Objects.requireNonNull(new NioFileTree(root, Symlinks.INSIDE).open(""))) {
            assertThat(open.names(10)).containsExactly("sub/");
        }
        try (OpenFile open = Objects.requireNonNull(new NioFileTree(root, Symlinks.INSIDE).open("sub"))) {
            assertThat(open.names(10)).containsExactly("file.txt");
        }
    }

    @Test
    void whatWasLoadedIsResident() throws IOException {
        try (OpenFile open = Objects.requireNonNull(new NioFileTree(root, Symlinks.INSIDE).open("sub/file.txt"))) {
            open.load(0, 6);
            assertThat(open.isResident(0, 6)).isTrue();
        }
    }

    private long version() throws IOException {
        try (OpenFile open = Objects.requireNonNull(new NioFileTree(root, Symlinks.INSIDE).open("sub/file.txt"))) {
            return open.version();
        }
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
        assertThatThrownBy(() -> new NioFileTree(folder.resolve("secret.txt"), Symlinks.INSIDE))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> new NioFileTree(folder.resolve("missing"), Symlinks.INSIDE))
                .isInstanceOf(IOException.class);
    }

    private @Nullable Long size(String path) throws IOException {
        return size(path, Symlinks.INSIDE);
    }

    private @Nullable Long size(String path, Symlinks symlinks) throws IOException {
        try (OpenFile open = new NioFileTree(root, symlinks).open(path)) {
            return open == null ? null : open.bytes();
        }
    }
}
