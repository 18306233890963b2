package dev.partita.lab.trial;

/// The lab itself cannot go on; the message says why and what to do.
public final class LabFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// With a message for the user.
    public LabFailure(String message) {
        super(message);
    }
}
