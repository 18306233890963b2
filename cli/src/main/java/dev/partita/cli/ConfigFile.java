package dev.partita.cli;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// A file of options, `--config FILE`: Java properties whose keys are the options' names without their hyphens in front, such as
/// `request-line-bytes-max=8192`. A key stands once for each value; a switch has the value true or false.
///
/// The file's options are put in front of those of the command line, without what the command line says itself: so it wins,
/// and everything that is checked is checked in one place.
final class ConfigFile {
    static final String OPTION = "--config";
    /// Options that make no sense in a file.
    private static final Set<String> NOT_HERE = Set.of(OPTION, "--check", "--print-config", "--help", "--version");
    /// Options that say the same in other words: one on the command line takes the place of the others in a file.
    private static final Map<String, List<String>> ALTERNATIVES = Map.of(
            "--listen", List.of("--host", "--port"), "--host", List.of("--listen"), "--port", List.of("--listen"));

    private final String name;
    private final List<Entry> entries;
    private final String[] arguments;

    /// An option with its value, and where it stands.
    record Entry(OptionSpec option, String name, String value, int line) {}

    private ConfigFile(String name, List<Entry> entries, String... arguments) {
        this.name = name;
        this.entries = entries;
        this.arguments = arguments;
    }

    /// The file that is named in the arguments of one of the commands.
    ///
    /// @return null if none is
    /// @throws Mistake if it cannot be read or says what is not understood; the message names the line
    static @Nullable ConfigFile named(CommandLine commands, String... arguments) {
        CommandLine command = arguments.length == 0 ? null : commands.getSubcommands().get(arguments[0]);
        if (command == null || command.getCommandSpec().findOption(OPTION) == null) {
            return null;
        }
        for (int i = 1; i < arguments.length && !arguments[i].equals("--"); i++) {
            if (arguments[i].startsWith(OPTION + "=")) {
                return read(arguments[i].substring(OPTION.length() + 1), command.getCommandSpec(), arguments);
            }
            if (arguments[i].equals(OPTION) && i + 1 < arguments.length) {
                return read(arguments[i + 1], command.getCommandSpec(), arguments);
            }
        }
        return null;
    }

    private static ConfigFile read(String name, CommandSpec command, String... arguments) {
        List<Entry> entries = new ArrayList<>();
        Map<String, Integer> seen = new LinkedHashMap<>();
        int number = 0;
        List<String> lines = lines(name);
        while (number < lines.size()) {
            int first = number + 1;
            var whole = new StringBuilder(lines.get(number++));
            while (goesOn(whole) && number < lines.size()) {
                whole.append('\n').append(lines.get(number++));
            }
            for (Map.Entry<Object, Object> each : parsed(name, first, whole.toString()).entrySet()) {
                Entry entry = entry(name, first, (String) each.getKey(), (String) each.getValue(), command);
                Integer before = seen.put(entry.option().names()[0], first);
                if (before != null && !entry.option().isMultiValue()) {
                    throw new Mistake(name + ":" + first + ": " + each.getKey() + " stands in line " + before
                            + " already");
                }
                entries.add(entry);
            }
        }
        return new ConfigFile(name, entries, arguments);
    }

    /// The arguments of the program, with the file's options behind the command.
    String[] arguments() {
        List<String> all = new ArrayList<>();
        all.add(arguments[0]);
        for (Entry entry : entries) {
            if (!isOverruled(entry)) {
                all.add(entry.name() + "=" + entry.value());
            }
        }
        all.addAll(List.of(arguments).subList(1, arguments.length));
        return all.toArray(String[]::new);
    }

    /// Whether an option may stand in a file.
    static boolean isFor(OptionSpec option) {
        return !NOT_HERE.contains(option.names()[0]) && !option.usageHelp() && !option.versionHelp();
    }

    /// The key of an option: its words.
    static String key(OptionSpec option) {
        for (String name : option.names()) {
            if (name.startsWith("--")) {
                return name.substring(2);
            }
        }
        return option.names()[0].substring(1);
    }

    /// The options that say the same as this one in other words.
    static List<String> alternatives(OptionSpec option) {
        return ALTERNATIVES.getOrDefault("--" + key(option), List.of());
    }

    /// Where a value of an option comes from.
    ///
    /// @return null if not from this file
    @Nullable String origin(OptionSpec option, String value) {
        for (Entry entry : entries) {
            if (entry.option().equals(option) && entry.value().equals(value) && !isOverruled(entry)) {
                return name + ":" + entry.line();
            }
        }
        return null;
    }

    /// Names the lines that a complaint is about, as far as it names an option or a value of them.
    String blame(String complaint) {
        for (Entry entry : entries) {
            boolean named = complaint.matches("(?s).*" + Pattern.quote(entry.name()) + "(?![-a-z]).*")
                    || complaint.contains("'" + entry.value() + "'");
            if (named && !isOverruled(entry)) {
                return name + ":" + entry.line() + ": " + complaint;
            }
        }
        return complaint;
    }

    private boolean isOverruled(Entry entry) {
        for (String argument : arguments) {
            if (argument.equals("--")) {
                return false;
            }
            int equals = argument.indexOf('=');
            String said = equals < 0 ? argument : argument.substring(0, equals);
            for (String own : entry.option().names()) {
                if (said.equals(own) || ALTERNATIVES.getOrDefault(said, List.of()).contains(own)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Entry entry(String name, int line, String key, String value, CommandSpec command) {
        OptionSpec option = command.findOption("--" + key);
        if (option == null || !isFor(option)) {
            List<String> keys = new ArrayList<>();
            for (OptionSpec each : command.options()) {
                if (!each.hidden() && isFor(each)) {
                    keys.add(key(each));
                }
            }
            String kebab = key.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
            String question = keys.contains(kebab) ? "; did you mean " + kebab + "?" : Nearest.question(kebab, keys);
            throw new Mistake(name + ":" + line + ": there is no option '" + key + "'"
                    + (question.isEmpty() ? "\nvalid are " + String.join(", ", keys) : question));
        }
        boolean flag = option.arity().max() == 0;
        if (flag && !value.equals("true") && !value.equals("false")) {
            throw new Mistake(name + ":" + line + ": " + key + " is '" + value + "': valid are true and false");
        }
        if (!flag && value.isEmpty()) {
            throw new Mistake(name + ":" + line + ": " + key + " has no value");
        }
        return new Entry(option, "--" + key, value, line);
    }

    private static List<String> lines(String name) {
        try {
            return Files.readAllLines(Path.of(name));
        } catch (NoSuchFileException none) {
            throw new Mistake(OPTION + " " + name + ": there is no such file");
        } catch (CharacterCodingException other) {
            throw new Mistake(OPTION + " " + name + ": this is no text in UTF-8");
        } catch (IOException | IllegalArgumentException failure) {
            throw new Mistake(OPTION + " " + name + ": cannot be read: " + failure.getMessage());
        }
    }

    /// Whether the next line belongs to this one: it ends in an odd number of backslashes, and is no comment.
    private static boolean goesOn(CharSequence line) {
        int backslashes = 0;
        for (int i = line.length() - 1; i >= 0 && line.charAt(i) == '\\'; i--) {
            backslashes++;
        }
        String text = line.toString().strip();
        return backslashes % 2 == 1 && !text.startsWith("#") && !text.startsWith("!");
    }

    private static Properties parsed(String name, int line, String text) {
        var parsed = new Properties();
        try {
            parsed.load(new StringReader(text));
        } catch (IOException | IllegalArgumentException malformed) {
            throw new Mistake(name + ":" + line + ": " + Objects.toString(malformed.getMessage(), "malformed"));
        }
        return parsed;
    }
}
