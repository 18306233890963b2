package dev.partita.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads what people typed behind an option. What cannot be read is a [Mistake], which names the option and what is valid.
final class Typed {
    private static final Pattern TIME =
            Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{0,9})?|\\.[0-9]{1,9})(ms|s|m|h|)", Pattern.CASE_INSENSITIVE);

    private Typed() {}

    /// A whole number within a range.
    static long number(String option, String text, long least, long most) {
        try {
            long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException none) {
            // The same message as for a number out of range.
        }
        throw new Mistake(option + " is '" + text + "': valid are " + least + " to " + most);
    }

    /// A time such as `500ms`, `10s`, `2m` or `1.5h`; seconds without a unit.
    ///
    /// @param valid what the message says is valid
    static Duration duration(String option, String text, String valid) {
        Matcher time = TIME.matcher(text);
        if (!time.matches()) {
            throw new Mistake(option + " is '" + text + "': valid are " + valid);
        }
        double unitMillis = switch (time.group(2).toLowerCase(Locale.ROOT)) {
            case "ms" -> 1;
            case "m" -> 60_000;
            case "h" -> 3_600_000;
            default -> 1_000;
        };
        return Duration.ofMillis(Math.round(Double.parseDouble(time.group(1)) * unitMillis));
    }

    static Path path(String option, String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException invalid) {
            throw new Mistake(option + " " + text + " is no path: " + invalid.getReason());
        }
    }
}
