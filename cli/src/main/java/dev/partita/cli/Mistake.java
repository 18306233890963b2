package dev.partita.cli;

/// Something that the user typed cannot be meant: the message says what is wrong and what is valid. Ends the command with
/// exit code 2, before anything has been started.
final class Mistake extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Mistake(String message) {
        super(message, null, false, false);
    }
}
