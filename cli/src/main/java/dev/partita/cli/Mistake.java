package dev.partita.cli;

/// Something that the user typed cannot be meant: the message says what is wrong and what is valid. Ends the command with
/// exit code 2, before anything has been started.
final class Mistake extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    Mistake(String message) {
        this(message, Main.MISTAKEN);
    }

    /// @param exitCode for a command whose users expect others than ours
    Mistake(String message, int exitCode) {
        super(message, null, false, false);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}
