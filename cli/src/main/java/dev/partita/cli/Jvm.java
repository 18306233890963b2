package dev.partita.cli;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// This JVM, so that others like it can be started.
final class Jvm {
    /// What `-m` has to say for the command line.
    static final String MAIN = "dev.partita.cli/dev.partita.cli.Main";
    /// What the launcher gives a server of 20,000 connections.
    private static final String HEAP = "90m";

    private Jvm() {}

    /// The command of a JVM with the options and modules of this one, up to `-m`.
    ///
    /// @param app the user's class that it is to serve, or an empty string
    static List<String> command(String app) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options(app));
        command.add("-p");
        command.add(System.getProperty("jdk.module.path", ""));
        return command;
    }

    /// Those that make a difference to a server: the collector, the heap, the compiler. A class of the user's gets the heap and the
    /// system properties that it was started with; what the lab serves itself has one heap for all.
    static List<String> options(String app) {
        List<String> options = new ArrayList<>();
        List<String> given = app.isEmpty()
                ? List.of()
                : List.of(System.getenv().getOrDefault("PARTITA_JAVA_OPTIONS", "").strip().split("\\s+"));
        boolean collector = false;
        for (String each : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            boolean size = each.startsWith("-Xmx") || each.startsWith("-Xms");
            // Two JVMs that record into one file would spoil it.
            boolean own = each.contains("Dump") || each.contains("Recording") || each.contains("jdwp");
            if (!size && !own && (each.startsWith("-X") || each.startsWith("--enable-native-access"))) {
                options.add(each);
                collector |= each.startsWith("-XX:+Use") && each.endsWith("GC");
            }
        }
        if (!collector) {
            options.add("-XX:+UseSerialGC");
        }
        if (options.stream().noneMatch(each -> each.startsWith("--enable-native-access"))) {
            options.add("--enable-native-access=dev.partita.linux");
        }
        if (given.stream().noneMatch(Jvm::sizesHeap)) {
            options.addAll(List.of("-Xms" + HEAP, "-Xmx" + HEAP));
        }
        given.stream().filter(each -> each.matches("-(Xm[sx]|D).*")).forEach(options::add);
        options.add("-XX:-UseDynamicNumberOfCompilerThreads");
        return options;
    }

    /// As the launcher judges.
    private static boolean sizesHeap(String option) {
        return option.startsWith("-Xmx") || option.startsWith("-XX:MaxHeapSize") || option.startsWith("-XX:MaxRAM");
    }

    /// Deletes a folder with all that is in it, as far as that is possible.
    static void delete(Path folder) {
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
                        throws IOException {
                    Files.deleteIfExists(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException left) {
            // It lies in the system's folder for temporary files.
        }
    }
}
