package dev.partita.cli;

/// Reads whole numbers that people typed.
final class Numbers {
    private Numbers() {}

    /// @throws Mistake if it is none, or out of range; the message names the option and the range
    static long parse(String option, String text, long least, long most) {
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
}
