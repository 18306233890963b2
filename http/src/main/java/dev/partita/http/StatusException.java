package dev.partita.http;

/// Thrown by a handler, or by what it calls, to answer with a status and a sentence for the client. It is not a failure:
/// nothing is logged, and it has no stack.
///
///     throw new StatusException(404, "there is no order 17");
///
/// Whatever was replied before is taken back. The sentence becomes the body, after the status and its name, or what the
/// server's [ErrorPages] make of it.
public final class StatusException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    /// @param status 200 to 599
    /// @param message for the client to read
    public StatusException(int status, String message) {
        super(message, null, false, false);
        if (!StatusLine.isFinal(status)) {
            throw new IllegalArgumentException("status " + status + ": a reply has one from 200 to 599");
        }
        this.status = status;
    }

    /// The status to answer with.
    public int status() {
        return status;
    }

    /// The sentence for the client.
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
