package dev.partita.testing.simulation;

import dev.partita.connection.Close;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What came of a [Script].
///
/// @param answered what the client had heard when nothing more could happen but that time passes; a replay over real sockets,
///     which cannot tell, gives `heard` again
/// @param heard all that it heard, each byte a character up to U+00FF
/// @param closed how the server has closed; null if it has not, or nobody can tell
/// @param quietNanos how long the client had done nothing when the server closed; 0 where nobody can tell
public record Outcome(String answered, String heard, @Nullable Close closed, long quietNanos) {
    private static final long SECOND = 1_000_000_000L;

    /// Checks this against what came of the plain way to do the same.
    ///
    /// @throws AssertionError if it is not right
    public void check(Script script, Outcome plain) {
        switch (script.ending()) {
            case HALF_CLOSE -> {
                same("what was heard", heard, plain.heard);
                same("what was answered before time passed", answered, plain.answered);
            }
            case SILENCE -> {
                same("what was answered before time passed", answered, plain.answered);
                same("what was heard in the end", heard, plain.heard);
                within(0, 80 * SECOND + script.says().length() * SECOND / 500);
            }
            case RESET -> prefix(heard, plain.heard);
            case STALL -> {
                prefix(heard, plain.heard);
                within(0, 80 * SECOND + script.says().length() * SECOND / 500);
            }
        }
    }

    private void within(long least, long most) {
        if (quietNanos < least || quietNanos > most) {
            throw new AssertionError(
                    "closed " + closed + " after " + quietNanos / SECOND + " s of silence; right is " + least
                            / SECOND + " to " + most / SECOND + " s");
        }
    }

    private static void same(String what, String one, String other) {
        if (!one.equals(other)) {
            int at = mismatch(one, other);
            throw new AssertionError(what + " is not what it should be, from byte " + at + " on: " + show(one, at)
                    + "\n  but should be: " + show(other, at));
        }
    }

    private static void prefix(String heard, String whole) {
        if (!whole.startsWith(heard)) {
            int at = mismatch(heard, whole);
            throw new AssertionError("what was heard is not the beginning of what should be, from byte " + at + " on: "
                    + show(heard, at) + "\n  but should be: " + show(whole, at));
        }
    }

    private static int mismatch(String one, String other) {
        return Arrays.mismatch(one.toCharArray(), other.toCharArray());
    }

    private static String show(String text, int at) {
        int from = Math.max(0, at - 100);
        return text.substring(from, Math.min(text.length(), at + 300)).replace("\r", "\\r").replace("\n", "\\n") + " ("
                + text.length() + " bytes)";
    }
}
