package dev.partita.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// The values that every option of a command has, as a file for `--config`, each with where it comes from.
final class EffectiveConfig {
    private final StringBuilder text = new StringBuilder();
    private final @Nullable ConfigFile file;
    private final Map<String, String> values;
    private final ParseResult parsed;

    /// @param values of options that say nothing themselves, or more than was said; lines for several of them
    EffectiveConfig(CommandSpec command, @Nullable ConfigFile file, Map<String, String> values) {
        this.file = file;
        this.values = values;
        parsed = command.commandLine().getParseResult();
        List<String> unset = new ArrayList<>();
        for (OptionSpec option : command.options()) {
            if (!option.hidden() && ConfigFile.isFor(option) && !isSaidOtherwise(option)) {
                List<String> lines = values(option);
                lines.forEach(value -> add(option, value));
                if (lines.isEmpty()) {
                    unset.add(ConfigFile.key(option));
                }
            }
        }
        if (!unset.isEmpty()) {
            text.append("# not set: ").append(String.join(", ", unset)).append('\n');
        }
    }

    private void add(OptionSpec option, String value) {
        text.append("# ").append(origin(option, value)).append('\n')
                .append(ConfigFile.key(option)).append('=').append(escaped(value)).append('\n');
    }

    private String origin(OptionSpec option, String value) {
        String line = file == null ? null : file.origin(option, value);
        return line != null ? line : parsed.hasMatchedOption(option) ? "command line" : "default";
    }

    private List<String> values(OptionSpec option) {
        String effective = values.get(option.names()[0]);
        if (effective != null) {
            return effective.lines().toList();
        }
        Object value = option.getValue();
        if (value instanceof Collection<?> several) {
            return several.stream().map(String::valueOf).toList();
        }
        return value == null || value instanceof boolean[] ? List.of() : List.of(value.toString());
    }

    private boolean isSaidOtherwise(OptionSpec option) {
        return ConfigFile.alternatives(option).stream().anyMatch(parsed::hasMatchedOption);
    }

    /// As [java.util.Properties#load] wants it.
    private static String escaped(String value) {
        String text = value.replace("\\", "\\\\");
        return text.startsWith(" ") ? "\\" + text : text;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
