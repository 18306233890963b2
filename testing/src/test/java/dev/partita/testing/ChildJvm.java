package dev.partita.testing;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/// A JVM as this one is, for what needs a process of its own.
final class ChildJvm {
    private ChildJvm() {}

    /// The command that runs a class of these tests, with the module path or class path of this JVM.
    static List<String> command(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
        Module module = main.getModule();
        if (module.isNamed()) {
            ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                    .filter(argument -> argument.matches("--(module-path|patch-module|add-modules|add-reads|add-opens|"
                            + "add-exports|enable-native-access)=.*"))
                    .forEach(command::add);
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), "-m",
                    module.getName() + "/" + main.getName()));
        } else {
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                    main.getName()));
        }
        command.addAll(List.of(arguments));
        return command;
    }
}
