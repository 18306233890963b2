package dev.partita.linux.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.partita.connection.Buffer;
import dev.partita.connection.OpenFile;
import dev.partita.connection.Symlinks;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Nothing outside the folder can be opened, by openat2 as well as without it.
@Timeout(value = 20, unit = TimeUnit.SECONDS)
class LinuxFileTreeTest {
    @TempDir
    Path folder;

    private Path root;

    @BeforeEach
    void makeFiles() throws IOException {
        root = Files.createDirectories(folder.resolve("root"));
        Files.writeString(folder.resolve("secret"), "outside");
        Files.writeString(root.resolve("file.txt"), "inside");
        Files.createDirectories(root.resolve("sub"));
        Files.writeString(root.resolve("sub/deep.txt"), "deep inside");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void opensFilesAndFolders(boolean openat2) throws IOException {
        Files.setLastModifiedTime(root.resolve("file.txt"), FileTime.fromMillis(1_700_000_000_123L));
        try (LinuxFileTree tree = new LinuxFileTree(root, Symlinks.INSIDE, openat2)) {
            try (OpenFile file = opened(tree, "file.txt")) {
                assertThat(file.bytes()).isEqualTo(6);
                assertThat(file.modifiedNanos()).isEqualTo(1_700_000_000_123_000_000L);
                assertThat(file.isDirectory()).isFalse();
            }
            try (OpenFile file = opened(tree, "sub/deep.txt")) {
                assertThat(file.bytes()).isEqualTo(11);
            }
            try (OpenFile sub = opened(tree, "sub")) {
                assertThat(sub.isDirectory()).isTrue();
            }
            try (OpenFile top = opened(tree, "")) {
                assertThat(top.isDirectory()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void readsPiecesAndSeesTheEnd(boolean openat2) throws IOException {
        try (LinuxFileTree tree = new LinuxFileTree(root, Symlinks.INSIDE, openat2);
                OpenFile file = opened(tree, "file.txt");
                Arena arena = Arena.ofConfined()) {
            Buffer into = Buffer.over(arena.allocate(64));

            assertThat(file.read(2, into, 3)).isEqualTo(3);
            assertThat(into.at(0)).isEqualTo((byte) 's');
            assertThat(file.read(5, into, 60)).isEqualTo(1);
            assertThat(file.read(6, into, 60)).isZero();
            assertThat(into.length()).isEqualTo(4);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingOutsideCanBeOpened(boolean openat2) throws IOException {
        Files.createSymbolicLink(root.resolve("absolute"), folder.resolve("secret"));
        Files.createSymbolicLink(root.resolve("relative"), Path.of("../secret"));
        Files.createSymbolicLink(root.resolve("up"), Path.of(".."));
        Files.createSymbolicLink(root.resolve("loop"), Path.of("loop"));
        Files.createSymbolicLink(root.resolve("process"), Path.of("/proc/self/root"));
        try (LinuxFileTree tree = new LinuxFileTree(root, Symlinks.INSIDE, openat2)) {
            assertThat(open(tree, "../secret")).isNull();
            assertThat(open(tree, "sub/../../secret")).isNull();
            assertThat(open(tree, folder.resolve("secret").toString())).isNull();
            assertThat(open(tree, "absolute")).isNull();
            assertThat(open(tree, "relative")).isNull();
            assertThat(open(tree, "up/secret")).isNull();
            assertThat(open(tree, "up")).isNull();
            assertThat(open(tree, "loop")).isNull();
            assertThat(open(tree, "process")).isNull();
            assertThat(open(tree, "process/etc/passwd")).isNull();
        }
        Files.delete(root.resolve("process")); // or JUnit warns of it
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingOutsideCanBeOpenedByItsAbsoluteName(boolean openat2) throws IOException {
        for (Symlinks symlinks : Symlinks.values()) {
            try (LinuxFileTree tree = new LinuxFileTree(root, symlinks, openat2)) {
                assertThat(open(tree, folder.toRealPath().resolve("secret").toString())).as("%s", symlinks).isNull();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLinkThatStaysInsideIsFollowed(boolean openat2) throws IOException {
        Files.createSymbolicLink(root.resolve("inner"), Path.of("sub/deep.txt"));
        try (LinuxFileTree tree = new LinuxFileTree(root, Symlinks.INSIDE, openat2);
                OpenFile file = opened(tree, "inner")) {
            assertThat(file.bytes()).isEqualTo(11);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLinkThatNamesItsTargetAbsolutelyIsFollowedInside(boolean openat2) throws IOException {
        Files.createSymbolicLink(root.resolve("inner"), root.resolve("sub/deep.txt"));
        Files.createSymbolicLink(root.resolve("around"), Path.of("../root/sub"));
        try (LinuxFileTree tree = new LinuxFileTree(root, Symlinks.INSIDE, openat2)) {
            try (OpenFile file = opened(tree, "inner")) {
                assertThat(file.bytes()).isEqualTo(11);
            }
            try (OpenFile file = opened(tree, "around/deep.txt")) {
                assertThat(file.bytes()).isEqualTo(11);
            }
            try (OpenFile folder = opened(tree, "around")) {
                assertThat(folder.isDirectory()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void noLinkIsFollowedIfNoneIsToBe(boolean openat2) throws IOException {
        Files.createSymbolicLink(root.resolve("inner"), Path.of("sub/deep.txt"));
        Files.createSymbolicLink(root.resolve("folder"), Path.of("sub"));
        try (LinuxFileTree tree = new LinuxFileTree(root, Symlinks.NEVER, openat2)) {
            assertThat(open(tree, "inner")).isNull();
            assertThat(open(tree, "folder/deep.txt")).isNull();
            try (OpenFile file = opened(tree, "sub/deep.txt")) {
                assertThat(file.bytes()).isEqualTo(11);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyLinkIsFollowedIfAllAreToBeAndNoNameLeadsOutWithoutOne(boolean openat2) throws IOException {
        Files.createSymbolicLink(root.resolve("out"), folder.resolve("secret"));
        Files.createSymbolicLink(root.resolve("up"), Path.of(".."));
        try (LinuxFileTree tree = new LinuxFileTree(root, Symlinks.ALWAYS, openat2)) {
            try (OpenFile file = opened(tree, "out")) {
                assertThat(file.bytes()).isEqualTo(7);
            }
            try (OpenFile file = opened(tree, "up/secret")) {
                assertThat(file.bytes()).isEqualTo(7);
            }
            assertThat(open(tree, "../secret")).isNull();
            assertThat(open(tree, "sub/../../secret")).isNull();
            assertThat(open(tree, folder.resolve("secret").toString())).isNull();
        }
    }

    /// Two names for one file: nothing tells which of them is the right one.
    @Test
    void aHardLinkIsAFileLikeAnyOther() throws IOException {
        Files.createLink(root.resolve("hard"), folder.resolve("secret"));
        try (LinuxFileTree tree = new LinuxFileTree(root, Symlinks.NEVER); OpenFile file = opened(tree, "hard")) {
            assertThat(file.bytes()).isEqualTo(7);
        }
    }

    @Test
    void aFolderTellsWhatIsInItAndAFileDoesNot() throws IOException {
        Files.createSymbolicLink(root.resolve("link"), Path.of("sub"));
        try (LinuxFileTree tree = new LinuxFileTree(root, Symlinks.INSIDE)) {
            try (OpenFile top = opened(tree, "")) {
                assertThat(top.names(10)).containsExactlyInAnyOrder("file.txt", "sub/", "link");
                assertThat(top.names(2)).hasSize(2);
            }
            try (OpenFile file = opened(tree, "file.txt")) {
                assertThatThrownBy(() -> file.names(10)).isInstanceOf(IllegalStateException.class);
            }
        }
    }

    @Test
    void theVersionChangesWithTheContentEvenIfItsTimeIsSetBack() throws IOException {
        Path file = root.resolve("file.txt");
        FileTime before = Files.getLastModifiedTime(file);
        try (LinuxFileTree tree = new LinuxFileTree(root, Symlinks.INSIDE)) {
            long version = version(tree, "file.txt");
            assertThat(version(tree, "file.txt")).isEqualTo(version);
            Path other = Files.writeString(root.resolve("other"), "INSIDE");
            Files.setLastModifiedTime(other, before);
            Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
            assertThat(version(tree, "file.txt")).isNotEqualTo(version);
        }
    }

    /// The page cache is the kernel's: what was dropped is not resident, what was loaded is. On a file system without a disk,
    /// such as tmpfs, nothing is dropped.
    @Test
    void aFileIsResidentAfterItWasLoadedAndNotAfterItWasDropped() throws Exception {
        Path file = Files.write(root.resolve("large"), new byte[1 << 20]);
        try (LinuxFileTree tree = new LinuxFileTree(root, Symlinks.INSIDE); OpenFile large = opened(tree, "large")) {
            assumeTrue(dropped(file, large), "this file system keeps what it is asked to drop");
            large.load(256 << 10, 256 << 10);
            assertThat(large.isResident(256 << 10, 256 << 10)).isTrue();
            assertThat(large.isResident(2 << 20, 1)).as("nobody waits for what is beyond the end").isTrue();
        }
    }

    /// The kernel may keep pages that are busy at the moment, so it is asked more than once.
    private static boolean dropped(Path file, OpenFile large) throws Exception {
        for (int tries = 0; tries < 50; tries++) {
            Process dd = new ProcessBuilder(
                    "dd", "of=" + file, "oflag=nocache", "conv=notrunc,fdatasync", "count=0", "status=none").start();
            assertThat(dd.waitFor()).isZero();
            if (!large.isResident(0, 4096) && !large.isResident(256 << 10, 256 << 10)
                    && !large.isResident((1 << 20) - 1, 1)) {
                return true;
            }
        }
        return false;
    }

    private static long version(LinuxFileTree tree, String name) throws IOException {
        try (OpenFile file = opened(tree, name)) {
            return file.version();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void namesThatAreNotThereAreNoErrors(boolean openat2) throws IOException {
        try (LinuxFileTree tree = new LinuxFileTree(root, Symlinks.INSIDE, openat2)) {
            assertThat(open(tree, "nowhere")).isNull();
            assertThat(open(tree, "file.txt/below")).isNull();
            assertThat(open(tree, "x".repeat(300))).isNull();
            assertThat(open(tree, "file.txt\0.html")).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFifoNeitherBlocksNorOpens(boolean openat2) throws Exception {
        Process mkfifo = new ProcessBuilder("mkfifo", root.resolve("fifo").toString()).start();
        assertThat(mkfifo.waitFor()).isZero();
        try (LinuxFileTree tree = new LinuxFileTree(root, Symlinks.INSIDE, openat2)) {
            assertThat(open(tree, "fifo")).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatMayNotBeReadIsNotThere(boolean openat2) throws Exception {
        assumeTrue(!"root".equals(System.getProperty("user.name")), "root may read everything");
        Files.setPosixFilePermissions(root.resolve("file.txt"), Set.of());
        try (LinuxFileTree tree = new LinuxFileTree(root, Symlinks.INSIDE, openat2)) {
            assertThat(open(tree, "file.txt")).isNull();
        }
    }

    @Test
    void whateverIsTriedLeavesNoDescriptorBehind() throws Exception {
        Files.createSymbolicLink(root.resolve("absolute"), folder.resolve("secret"));
        try (LinuxFileTree tree = new LinuxFileTree(root, Symlinks.INSIDE)) {
            long before = descriptors();
            for (int i = 0; i < 10; i++) {
                open(tree, "absolute");
                open(tree, "nowhere");
                opened(tree, "file.txt").close();
            }
            assertThat(descriptors()).isEqualTo(before);
        }
    }

    @Test
    void aRootThatIsNoFolderIsNamed() {
        assertThatThrownBy(() -> new LinuxFileTree(root.resolve("file.txt"), Symlinks.INSIDE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("it is not a folder");
        assertThatThrownBy(() -> new LinuxFileTree(root.resolve("nowhere"), Symlinks.INSIDE))
                .isInstanceOf(IOException.class);
    }

    @Test
    void theRootMayBeALink() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), root);
        assertThat(Files.isDirectory(link, LinkOption.NOFOLLOW_LINKS)).isFalse();
        try (LinuxFileTree tree = new LinuxFileTree(link, Symlinks.INSIDE);
                OpenFile file = opened(tree, "file.txt")) {
            assertThat(file.bytes()).isEqualTo(6);
        }
    }

    private static @Nullable OpenFile open(LinuxFileTree tree, String path) throws IOException {
        return tree.open(path);
    }

    private static OpenFile opened(LinuxFileTree tree, String path) throws IOException {
        return Objects.requireNonNull(tree.open(path), path);
    }

    private static long descriptors() throws IOException {
        try (var all = Files.list(Path.of("/proc/self/fd"))) {
            return all.count();
        }
    }
}
