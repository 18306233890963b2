package dev.partita.cli;

import dev.partita.loop.Attendant;
import dev.partita.transport.Transports;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// The entry point of the command line.
///
/// Exit codes: 0 all is well, also after a drain; 1 the system refused something, such as a port in use; 2 the command line
/// is wrong; 130 or 143 a second SIGINT or SIGTERM cut a drain short.
public final class Main {
    /// The exit code for what the system refused.
    static final int REFUSED = 1;
    /// The exit code for a wrong command line.
    static final int MISTAKEN = 2;
    /// The commands that begin to serve as soon as they can.
    private static final Set<String> SERVING = Set.of("serve", "cache", "train");

    private Main() {}

    public static void main(String[] args) {
        boolean serves = args.length > 0 && SERVING.contains(args[0]);
        if (serves) {
            // Linking the C library and reading the command line take about as long: side by side.
            new Attendant("transport", Main::link).start();
        }
        // Not by returning: a thread that is stuck in a handler would keep the program alive.
        if (serves) {
            Ending.exit(command(System.out, System.err, args), System.out, System.err);
        } else {
            System.exit(run(System.out, System.err, args)); // whoever reads a long answer, page by page, gets all of it
        }
    }

    private static void link() {
        try {
            Transports.best().prepare();
        } catch (RuntimeException | LinkageError | ServiceConfigurationError told) {
            // whoever needs a transport will hear it
        }
    }

    /// Runs one command to its end and leaves the JVM alive.
    ///
    /// @return the exit code
    public static int run(PrintStream out, PrintStream err, String... args) {
        int code = command(out, err, args);
        out.flush();
        err.flush();
        return code;
    }

    private static int command(PrintStream out, PrintStream err, String... args) {
        var serve = new Serve(out, err);
        var cache = new Cache(out, err);
        Map<String, Supplier<Object>> all = new LinkedHashMap<>();
        all.put("serve", () -> serve);
        all.put("cache", () -> cache);
        all.put("status", () -> ControlCommand.status(out, err));
        all.put("reload", () -> ControlCommand.reload(out, err));
        all.put("upgrade", () -> ControlCommand.upgrade(out, err));
        all.put("load", () -> new LoadCommand(out, err));
        all.put("compare", () -> new CompareCommand(out, err));
        all.put("models", () -> new Models(out));
        all.put("doctor", () -> new Doctor(out));
        all.put("train", () -> new Train(out));
        var commands = new CommandLine(new Partita(err));
        // Looking for the options of all commands is a good part of a start: where one is named, the others are not asked.
        Supplier<Object> named = args.length == 0 ? null : all.get(args[0]);
        if (named != null) {
            commands.addSubcommand(args[0], named.get());
        } else {
            all.forEach((name, command) -> commands.addSubcommand(name, command.get()));
        }
        commands.setColorScheme(Help.defaultColorScheme(Ansi.OFF))
                .setUsageHelpWidth(100)
                .setUsageHelpLongOptionsMaxWidth(28)
                .setAllowOptionsAsOptionParameters(false)
                .setOut(new PrintWriter(out, true, out.charset()))
                .setErr(new PrintWriter(err, true, err.charset()));
        commands.getSubcommands().values().forEach(command -> addHelp(command.getCommandSpec()));
        commands.getCommandSpec().addOption(OptionSpec.builder("--version").versionHelp(true)
                .description("Shows the versions of Partita and Java.").build());
        addHelp(commands.getCommandSpec());
        var complaints = new Complaints(err);
        commands.setParameterExceptionHandler(complaints);
        commands.setExecutionExceptionHandler(complaints);
        return execute(commands, complaints, config -> {
            serve.configuredBy(config);
            cache.configuredBy(config);
        }, args);
    }

    private static int execute(CommandLine commands, Complaints complaints, Consumer<ConfigFile> tell, String... args) {
        try {
            ConfigFile config = ConfigFile.named(commands, args);
            if (config == null) {
                return commands.execute(args);
            }
            complaints.configuredBy(config);
            tell.accept(config);
            return commands.execute(config.arguments());
        } catch (Mistake mistake) {
            return complaints.refuse(mistake, commands.getSubcommands().getOrDefault(args[0], commands));
        }
    }

    private static void addHelp(CommandSpec command) {
        // memcached's users are used to -h and -V.
        boolean memcached = command.name().equals("cache");
        if (memcached) {
            command.addOption(OptionSpec.builder("-V", "--version").versionHelp(true)
                    .description("Shows the version.").build());
        }
        String[] names = memcached ? new String[]{"-h", "--help"} : new String[]{"--help"};
        command.addOption(OptionSpec.builder(names).usageHelp(true).description("Shows this help.").build());
    }

    /// The version that this was built as.
    static String version() {
        var module = Main.class.getModule().getDescriptor();
        return module == null ? "unversioned" : module.rawVersion().orElse("unversioned");
    }
}
