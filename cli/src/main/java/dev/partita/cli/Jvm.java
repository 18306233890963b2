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
    static List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options());
        command.add("-p");
        command.add(System.getProperty("jdk.module.path", ""));
        return command;
    }

    /// Those that make a difference to a server: the collector, the heap, the compiler.
    static List<String> options() {
        List<String> options = new ArrayList<>();
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
        options.addAll(List.of("-Xms" + HEAP, "-Xmx" + HEAP, "-XX:-UseDynamicNumberOfCompilerThreads"));
        return options;
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
