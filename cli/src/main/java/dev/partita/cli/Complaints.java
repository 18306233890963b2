package dev.partita.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// Says what went wrong, in one line that begins with `partita:`; with what is valid where the command line was wrong.
final class Complaints implements IParameterExceptionHandler, IExecutionExceptionHandler {
    private final PrintStream err;
    private @Nullable ConfigFile config;

    Complaints(PrintStream err) {
        this.err = err;
    }

    /// Lets what is said about an option that stands in a file name its line.
    void configuredBy(ConfigFile config) {
        this.config = config;
    }

    /// Says what is wrong before there is anything to run.
    ///
    /// @return the exit code
    int refuse(Mistake mistake, CommandLine command) {
        say(String.valueOf(mistake.getMessage()));
        seeHelp(command);
        return mistake.exitCode();
    }

    @Override
    public int handleParseException(ParameterException mistake, String[] args) {
        CommandLine command = mistake.getCommandLine();
        if (mistake instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
            say(unknown(command, unmatched.getUnmatched().getFirst()));
        } else {
            say(String.valueOf(mistake.getMessage()));
        }
        seeHelp(command);
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        if (failure instanceof Mistake mistake) {
            return refuse(mistake, command);
        }
        if (failure instanceof IOException refused && refused.getMessage() != null) {
            say(refused.getMessage());
            return command.getCommandSpec().exitCodeOnExecutionException();
        }
        say("this should not happen; please report it:");
        failure.printStackTrace(err);
        return Main.REFUSED;
    }

    private static String unknown(CommandLine command, String typed) {
        boolean option = typed.startsWith("-");
        if (!option && command.getSubcommands().isEmpty()) {
            return "'" + typed + "' was not expected: " + command.getCommandName() + " has options only";
        }
        return option ? unknownOption(command, typed) : unknownCommand(command, typed);
    }

    /// Without the list of all options, which is a page long, where one of them is near.
    private static String unknownOption(CommandLine command, String typed) {
        List<String> valid = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (OptionSpec each : command.getCommandSpec().options()) {
            if (!each.hidden()) {
                valid.add(each.names()[0]);
                names.addAll(List.of(each.names()));
            }
        }
        String name = typed.contains("=") ? typed.substring(0, typed.indexOf('=')) : typed;
        String question = Nearest.question(name, names);
        return "there is no option '" + name + "'" + question
                + (question.isEmpty() ? "\nvalid are " + String.join(", ", valid) : "");
    }

    private static String unknownCommand(CommandLine command, String typed) {
        List<String> valid = new ArrayList<>();
        command.getSubcommands().forEach((name, sub) -> {
            if (!sub.getCommandSpec().usageMessage().hidden()) {
                valid.add(name);
            }
        });
        return "there is no command '" + typed + "'" + Nearest.question(typed, valid) + "\nvalid are "
                + String.join(", ", valid);
    }

    private void say(String message) {
        err.println("partita: " + (config == null ? message : config.blame(message)));
    }

    private void seeHelp(CommandLine command) {
        err.println("see " + command.getCommandSpec().qualifiedName() + " --help");
    }
}
