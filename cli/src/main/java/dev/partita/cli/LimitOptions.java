package dev.partita.cli;

import dev.partita.limits.Limits;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ResourceBundle;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;

/// Every field of [Limits] as an option of the same words: `requestLineBytesMax` is `--request-line-bytes-max`.
final class LimitOptions {
    /// Options with a short form.
    private static final Map<String, String> SHORT = Map.of("connectionsMax", "--max-connections");

    /// What holds where nothing was given.
    private Limits base;
    /// What was given, by the names of the fields.
    private final Map<String, String> given = new LinkedHashMap<>();

    LimitOptions(Limits base) {
        this.base = base;
    }

    void addTo(CommandSpec command) {
        var group = ArgGroupSpec.builder()
                .exclusive(false)
                .validate(false)
                .heading("%nLimits: nothing is queued, buffered or waited for without one.%n");
        for (String field : Limits.names()) {
            String[] names = SHORT.containsKey(field)
                    ? new String[]{optionOf(field), SHORT.get(field)}
                    : new String[]{optionOf(field)};
            group.addArg(OptionSpec.builder(names)
                    .paramLabel("N")
                    .type(String.class)
                    .descriptionKey(field)
                    .setter(setter(field))
                    .build());
        }
        command.resourceBundle(new Descriptions(base));
        command.addArgGroup(group.build());
    }

    /// Sets what holds where nothing is given.
    void base(Limits base) {
        this.base = base;
    }

    /// The default limits with the values that were given.
    ///
    /// @throws Mistake if they cannot be
    Limits limits() {
        if (given.isEmpty()) {
            return base;
        }
        Map<String, Long> values = new LinkedHashMap<>();
        given.forEach((field, text) -> values.put(field, number(field, text)));
        try {
            return base.with(values);
        } catch (IllegalArgumentException refused) {
            throw new Mistake(inOptions(String.valueOf(refused.getMessage())));
        }
    }

    static String optionOf(String field) {
        var words = new StringBuilder("--");
        for (int i = 0; i < field.length(); i++) {
            char letter = field.charAt(i);
            if (Character.isUpperCase(letter)) {
                words.append('-').append(Character.toLowerCase(letter));
            } else {
                words.append(letter);
            }
        }
        return words.toString();
    }

    /// What a field bounds, for the reader of a help: with options in the place of fields.
    static String meaning(String field) {
        String[] pieces = Limits.meaning(field).split("`", -1);
        for (int i = 1; i < pieces.length; i += 2) {
            pieces[i] = optionOf(pieces[i]);
        }
        return String.join("", pieces);
    }

    private ISetter setter(String field) {
        return new ISetter() {
            @Override
            public <T> T set(T value) {
                if (value == null) {
                    given.remove(field); // nothing was given: picocli says so before it reads the command line
                } else {
                    given.put(field, (String) value);
                }
                return value;
            }
        };
    }

    private static long number(String field, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException none) {
            throw new Mistake(optionOf(field) + " is '" + text + "': valid are " + Limits.defaults().range(field));
        }
    }

    /// The message begins with the name of the field that is wrong.
    private String inOptions(String message) {
        String field = message.substring(0, message.indexOf(' '));
        String typed = given.get(field);
        return typed == null
                ? message.replace(field, optionOf(field))
                : optionOf(field) + " is '" + typed + "'" + message.substring(message.indexOf(':'));
    }

    /// The descriptions of these options, put together when a help shows them: reading them takes the JVM longer than half a
    /// start.
    private static final class Descriptions extends ResourceBundle {
        private final Limits limits;

        Descriptions(Limits limits) {
            this.limits = limits;
        }

        @Override
        protected Object handleGetObject(String field) {
            return meaning(field) + " Default: " + limits.get(field) + "; valid are " + limits.range(field) + ".";
        }

        @Override
        public Enumeration<String> getKeys() {
            return Collections.enumeration(Limits.names());
        }
    }
}
