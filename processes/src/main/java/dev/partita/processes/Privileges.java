package dev.partita.processes;

import dev.partita.linux.User;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What a process gives up before it serves.
final class Privileges {
    private Privileges() {}

    /// Becomes another user, for good.
    ///
    /// @throws IOException if that is refused, or the user cannot read this program: classes are loaded when they are needed
    ///     first, which may be hours later
    static void give(String name) throws IOException {
        User.named(name).become();
        for (String each : program()) {
            Path path = Path.of(each);
            if (!each.isEmpty() && !Files.isReadable(path)) {
                throw new IOException("the user " + name + " cannot read " + path.toAbsolutePath()
                        + ", where this program's classes are: install it where everybody can read it");
            }
        }
    }

    private static List<String> program() {
        List<String> all = new ArrayList<>();
        for (String property : List.of("jdk.module.path", "java.class.path")) {
            all.addAll(List.of(System.getProperty(property, "").split(File.pathSeparator, -1)));
        }
        return all;
    }
}
